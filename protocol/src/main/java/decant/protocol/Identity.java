package decant.protocol;

import decant.base.Principal;
import java.util.List;

/// Whoever makes requests, with what it takes to sign them.
public sealed interface Identity {
    Principal principal();

    /// {@return `content` in an envelope that proves this identity, which must be its sender}
    default SignedRequest sign(Content content) {
        return SignedRequest.of(content, this);
    }

    /// Nobody in particular: requests carry no signature.
    record Anonymous() implements Identity {
        @Override
        public Principal principal() {
            return Principal.ANONYMOUS;
        }
    }

    /// The owner of a key.
    record KeyHolder(SigningKey key, Principal principal) implements Identity {
        public KeyHolder(SigningKey key) {
            this(key, key.publicKey().principal());
        }
    }

    /// One who acts in the place of the owner of `publicKey` (DER), by a chain of delegations that ends at
    /// `sessionKey`.
    record Delegated(byte[] publicKey, List<Delegation.Signed> chain, SigningKey sessionKey) implements Identity {
        public Delegated {
            chain = List.copyOf(chain);
        }

        @Override
        public Principal principal() {
            return Principal.selfAuthenticating(publicKey);
        }
    }
}
