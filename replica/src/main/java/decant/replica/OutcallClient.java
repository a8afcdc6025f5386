package decant.replica;

import decant.canister.state.Outcall;

/// Who carries out the requests of canisters to servers outside.
///
/// It is asked by many virtual threads at once, and interrupted when it takes too long. Whatever it answers is put into
/// the log: a replay does not ask again.
@FunctionalInterface
public interface OutcallClient {
    /// Nobody: every request fails.
    OutcallClient NONE = (_, _) -> new Outcall.Result.Failed(
            false,
            "This node makes no HTTP requests to servers outside. Its operator allows servers with: decant start"
                    + " --outcalls HOST[:PORT]");

    /// {@return what the request came to}
    ///
    /// @param responseBytesMax how large the response may be: the names and values of its headers, and its body
    Outcall.Result carryOut(Outcall.Request request, long responseBytesMax) throws InterruptedException;
}
