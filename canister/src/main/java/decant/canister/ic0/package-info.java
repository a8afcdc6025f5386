/// The System API: the host functions that canister modules import from `ic0`.
///
/// [SystemApi] holds the table of all imports: signature, contexts, cost, and the method that does the work. The
/// methods live in one class per group (`MessageCalls`, `CallCalls`, `StableCalls` ...). They read and write an
/// [Invocation], which knows what one run of guest code may see and collects what it intends to change. Nothing
/// here changes a canister: the caller takes [Changes] when the run has ended well, or forgets them.
package decant.canister.ic0;
