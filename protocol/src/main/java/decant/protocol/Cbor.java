package decant.protocol;

/// Reads and writes CBOR (RFC 8949).
///
/// Reading takes every well-formed spelling of an item but refuses duplicate map keys, ill-formed UTF-8,
/// bytes after the item, and whatever exceeds its [Limits]. Writing is deterministic: definite lengths,
/// shortest heads, map keys in the order of their encoded bytes.
public final class Cbor {
    /// The tag that marks bytes as CBOR and means nothing else.
    public static final long SELF_DESCRIBED = 55799;

    private Cbor() {}

    /// What one read may cost: how deep items may nest, and how many there may be in all.
    public record Limits(int depthMax, int itemsMax) {
        /// Enough for every request a client may make.
        public static final Limits REQUEST = new Limits(16, 1 << 18);

        /// Enough for every certificate: hash trees nest one level per fork and label.
        public static final Limits CERTIFICATE = new Limits(1024, 1 << 20);

        public Limits {
            if (depthMax < 1 || itemsMax < 1) {
                throw new IllegalArgumentException("limits are positive, found " + depthMax + " and " + itemsMax);
            }
        }
    }

    /// {@return the one item that `bytes` hold}
    ///
    /// @throws ProtocolException naming the offset of the first offence
    public static CborValue decode(byte[] bytes, Limits limits) {
        return new CborReader(bytes, limits).readAll();
    }

    /// {@return the bytes of `value`}
    public static byte[] encode(CborValue value) {
        return CborWriter.write(value);
    }

    /// {@return the bytes of `value` under the self-describing tag}
    public static byte[] encodeSelfDescribed(CborValue value) {
        return CborWriter.write(new CborValue.Tagged(SELF_DESCRIBED, value));
    }
}
