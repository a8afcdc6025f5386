/// The `decant` command: parse, call, print.
package decant.cli;
