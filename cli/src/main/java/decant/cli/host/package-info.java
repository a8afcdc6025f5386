/// Nodes that run in this process: `decant start`, and the launcher that other tools start nodes with.
package decant.cli.host;
