package decant.canister.state;

/// The bytes of a subnet's state: records, and beside them the page images of the canisters' memories.
///
/// ```
/// "subnet"                            next canister number, randomness, time
/// "canister/<id>"                     everything of a canister but what follows
/// "canister/<id>/chunk/<hash>"        a chunk of its chunk store
/// "module/<hash>"                     a module as uploaded, shared by the canisters that run it
/// image "canister/<id>/heap"          the pages of its heap
/// image "canister/<id>/stable"        the pages of its stable memory
/// ```
public final class StateFormat {
    private StateFormat() {}
}
