package decant.protocol;

import decant.base.Hash;
import decant.base.Principal;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Decides whether an envelope was made by its sender, for now and for the canister it addresses.
///
/// Interface specification, "Authentication". `rootKey` is the key that canister signatures are traced back to.
public record Authentication(BlsPublicKey rootKey) {
    /// How far in the future a request may expire, drift of clocks included.
    public static final long EXPIRY_NANOS_MAX = 330_000_000_000L;

    public static final int DELEGATIONS_MAX = 20;
    public static final int TARGETS_MAX = 1_000;

    private static final String ALL_REQUESTS = "all";
    private static final String QUERIES_ONLY = "queries";

    /// The verdict on an envelope.
    public sealed interface Verdict {
        /// The sender made the request. `targets` are the canisters its delegations are limited to, if they
        /// are.
        record Genuine(Optional<Set<Principal>> targets) implements Verdict {
            /// {@return whether the delegations allow to speak to `canisterId`}
            public boolean covers(Principal canisterId) {
                return targets.isEmpty() || targets.get().contains(canisterId);
            }
        }

        /// The request must not be served, for a reason the client may read.
        record Refused(String reason) implements Verdict {}
    }

    /// {@return the verdict on `envelope` at the time `nowNanos`, in nanoseconds since 1970}
    public Verdict check(Envelope envelope, long nowNanos) {
        try {
            checkExpiry(envelope.content(), nowNanos);
            return new Verdict.Genuine(checkSender(envelope, nowNanos));
        } catch (ProtocolException e) {
            return new Verdict.Refused(String.valueOf(e.getMessage()));
        }
    }

    /// {@return the bytes that a sender signs to make the request with this id}
    static byte[] signedBytes(Hash requestId) {
        return DomainSeparator.REQUEST.before(requestId.bytes());
    }

    private static void checkExpiry(Content content, long nowNanos) {
        boolean anyTimeWillDo = content.sender().isAnonymous() && !(content instanceof Content.CallContent);
        if (anyTimeWillDo) {
            return;
        }
        long expiry = content.ingressExpiry();
        // Agents find out by the first three words that their clock differs from the node's.
        if (Long.compareUnsigned(expiry, nowNanos) <= 0) {
            throw new ProtocolException("Invalid request expiry: the request expired at " + instant(expiry)
                    + "; by this node's clock it is " + instant(nowNanos));
        }
        if (Long.compareUnsigned(expiry, nowNanos + EXPIRY_NANOS_MAX) > 0) {
            throw new ProtocolException("Invalid request expiry: the request expires at " + instant(expiry)
                    + ", too far in the future: at most " + EXPIRY_NANOS_MAX / 1_000_000_000 + " s after "
                    + instant(nowNanos) + ", this node's time");
        }
    }

    private Optional<Set<Principal>> checkSender(Envelope envelope, long nowNanos) {
        var sender = envelope.content().sender();
        if (envelope.senderPublicKey().isEmpty() && envelope.senderSignature().isEmpty()) {
            if (!sender.isAnonymous()) {
                throw new ProtocolException("the request of " + sender
                        + " carries no signature; only the anonymous sender " + Principal.ANONYMOUS + " may omit it");
            }
            checkSenderInfo(envelope, Optional.empty());
            return Optional.empty();
        }
        byte[] der = envelope.senderPublicKey()
                .orElseThrow(() -> new ProtocolException("the request has \"sender_sig\" but lacks \"sender_pubkey\""));
        byte[] signature = envelope.senderSignature()
                .orElseThrow(() -> new ProtocolException("the request has \"sender_pubkey\" but lacks \"sender_sig\""));
        var owner = Principal.selfAuthenticating(der);
        if (!owner.equals(sender)) {
            throw new ProtocolException("the sender is " + sender + " but \"sender_pubkey\" belongs to " + owner);
        }
        var key = PublicKey.fromDer(der);
        var chain = checkChain(envelope, key, nowNanos);
        checkSignature(chain.lastKey(), signedBytes(envelope.requestId()), signature, "\"sender_sig\"");
        checkSenderInfo(envelope, Optional.of(key));
        return chain.targets();
    }

    /// Where a chain of delegations ends and what it is limited to.
    private record Chain(PublicKey lastKey, Optional<Set<Principal>> targets) {}

