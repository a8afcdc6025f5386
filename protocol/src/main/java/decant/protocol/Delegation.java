package decant.protocol;

import decant.base.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A statement that another key may act in one's place: until when, for which canisters, for which requests.
///
/// `statement` is the map as it arrived, unknown fields included: its hash is what is signed.
public record Delegation(
        byte[] publicKey,
        long expiration,
        Optional<List<Principal>> targets,
        Optional<String> permissions,
        CborValue.Map statement) {
    /// A delegation and the signature under it by the key it extends.
    public record Signed(Delegation delegation, byte[] signature) {
        CborValue.Map toCbor() {
            return CborValue.map(
                    CborValue.entry("delegation", delegation.statement()),
                    CborValue.entry("signature", CborValue.bytes(signature)));
        }

        static Signed fromCbor(CborValue value) {
            var fields = Fields.of("a signed delegation", value);
            return new Signed(Delegation.fromCbor(fields.required("delegation")), fields.bytes("signature"));
        }
    }

    /// {@return the delegation to `publicKey` (DER) until `expiration`, for `targets` if they are given}
    public static Delegation of(byte[] publicKey, long expiration, Optional<List<Principal>> targets) {
        return fromCbor(toCbor(publicKey, expiration, targets, Optional.empty()));
    }

    /// {@return this delegation for the kinds of request named: "all" or "queries"}
    public Delegation withPermissions(String granted) {
        return fromCbor(toCbor(publicKey, expiration, targets, Optional.of(granted)));
    }

    /// {@return the bytes that the extended key signs}
    byte[] signedBytes() {
        return DomainSeparator.DELEGATION.before(MapHash.of(statement).bytes());
    }

    static Delegation fromCbor(CborValue value) {
        var fields = Fields.of("a delegation", value);
        return new Delegation(
                fields.bytes("pubkey"),
                fields.nat64("expiration"),
                fields.optionalList("targets", target -> fields.asPrincipal("targets", target)),
                fields.optionalText("permissions"),
                fields.map());
    }

    private static CborValue.Map toCbor(
            byte[] publicKey, long expiration, Optional<List<Principal>> targets, Optional<String> permissions) {
        var entries = new ArrayList<CborValue.Entry>();
        entries.add(CborValue.entry("pubkey", CborValue.bytes(publicKey)));
        entries.add(CborValue.entry("expiration", CborValue.nat(expiration)));
        targets.ifPresent(principals -> entries.add(CborValue.entry(
                "targets",
                new CborValue.Array(principals.stream()
                        .<CborValue>map(principal -> CborValue.bytes(principal.bytes()))
                        .toList()))));
        permissions.ifPresent(granted -> entries.add(CborValue.entry("permissions", CborValue.text(granted))));
        return new CborValue.Map(entries);
    }
}
