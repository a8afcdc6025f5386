/// The `decant` command: parse, call, print.
///
/// The only place that reads arguments and environment and decides an exit code. [Main] hands what the process was
/// given to [CommandLineInterface], which holds the commands; each is a class `XCommand`, in the room of what it is
/// about. They talk to a node as any other client does, through [decant.cli.node.NodeClient], which believes nothing
/// that is not proven by a certificate or a node's signature.
///
/// Each room knows only rooms below it:
///
/// ```text
/// rehearsal  upgrades tried on copies: rehearse, bisect, doctor, state
/// upgrade    deploy, history, undo
/// snapshot   snapshots of canisters, and the directories that they are written into; inspect
/// canister   call, policy, and the commands about one canister
/// backup     backups of whole nodes
/// modules    modules in files: check, graft, rescue
/// node       talking to a node
/// host       nodes in this process: start, launcher
/// terminal   printing, asking, failing
/// json       JSON
/// ```
package decant.cli;
