package decant.canister.state;

import decant.base.Hash;
import java.math.BigInteger;
import java.util.Optional;
import java.util.OptionalLong;

/// What somebody asked a ledger to do. ICRC-1 and ICRC-2.
///
/// @param fee the fee that was named, if one was
/// @param createdNanos when it was made, if that was said: then it is done once only
public record Transaction(
        Operation operation, Optional<BigInteger> fee, Optional<byte[]> memo, OptionalLong createdNanos) {

    /// What changes in a ledger. A `spender` acts on an allowance.
    public sealed interface Operation {
        record Mint(NamedAccount to, BigInteger amount) implements Operation {}

        record Burn(NamedAccount from, Optional<NamedAccount> spender, BigInteger amount) implements Operation {}

        record Transfer(NamedAccount from, NamedAccount to, Optional<NamedAccount> spender, BigInteger amount)
                implements Operation {}

        /// Lets somebody spend.
        ///
        /// @param expected the allowance that must be found, if that was said
        record Approve(
                NamedAccount from,
                NamedAccount spender,
                BigInteger allowance,
                Optional<BigInteger> expected,
                OptionalLong expiryNanos)
                implements Operation {}
    }

    /// {@return the same for equal transactions and for no others}
    public Hash hash() {
        return Hash.sha256(LedgerFormat.identity(this));
    }
}
