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
        record Mint(AccountId to, BigInteger amount) implements Operation {}

        record Burn(AccountId from, Optional<AccountId> spender, BigInteger amount) implements Operation {}

        record Transfer(AccountId from, AccountId to, Optional<AccountId> spender, BigInteger amount)
                implements Operation {}

        /// Lets somebody spend.
        ///
        /// @param expected the allowance that must be found, if that was said
        record Approve(
                AccountId from,
                AccountId spender,
                BigInteger allowance,
                Optional<BigInteger> expected,
                OptionalLong expiryNanos)
                implements Operation {}
    }

    /// {@return the same for equal transactions and for no others}
    public Hash hash() {
        return Hash.sha256(LedgerFormat.encode(this));
    }
}
