package decant.protocol;

import decant.base.Hash;
import decant.base.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A part of the state of a subnet and the subnet's signature on the root hash of the whole.
///
/// Interface specification, "Certification". A certificate of a subnet other than the root carries a
/// delegation: a certificate of the root subnet that names the subnet's key and canisters.
public record Certificate(HashTree tree, byte[] signature, Optional<SubnetDelegation> delegation) {
    /// What the root subnet says about another: `certificate` proves the key and the canister ranges of
    /// `subnetId`.
    public record SubnetDelegation(Principal subnetId, byte[] certificate) {}

    /// A closed interval of canister ids.
    public record CanisterRange(Principal first, Principal last) {
        boolean contains(Principal canisterId) {
            return first.compareTo(canisterId) <= 0 && canisterId.compareTo(last) <= 0;
        }
    }

    /// {@return the signature on a state with this root hash, which serves for every certificate of that state}
    public static byte[] sign(BlsSecretKey key, Hash rootHash) {
        return key.sign(DomainSeparator.STATE_ROOT.before(rootHash.bytes()));
    }

    /// {@return the certificate in `bytes`, self-describing tag or not; nothing about it is proven yet}
    public static Certificate decode(byte[] bytes) {
        var fields = Fields.of(
                "a certificate", Cbor.decode(bytes, Cbor.Limits.CERTIFICATE).withoutSelfDescription());
        return new Certificate(
                HashTree.fromCbor(fields.required("tree")),
                fields.bytes("signature"),
                fields.optional("delegation").map(Certificate::delegationOf));
    }

    private static SubnetDelegation delegationOf(CborValue value) {
        var fields = Fields.of("the delegation of a certificate", value);
        return new SubnetDelegation(fields.principal("subnet_id"), fields.bytes("certificate"));
    }

    public byte[] encode() {
        var entries = new ArrayList<CborValue.Entry>();
        entries.add(CborValue.entry("tree", tree.toCbor()));
        entries.add(CborValue.entry("signature", CborValue.bytes(signature)));
        delegation.ifPresent(given -> entries.add(CborValue.entry(
                "delegation",
                CborValue.map(
                        CborValue.entry(
                                "subnet_id", CborValue.bytes(given.subnetId().bytes())),
                        CborValue.entry("certificate", CborValue.bytes(given.certificate()))))));
        return Cbor.encodeSelfDescribed(new CborValue.Map(entries));
    }

    /// Proves that the subnet responsible for `canisterId` signed the tree, trusting only `rootKey`.
    ///
    /// @throws ProtocolException saying what is not proven
    public void verify(BlsPublicKey rootKey, Principal canisterId) {
        var key = delegation
                .map(given -> keyOfDelegation(given, rootKey, canisterId))
                .orElse(rootKey);
        verifySignature(key);
    }

    private void verifySignature(BlsPublicKey key) {
        if (!key.verify(DomainSeparator.STATE_ROOT.before(tree.rootHash().bytes()), signature)) {
            throw new ProtocolException("the signature of the certificate is not by the expected key "
                    + "(is the root key that of this network?)");
        }
    }

    private static BlsPublicKey keyOfDelegation(
            SubnetDelegation delegation, BlsPublicKey rootKey, Principal canisterId) {
        var proof = decode(delegation.certificate());
        if (proof.delegation().isPresent()) {
            throw new ProtocolException("the certificate of a delegation must not itself carry a delegation");
        }
        proof.verifySignature(rootKey);
        var subnet = delegation.subnetId();
        if (proof.canisterRanges(subnet).stream().noneMatch(range -> range.contains(canisterId))) {
            throw new ProtocolException(
                    "the certificate is by subnet " + subnet + ", which does not host canister " + canisterId);
        }
        return BlsPublicKey.fromDer(proof.found("subnet", subnet, "public_key"));
    }

    /// {@return the canister ids that the tree assigns to `subnet`, whether it lists them in shards or in one
    /// value}
    List<CanisterRange> canisterRanges(Principal subnet) {
        var shardsPath = Label.path("canister_ranges", subnet);
        // A path to a branch has no value, which is how a lookup says that the branch is there.
        var shards = tree.lookup(shardsPath) instanceof HashTree.Lookup.Malformed
                ? tree.subtree(shardsPath).children()
                : List.<HashTree.Labeled>of();
        var ranges = new ArrayList<CanisterRange>();
        for (var shard : shards) {
            if (shard.tree() instanceof HashTree.Leaf(var value)) {
                ranges.addAll(decodeRanges(value));
            }
        }
        return shards.isEmpty() ? decodeRanges(found("subnet", subnet, "canister_ranges")) : ranges;
    }

    /// {@return the CBOR form of a list of canister ranges, as the state tree holds it}
    public static byte[] encodeRanges(List<CanisterRange> ranges) {
        return Cbor.encodeSelfDescribed(new CborValue.Array(ranges.stream()
                .<CborValue>map(range -> CborValue.array(
                        CborValue.bytes(range.first().bytes()),
                        CborValue.bytes(range.last().bytes())))
                .toList()));
    }

    private static List<CanisterRange> decodeRanges(byte[] bytes) {
        var value = Cbor.decode(bytes, Cbor.Limits.CERTIFICATE).withoutSelfDescription();
        var ranges = Fields.of("the canister ranges", CborValue.map(CborValue.entry("ranges", value)));
        return ranges.list("ranges", range -> {
            var bounds = ranges.asList("ranges", range, bound -> ranges.asPrincipal("ranges", bound));
            if (bounds.size() != 2) {
                throw new ProtocolException("a canister range has two bounds, found " + bounds.size());
            }
            return new CanisterRange(bounds.getFirst(), bounds.getLast());
        });
    }

    /// {@return the time of the certified state, in nanoseconds since 1970}
    public long time() {
        return Nat.decode(found("time"));
    }

    /// {@return the value at `path`}
    ///
    /// @throws ProtocolException when the tree does not hold it
    public byte[] found(Object... path) {
        var labels = Label.path(path);
        return switch (tree.lookup(labels)) {
            case HashTree.Lookup.Found(var value) -> value;
            case HashTree.Lookup.Absent _ ->
                throw new ProtocolException("the certificate proves that " + Label.describe(labels) + " is absent");
            case HashTree.Lookup.Unknown _ ->
                throw new ProtocolException("the certificate does not reveal " + Label.describe(labels));
            case HashTree.Lookup.Malformed _ ->
                throw new ProtocolException("the certificate has no value at " + Label.describe(labels));
        };
    }
}
