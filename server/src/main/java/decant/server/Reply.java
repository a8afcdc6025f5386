package decant.server;

import java.nio.charset.StandardCharsets;

/// An HTTP response: its status and what it says.
record Reply(int status, String contentType, byte[] body) {
    private static final String CBOR = "application/cbor";
    private static final String PLAIN = "text/plain; charset=utf-8";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
    private static final String JSON = "application/json";

    static Reply cbor(byte[] body) {
        return new Reply(200, CBOR, body);
    }

    static Reply empty(int status) {
        return new Reply(status, PLAIN, new byte[0]);
    }

    static Reply json(int status, String text) {
        return new Reply(status, JSON, text.getBytes(StandardCharsets.UTF_8));
    }

    static Reply metrics(String text) {
        return new Reply(200, PROMETHEUS, text.getBytes(StandardCharsets.UTF_8));
    }

    /// {@return a refusal with its reason as plain text}
    static Reply refusal(int status, String reason) {
        return new Reply(status, PLAIN, (reason + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
