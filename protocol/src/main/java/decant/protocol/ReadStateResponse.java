package decant.protocol;

/// The answer to a read_state request.
public record ReadStateResponse(byte[] certificate) {
    public byte[] encode() {
        return Cbor.encodeSelfDescribed(CborValue.map(CborValue.entry("certificate", CborValue.bytes(certificate))));
    }

    public static ReadStateResponse decode(byte[] bytes) {
        var fields = Fields.of(
                "a read_state response", Cbor.decode(bytes, Cbor.Limits.REQUEST).withoutSelfDescription());
        return new ReadStateResponse(fields.bytes("certificate"));
    }
}
