package decant.canister.system;

import decant.canister.state.AccountId;
import decant.canister.state.Ledger;
import decant.canister.state.Ledger.Allowance;
import decant.canister.state.Ledger.Grant;
import decant.canister.state.Ledger.Receipt;
import decant.canister.state.NamedAccount;
import decant.canister.state.Transaction;
import decant.canister.state.Transaction.Operation;
import java.math.BigInteger;
import java.util.Optional;

/// Enters transactions into a ledger, by the rules of ICRC-1 and ICRC-2. Fees are burned.
final class Bookkeeping {
    static final long WINDOW_NANOS = 24 * 3_600_000_000_000L;
    static final long DRIFT_NANOS = 120_000_000_000L;
    static final int MEMO_BYTES_MAX = 32;

    private static final int ACCOUNTS_MAX = 100_000;
    private static final int ALLOWANCES_MAX = 100_000;
    private static final int RECEIPTS_MAX = 50_000;

    private Bookkeeping() {}

    /// A ledger with a transaction entered, in the block of this number.
    record Entry(Ledger ledger, long block) {}

    /// Enters the transaction, at this price and this time.
    ///
    /// @throws LedgerFault.Thrown if the rules are against it
    static Entry enter(Ledger before, Transaction transaction, BigInteger fee, long nowNanos) {
        var ledger = before.withoutReceiptsBefore(nowNanos - WINDOW_NANOS - DRIFT_NANOS);
        requireOnce(ledger, transaction, nowNanos);
        long block = ledger.height();
        var next = carriedOut(ledger, transaction.operation(), fee, nowNanos).plus(transaction, fee, nowNanos);
        return new Entry(
                transaction.createdNanos().isEmpty()
                        ? next
                        : next.withReceipt(transaction, new Receipt(block, Optional.empty())),
                block);
    }

    private static void requireOnce(Ledger ledger, Transaction transaction, long nowNanos) {
        if (transaction.memo().filter(memo -> memo.length > MEMO_BYTES_MAX).isPresent()) {
            throw fault(new LedgerFault.Other("A memo has at most " + MEMO_BYTES_MAX + " bytes, found "
                    + transaction.memo().get().length));
        }
        if (transaction.createdNanos().isEmpty()) {
            return;
        }
        long createdNanos = transaction.createdNanos().getAsLong();
        if (Long.compareUnsigned(createdNanos, nowNanos + DRIFT_NANOS) > 0) {
            throw fault(new LedgerFault.CreatedInFuture(nowNanos));
        }
        if (createdNanos + WINDOW_NANOS + DRIFT_NANOS < nowNanos) {
            throw fault(new LedgerFault.TooOld(WINDOW_NANOS));
        }
        ledger.receipt(transaction).ifPresent(original -> {
            throw fault(new LedgerFault.Duplicate(original));
        });
        if (ledger.receipts().size() >= RECEIPTS_MAX) {
            throw fault(new LedgerFault.TemporarilyUnavailable());
        }
    }

    private static Ledger carriedOut(Ledger ledger, Operation operation, BigInteger fee, long nowNanos) {
        return switch (operation) {
            case Operation.Mint(var to, var amount) -> credited(ledger, to.id(), amount);
            case Operation.Burn(var from, var spender, var amount) ->
                debited(spent(ledger, from, spender, amount.add(fee), nowNanos), from.id(), amount.add(fee));
            case Operation.Transfer(var from, var to, var spender, var amount) -> {
                var spent = spent(ledger, from, spender, amount.add(fee), nowNanos);
                yield credited(debited(spent, from.id(), amount.add(fee)), to.id(), amount);
            }
            case Operation.Approve approve ->
                approved(debited(ledger, approve.from().id(), fee), approve, nowNanos);
        };
    }

    private static Ledger debited(Ledger ledger, AccountId account, BigInteger amount) {
        var balance = ledger.balance(account);
        if (balance.compareTo(amount) < 0) {
            throw fault(new LedgerFault.InsufficientFunds(balance));
        }
        return ledger.withBalance(account, balance.subtract(amount));
    }

    private static Ledger credited(Ledger ledger, AccountId account, BigInteger amount) {
        var next = ledger.withBalance(account, ledger.balance(account).add(amount));
        if (next.balances().size() > ACCOUNTS_MAX) {
            throw fault(new LedgerFault.Other("This ledger has no room for more than " + ACCOUNTS_MAX + " accounts."));
        }
        return next;
    }

    /// Uses up what somebody else than the owner was allowed to spend.
    private static Ledger spent(
            Ledger ledger, NamedAccount from, Optional<NamedAccount> spender, BigInteger amount, long nowNanos) {
        if (spender.isEmpty() || spender.get().id().equals(from.id())) {
            return ledger;
        }
        var grant = new Grant(from.id(), spender.get().id());
        var allowance = ledger.allowance(grant, nowNanos);
        if (allowance.amount().compareTo(amount) < 0) {
            throw fault(new LedgerFault.InsufficientAllowance(allowance.amount()));
        }
        return ledger.withAllowance(grant, new Allowance(allowance.amount().subtract(amount), allowance.expiryNanos()));
    }

    private static Ledger approved(Ledger ledger, Operation.Approve approve, long nowNanos) {
        var grant = new Grant(approve.from().id(), approve.spender().id());
        var current = ledger.allowance(grant, nowNanos).amount();
        if (approve.expected().filter(expected -> !expected.equals(current)).isPresent()) {
            throw fault(new LedgerFault.AllowanceChanged(current));
        }
        if (approve.expiryNanos().isPresent()
                && Long.compareUnsigned(approve.expiryNanos().getAsLong(), nowNanos) <= 0) {
            throw fault(new LedgerFault.Expired(nowNanos));
        }
        var allowance = new Allowance(approve.allowance(), approve.expiryNanos().orElse(0));
        boolean isFull = ledger.allowances().size() >= ALLOWANCES_MAX;
        var next = (isFull ? ledger.withoutOverAllowances(nowNanos) : ledger).withAllowance(grant, allowance);
        if (next.allowances().size() > ALLOWANCES_MAX) {
            throw fault(
                    new LedgerFault.Other("This ledger has no room for more than " + ALLOWANCES_MAX + " allowances."));
        }
        return next;
    }

    static LedgerFault.Thrown fault(LedgerFault fault) {
        return new LedgerFault.Thrown(fault);
    }
}
