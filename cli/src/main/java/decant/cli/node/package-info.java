/// Talking to a node: proven replies, the management canister, and what it tells of the canisters.
///
/// Nothing counts that is not proven by a certificate or a node's signature, see [NodeClient].
package decant.cli.node;
