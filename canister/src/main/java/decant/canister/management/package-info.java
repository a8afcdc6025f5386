/// The management canister `aaaaa-aa`: creates, configures, fills, stops and deletes canisters, and tells about them.
///
/// ```
/// Management ─── decides who may call what, takes the argument apart, dispatches
///   Turn           one call being answered: caller, target, authority
///   SettingsChange, ChunkStore, ...     what a method does, on values
///   StatusReply, InfoReply, ...         what a method tells, as Candid
/// ```
///
/// Like all below the replica it works on values: a call takes a subnet and gives the next one, with answers.
package decant.canister.management;
