package decant.canister;

import decant.base.Hash;
import decant.canister.state.Message;
import decant.canister.state.Payload;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// A call that a user made, as it was recorded.
///
/// @param timeNanos the time of the round that took it
/// @param ending how it was answered, where that is known
public record RecordedCall(long timeNanos, Message.Ingress call, Optional<Ending> ending) {
    /// How a call was answered.
    ///
    /// @param replied whether it was, and not refused
    /// @param digest the SHA-256 of the reply, or of the message of the reject
    public record Ending(boolean replied, Hash digest) {
        public static Ending of(Payload payload) {
            return switch (payload) {
                case Payload.Reply(byte[] data) -> ofReply(data);
                case Payload.Reject reject -> ofReject(reject.message());
            };
        }

        public static Ending ofReply(byte[] data) {
            return new Ending(true, Hash.sha256(data));
        }

        public static Ending ofReject(String message) {
            return new Ending(false, Hash.sha256(message.getBytes(StandardCharsets.UTF_8)));
        }
    }
}
