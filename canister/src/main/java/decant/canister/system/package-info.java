/// The canisters that are part of every node, written in Java: two ledgers, the cycles minting canister, the registry.
///
/// From outside each is a canister: it is called by users and by canisters, with cycles, and shows its interface. What
/// differs is that it answers at once and has no memory pages: what it remembers is a
/// [decant.canister.state.SystemState].
///
/// ```
/// BuiltIns        the management canister and all below, by their ids
/// SystemCanister  an id, an interface (a .did file beside these classes), and a handler for each method
///   CyclesLedger      cycles of users: TokenLedger, deposit, withdraw, create_canister
///   IcpLedger         ICP: TokenLedger, and the older methods with account identifiers
///   CyclesMinting     cycles for ICP that was paid to it
///   Registry          where a canister is
/// BlockLog        the blocks of a ledger, by ICRC-3
/// Bookkeeping     the rules by which a Transaction enters a Ledger
/// ```
package decant.canister.system;
