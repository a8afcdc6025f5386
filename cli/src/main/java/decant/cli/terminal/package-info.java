/// What a command has of the process that it runs in and of whoever started it: how it prints, asks and fails.
package decant.cli.terminal;
