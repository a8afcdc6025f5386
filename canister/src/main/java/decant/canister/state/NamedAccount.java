package decant.canister.state;

import decant.base.Principal;
import java.util.Optional;

/// An account of a ledger as somebody named it: by its holder, or only by its identifier, which does not tell the
/// holder.
public record NamedAccount(AccountId id, Optional<Holder> holder) {

    /// An owner, and the one of the owner's subaccounts that was named, if one was.
    public record Holder(Principal owner, Optional<byte[]> subaccount) {}

    /// {@return the account of the owner that has no number}
    public static NamedAccount of(Principal owner) {
        return new NamedAccount(AccountId.of(owner), Optional.of(new Holder(owner, Optional.empty())));
    }

    public static NamedAccount of(Principal owner, byte[] subaccount) {
        return new NamedAccount(
                AccountId.of(owner, subaccount), Optional.of(new Holder(owner, Optional.of(subaccount))));
    }

    /// {@return an account of which nothing else is known}
    public static NamedAccount of(AccountId id) {
        return new NamedAccount(id, Optional.empty());
    }
}