    private Chain checkChain(Envelope envelope, PublicKey first, long nowNanos) {
        var delegations = envelope.senderDelegation();
        if (delegations.size() > DELEGATIONS_MAX) {
            throw new ProtocolException(
                    "a chain has at most " + DELEGATIONS_MAX + " delegations, found " + delegations.size());
        }
        var seen = new HashSet<Principal>();
        seen.add(first.principal());
        PublicKey key = first;
        Optional<Set<Principal>> targets = Optional.empty();
        for (int i = 0; i < delegations.size(); i++) {
            var delegation = delegations.get(i).delegation();
            String name = "delegation " + (i + 1) + " of " + delegations.size();
            checkUse(delegation, envelope.content(), name, nowNanos);
            checkSignature(key, delegation.signedBytes(), delegations.get(i).signature(), "the signature of " + name);
            key = PublicKey.fromDer(delegation.publicKey());
            if (!seen.add(key.principal())) {
                throw new ProtocolException(name + " leads back to a key that is already in the chain");
            }
            targets = intersection(targets, delegation.targets());
        }
        checkTargets(targets, envelope.content());
        return new Chain(key, targets);
    }

    private static void checkUse(Delegation delegation, Content content, String name, long nowNanos) {
        if (Long.compareUnsigned(delegation.expiration(), nowNanos) <= 0) {
            throw new ProtocolException(name + " expired at " + instant(delegation.expiration())
                    + "; by this node's clock it is " + instant(nowNanos));
        }
        int targets = delegation.targets().map(List::size).orElse(0);
        if (targets > TARGETS_MAX) {
            throw new ProtocolException(
                    name + " names " + targets + " targets; at most " + TARGETS_MAX + " are allowed");
        }
        switch (delegation.permissions().orElse(ALL_REQUESTS)) {
            case ALL_REQUESTS -> {}
            case QUERIES_ONLY -> {
                if (content instanceof Content.CallContent) {
                    throw new ProtocolException(name + " permits queries only, but this is a call");
                }
            }
            default ->
                throw new ProtocolException(
                        name + " has permissions other than \"" + ALL_REQUESTS + "\" and \"" + QUERIES_ONLY + "\"");
        }
    }

    private static Optional<Set<Principal>> intersection(
            Optional<Set<Principal>> before, Optional<List<Principal>> added) {
        if (added.isEmpty()) {
            return before;
        }
        return Optional.of(added.get().stream()
                .filter(target -> before.isEmpty() || before.get().contains(target))
                .collect(Collectors.toUnmodifiableSet()));
    }

    private static void checkTargets(Optional<Set<Principal>> targets, Content content) {
        var canisterId = switch (content) {
            case Content.CallContent call -> Optional.of(call.canisterId());
            case Content.QueryContent query -> Optional.of(query.canisterId());
            case Content.ReadStateContent _ -> Optional.<Principal>empty();
        };
        if (targets.isPresent() && canisterId.isPresent() && !targets.get().contains(canisterId.get())) {
            throw new ProtocolException("the delegations do not cover canister " + canisterId.get());
        }
    }

    private void checkSignature(PublicKey key, byte[] message, byte[] signature, String name) {
        boolean valid = switch (key) {
            case PublicKey.Ed25519Key ed25519 -> ed25519.verify(message, signature);
            case PublicKey.EcdsaKey ecdsa -> ecdsa.verify(message, signature);
            case WebAuthnKey webAuthn -> webAuthn.verify(message, signature);
            case CanisterKey canister -> canister.verify(message, signature, rootKey);
        };
        if (!valid) {
            throw new ProtocolException(name + " is not a signature by the key it claims: the request was altered, or "
                    + "signed with another key");
        }
    }

    private void checkSenderInfo(Envelope envelope, Optional<PublicKey> senderKey) {
        var given = switch (envelope.content()) {
            case Content.CallContent call -> call.senderInfo();
            case Content.QueryContent query -> query.senderInfo();
            case Content.ReadStateContent _ -> Optional.<SenderInfo>empty();
        };
        if (given.isEmpty()) {
            return;
        }
        var info = given.get();
        if (!(senderKey.orElse(null) instanceof CanisterKey key)) {
            throw new ProtocolException("\"sender_info\" is only allowed when a canister signs for the sender");
        }
        if (!key.canisterId().equals(info.signer())) {
            throw new ProtocolException("\"sender_info\" is by canister " + info.signer() + " but canister "
                    + key.canisterId() + " signs for the sender");
        }
        checkSignature(
                key, DomainSeparator.SENDER_INFO.before(info.info()), info.signature(), "\"sig\" of \"sender_info\"");
    }

    private static String instant(long nanos) {
        long seconds = Long.divideUnsigned(nanos, 1_000_000_000L);
        return Instant.ofEpochSecond(seconds, Long.remainderUnsigned(nanos, 1_000_000_000L))
                .toString();
    }
}
