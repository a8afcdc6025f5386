package decant.server.gateway;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// What goes back to a browser.
public record Delivery(int status, List<HeaderField> headers, Body body) {
    public Delivery {
        headers = List.copyOf(headers);
    }

    /// The bytes after the headers.
    public sealed interface Body {
        /// All of them.
        record Whole(byte[] bytes) implements Body {}

        /// The first of them, and a source of the others, one part after the other, until there is none.
        record InPieces(byte[] first, OptionalLong length, Pieces rest) implements Body {}
    }

    /// A source of parts of a body.
    @FunctionalInterface
    public interface Pieces {
        /// {@return the next part, if there is one}
        ///
        /// @throws DeliveryException when it cannot be had: what was sent so far is not a whole body
        Optional<byte[]> next();
    }
}
