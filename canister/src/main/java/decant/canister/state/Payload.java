package decant.canister.state;

import java.nio.charset.StandardCharsets;

/// What a call is answered with: a reply or a reject.
public sealed interface Payload {
    /// {@return the bytes this payload occupies in a message}
    int bytes();

    /// The callee's reply data.
    record Reply(byte[] data) implements Payload {
        @Override
        public int bytes() {
            return data.length;
        }
    }

    /// Why there is no reply.
    record Reject(ErrorCode error, String message) implements Payload {
        /// {@return the reject code, 1 to 6, that `ic0.msg_reject_code` shows}
        public int code() {
            return error.rejectCode();
        }

        /// {@return the error code in the form clients see, such as `IC0503`}
        public String errorCode() {
            return error.text();
        }

        @Override
        public int bytes() {
            return message.getBytes(StandardCharsets.UTF_8).length;
        }
    }
}
