/// The `decant` command: parse, call, print.
///
/// The only place that reads arguments and environment and decides an exit code. [Main] hands what the process was
/// given to [CommandLineInterface], which holds the commands; each is a class `XCommand`. They talk to a node as any
/// other client does, through [NodeClient], which believes nothing that is not proven by a certificate or a node's
/// signature.
package decant.cli;
