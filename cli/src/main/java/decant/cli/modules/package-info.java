/// Modules in files: reading them and compiling them, and judging and repairing them without a node.
package decant.cli.modules;
