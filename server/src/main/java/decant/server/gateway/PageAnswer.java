package decant.server.gateway;

import decant.candid.Value;
import java.util.List;
import java.util.Optional;

/// What a canister answers to a request for a page.
///
/// @param upgrade whether the canister wants to be asked again, by a call that may change its state
/// @param continuation how to get what follows the body, if anything does
record PageAnswer(
        int status, List<HeaderField> headers, byte[] body, boolean upgrade, Optional<Continuation> continuation) {
    PageAnswer {
        headers = List.copyOf(headers);
    }

    /// Where the rest of a body is: a query of the same canister, and what it wants to be given.
    record Continuation(String method, Value token) {}

    /// A part of a body, and where the next one is.
    record Piece(byte[] body, Optional<Value> token) {}

    PageAnswer withBody(byte[] whole) {
        return new PageAnswer(status, headers, whole, upgrade, Optional.empty());
    }
}
