/// JSON as the command line writes and reads it, and how values of Candid look in it.
package decant.cli.json;
