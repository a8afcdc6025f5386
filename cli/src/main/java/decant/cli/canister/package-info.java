/// The commands about one canister on a node: calling it, looking at it, starting and stopping it.
package decant.cli.canister;
