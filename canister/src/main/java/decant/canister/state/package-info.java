/// The values a subnet is made of: canisters, their settings, code, call contexts and messages, and their bytes.
///
/// Everything here is immutable; whoever changes something gets a new value that shares what did not change. Arrays
/// inside records are never written after the record was made.
///
/// ```
/// SubnetState   = canisters, chronicles, snapshots, next canister number, randomness, time
/// CanisterState = id, status, settings, version, balance, Code?, calls, input queue, history, log, chunk store ...
/// Chronicle     = what was done to a canister: Entry*, and what can be undone: RestorePoint*
/// RestorePoint  = number, time, reason, pinned?, the CanisterState before
/// Snapshot      = what the controllers of a canister keep: Code or what is uploaded, certified data, chunk store ...
/// Code          = ModuleBinary, globals, heap MemoryImage, stable MemoryImage
/// Message       = Ingress | Request | Response | Task
/// Payload       = Reply | Reject
/// CallOrigin    = FromUser | FromCanister | FromSystem
/// ```
package decant.canister.state;
