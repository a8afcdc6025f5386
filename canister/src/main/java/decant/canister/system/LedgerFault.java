package decant.canister.system;

import decant.candid.Value;
import decant.canister.state.Ledger.Receipt;
import java.math.BigInteger;

/// Why a ledger does not enter a transaction, as a value.
sealed interface LedgerFault {
    record BadFee(BigInteger expected) implements LedgerFault {}

    record InsufficientFunds(BigInteger balance) implements LedgerFault {}

    record InsufficientAllowance(BigInteger allowance) implements LedgerFault {}

    record AllowanceChanged(BigInteger current) implements LedgerFault {}

    record Expired(long ledgerNanos) implements LedgerFault {}

    record TooOld(long windowNanos) implements LedgerFault {}

    record CreatedInFuture(long ledgerNanos) implements LedgerFault {}

    record Duplicate(Receipt original) implements LedgerFault {}

    /// So many transactions that said when they were made that no more can be remembered.
    record TemporarilyUnavailable() implements LedgerFault {}

    record Other(String message) implements LedgerFault {}

    /// Carries a fault to where the call is answered. It lives only inside this package.
    final class Thrown extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final transient LedgerFault fault;

        Thrown(LedgerFault fault) {
            super(fault.toString(), null, false, false);
            this.fault = fault;
        }

        LedgerFault fault() {
            return fault;
        }
    }

    /// {@return the error as ICRC-1 and ICRC-2 name it}
    default Value toValue() {
        return switch (this) {
            case BadFee(var expected) -> error("BadFee", "expected_fee", Value.nat(expected));
            case InsufficientFunds(var balance) -> error("InsufficientFunds", "balance", Value.nat(balance));
            case InsufficientAllowance(var allowance) ->
                error("InsufficientAllowance", "allowance", Value.nat(allowance));
            case AllowanceChanged(var current) -> error("AllowanceChanged", "current_allowance", Value.nat(current));
            case Expired(long ledgerNanos) -> error("Expired", "ledger_time", Value.nat64(ledgerNanos));
            case TooOld _ -> Value.variant("TooOld");
            case CreatedInFuture(long ledgerNanos) -> error("CreatedInFuture", "ledger_time", Value.nat64(ledgerNanos));
            case Duplicate(var original) -> error("Duplicate", "duplicate_of", Value.nat(original.block()));
            case TemporarilyUnavailable _ -> Value.variant("TemporarilyUnavailable");
            case Other(var message) ->
                Value.variant(
                        "GenericError",
                        Value.record().with("error_code", Value.nat(1)).with("message", Value.text(message)));
        };
    }

    private static Value error(String name, String field, Value value) {
        return Value.variant(name, Value.record().with(field, value));
    }
}
