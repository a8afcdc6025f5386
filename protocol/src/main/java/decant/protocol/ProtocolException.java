package decant.protocol;

/// Bytes from outside that break the protocol: malformed CBOR, an ill-shaped envelope, a certificate that
/// proves nothing.
///
/// The message is written for the peer: it names the part, the value found and the value expected.
public final class ProtocolException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ProtocolException(String message) {
        super(message);
    }

    public ProtocolException(String message, Throwable cause) {
        super(message, cause);
    }
}
