package decant.canister.state;

import decant.base.Hash;
import decant.base.Principal;
import java.math.BigInteger;
import java.util.Optional;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/// Who has how much of a token, who may spend it for whom, and what was done lately.
///
/// A value; it knows no rules. The chain of all blocks ends in `tip`; only the last ones are kept.
///
/// @param balances no account is at zero
/// @param allowances by who gave and who got them; none is zero
/// @param receipts the transactions that must not be done again
/// @param blocks the last blocks, by their numbers
/// @param height how many blocks there were
/// @param tip the hash of the last block, which has that of the one before in it; zeros where there is none
public record Ledger(
        PSortedMap<AccountId, BigInteger> balances,
        PSortedMap<Grant, Allowance> allowances,
        PSortedMap<Dated, Receipt> receipts,
        PSortedMap<Long, Block> blocks,
        long height,
        Hash tip) {

    /// How many blocks can be looked up.
    public static final int BLOCKS_MAX = 2_000;

    public static final Ledger EMPTY = new Ledger(
            TreePMap.empty(), TreePMap.empty(), TreePMap.empty(), TreePMap.empty(), 0, Hash.of(new byte[Hash.BYTES]));

    /// Who allows whom to spend.
    public record Grant(AccountId from, AccountId spender) implements Comparable<Grant> {
        @Override
        public int compareTo(Grant other) {
            int order = from.compareTo(other.from);
            return order != 0 ? order : spender.compareTo(other.spender);
        }
    }

    /// How much may be spent, fees included. `expiryNanos` is 0 where there is no end.
    public record Allowance(BigInteger amount, long expiryNanos) {
        public static final Allowance NONE = new Allowance(BigInteger.ZERO, 0);

        public boolean isOver(long nowNanos) {
            return expiryNanos != 0 && Long.compareUnsigned(expiryNanos, nowNanos) <= 0;
        }
    }

    /// A transaction by its time and its hash.
    public record Dated(long createdNanos, Hash transaction) implements Comparable<Dated> {
        @Override
        public int compareTo(Dated other) {
            int order = Long.compareUnsigned(createdNanos, other.createdNanos);
            return order != 0 ? order : transaction.compareTo(other.transaction);
        }
    }

    /// What a transaction came to: its block, and the canister it made, if it made one.
    public record Receipt(long block, Optional<Principal> canister) {}

    public BigInteger balance(AccountId account) {
        return balances.getOrDefault(account, BigInteger.ZERO);
    }

    /// {@return how much there is in all accounts together}
    public BigInteger supply() {
        return balances.values().stream().reduce(BigInteger.ZERO, BigInteger::add);
    }

    /// {@return what may be spent at this time}
    public Allowance allowance(Grant grant, long nowNanos) {
        var allowance = allowances.getOrDefault(grant, Allowance.NONE);
        return allowance.isOver(nowNanos) ? Allowance.NONE : allowance;
    }

    /// {@return what became of the transaction, if it said when it was made, and was done}
    public Optional<Receipt> receipt(Transaction transaction) {
        return transaction.createdNanos().isEmpty()
                ? Optional.empty()
                : Optional.ofNullable(receipts.get(dated(transaction)));
    }

    public Ledger withBalance(AccountId account, BigInteger amount) {
        var next = amount.signum() == 0 ? balances.minus(account) : balances.plus(account, amount);
        return new Ledger(next, allowances, receipts, blocks, height, tip);
    }

    public Ledger withAllowance(Grant grant, Allowance allowance) {
        var next = allowance.amount().signum() == 0 ? allowances.minus(grant) : allowances.plus(grant, allowance);
        return withAllowances(next);
    }

    /// {@return this ledger without allowances that are over}
    public Ledger withoutOverAllowances(long nowNanos) {
        var next = allowances;
        for (var entry : allowances.entrySet()) {
            next = entry.getValue().isOver(nowNanos) ? next.minus(entry.getKey()) : next;
        }
        return withAllowances(next);
    }

    private Ledger withAllowances(PSortedMap<Grant, Allowance> next) {
        return new Ledger(balances, next, receipts, blocks, height, tip);
    }

    /// {@return this ledger, knowing what the transaction came to, which said when it was made}
    public Ledger withReceipt(Transaction transaction, Receipt receipt) {
        return withReceipts(receipts.plus(dated(transaction), receipt));
    }

    /// {@return this ledger without the receipts of transactions that were made earlier}
    public Ledger withoutReceiptsBefore(long nanos) {
        var next = receipts;
        while (!next.isEmpty() && Long.compareUnsigned(next.firstKey().createdNanos(), nanos) < 0) {
            next = next.minus(next.firstKey());
        }
        return withReceipts(next);
    }

    private Ledger withReceipts(PSortedMap<Dated, Receipt> next) {
        return new Ledger(balances, allowances, next, blocks, height, tip);
    }

    private static Dated dated(Transaction transaction) {
        return new Dated(transaction.createdNanos().orElseThrow(), transaction.hash());
    }

    /// {@return this ledger with one block more, numbered `height`, for a transaction at this price and time}
    public Ledger plus(Transaction transaction, BigInteger fee, long timeNanos) {
        var block = new Block(height == 0 ? Optional.empty() : Optional.of(tip), transaction, fee, timeNanos);
        var next = blocks.plus(height, block);
        if (next.size() > BLOCKS_MAX) {
            next = next.minus(next.firstKey());
        }
        return new Ledger(
                balances, allowances, receipts, next, height + 1, block.value().hash());
    }

    /// {@return the last block, as this ledger certifies it, if there is one}
    public Optional<LedgerTip> lastBlock() {
        return height == 0 ? Optional.empty() : Optional.of(new LedgerTip(height - 1, tip));
    }
}
