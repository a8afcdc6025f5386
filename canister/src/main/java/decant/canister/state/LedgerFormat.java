package decant.canister.state;

import decant.canister.state.Ledger.Allowance;
import decant.canister.state.Ledger.Dated;
import decant.canister.state.Ledger.Grant;
import decant.canister.state.Ledger.Receipt;
import decant.canister.state.Transaction.Operation;
import java.math.BigInteger;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/// The bytes of a ledger.
///
/// ```
/// ledger      = version, height, tip:hash, list of (account, amount), list of (account, account, allowance),
///               list of (created, transaction:hash, block number, optional principal), list of (number, block)
/// allowance   = amount, expiry
/// block       = optional parent:hash, transaction, fee:amount, time
/// transaction = operation, optional fee:amount, optional memo:bytes, optional created
/// operation   = 0 to amount | 1 from (optional spender) amount | 2 from to (optional spender) amount
///             | 3 from spender amount (optional expected:amount) (optional expiry)
/// account     = identifier:hash, in operations followed by optional holder: owner:principal, optional subaccount:bytes
/// amount      = bytes, big-endian two's complement
/// ```
///
/// The identity of a transaction is that of its accounts, however they were named: it is hashed without the holders.
final class LedgerFormat {
    private static final int VERSION = 2;
    private static final int MINT = 0;
    private static final int BURN = 1;
    private static final int TRANSFER = 2;
    private static final int APPROVE = 3;

    private LedgerFormat() {}

    static byte[] encode(Ledger ledger) {
        var out = new RecordWriter();
        out.number(VERSION);
        out.number(ledger.height());
        out.hash(ledger.tip());
        out.list(ledger.balances().entrySet(), entry -> {
            account(out, entry.getKey());
            amount(out, entry.getValue());
        });
        out.list(ledger.allowances().entrySet(), entry -> {
            account(out, entry.getKey().from());
            account(out, entry.getKey().spender());
            amount(out, entry.getValue().amount());
            out.number(entry.getValue().expiryNanos());
        });
        out.list(ledger.receipts().entrySet(), entry -> {
            out.number(entry.getKey().createdNanos());
            out.hash(entry.getKey().transaction());
            out.number(entry.getValue().block());
            out.optional(entry.getValue().canister(), out::principal);
        });
        out.list(ledger.blocks().entrySet(), entry -> {
            out.number(entry.getKey());
            block(out, entry.getValue());
        });
        return out.record();
    }

    static Ledger decode(RecordReader in) {
        in.version(VERSION);
        long height = in.number();
        var tip = in.hash();
        var ledger = new Ledger(
                map(in, () -> Map.entry(account(in), amount(in))),
                map(in, () -> Map.entry(new Grant(account(in), account(in)), new Allowance(amount(in), in.number()))),
                map(
                        in,
                        () -> Map.entry(
                                new Dated(in.number(), in.hash()),
                                new Receipt(in.number(), in.optional(in::principal)))),
                map(in, () -> Map.entry(in.number(), block(in))),
                height,
                tip);
        in.end();
        return ledger;
    }

    private static <K extends Comparable<? super K>, V> PSortedMap<K, V> map(
            RecordReader in, Supplier<Map.Entry<K, V>> read) {
        PSortedMap<K, V> map = TreePMap.empty();
        for (var entry : in.list(read)) {
            map = map.plus(entry.getKey(), entry.getValue());
        }
        return map;
    }

    /// {@return the same for equal transactions and for no others}
    static byte[] identity(Transaction transaction) {
        var out = new RecordWriter();
        transaction(out, transaction, (writer, account) -> account(writer, account.id()));
        return out.record();
    }

    private static void block(RecordWriter out, Block block) {
        out.optional(block.parent(), out::hash);
        transaction(out, block.transaction(), LedgerFormat::account);
        amount(out, block.fee());
        out.number(block.timeNanos());
    }

    private static Block block(RecordReader in) {
        return new Block(in.optional(in::hash), transaction(in), amount(in), in.number());
    }

    private static void transaction(
            RecordWriter out, Transaction transaction, BiConsumer<RecordWriter, NamedAccount> account) {
        switch (transaction.operation()) {
            case Operation.Mint(var to, var amount) -> {
                out.number(MINT);
                account.accept(out, to);
                amount(out, amount);
            }
            case Operation.Burn(var from, var spender, var amount) -> {
                out.number(BURN);
                account.accept(out, from);
                out.optional(spender, named -> account.accept(out, named));
                amount(out, amount);
            }
            case Operation.Transfer(var from, var to, var spender, var amount) -> {
                out.number(TRANSFER);
                account.accept(out, from);
                account.accept(out, to);
                out.optional(spender, named -> account.accept(out, named));
                amount(out, amount);
            }
            case Operation.Approve(var from, var spender, var allowance, var expected, var expiryNanos) -> {
                out.number(APPROVE);
                account.accept(out, from);
                account.accept(out, spender);
                amount(out, allowance);
                out.optional(expected, amount -> amount(out, amount));
                out.optional(expiryNanos);
            }
        }
        out.optional(transaction.fee(), amount -> amount(out, amount));
        out.optional(transaction.memo(), out::bytes);
        out.optional(transaction.createdNanos());
    }

    private static Transaction transaction(RecordReader in) {
        long kind = in.number();
        var operation = switch ((int) kind) {
            case MINT -> new Operation.Mint(namedAccount(in), amount(in));
            case BURN -> new Operation.Burn(namedAccount(in), in.optional(() -> namedAccount(in)), amount(in));
            case TRANSFER ->
                new Operation.Transfer(
                        namedAccount(in), namedAccount(in), in.optional(() -> namedAccount(in)), amount(in));
            case APPROVE ->
                new Operation.Approve(
                        namedAccount(in),
                        namedAccount(in),
                        amount(in),
                        in.optional(() -> amount(in)),
                        in.optionalNumber());
            default -> throw in.malformed("the operation " + kind);
        };
        return new Transaction(operation, in.optional(() -> amount(in)), in.optional(in::bytes), in.optionalNumber());
    }

    private static void account(RecordWriter out, NamedAccount account) {
        account(out, account.id());
        out.optional(account.holder(), holder -> {
            out.principal(holder.owner());
            out.optional(holder.subaccount(), out::bytes);
        });
    }

    private static NamedAccount namedAccount(RecordReader in) {
        return new NamedAccount(
                account(in), in.optional(() -> new NamedAccount.Holder(in.principal(), in.optional(in::bytes))));
    }

    private static void account(RecordWriter out, AccountId account) {
        out.hash(account.digits());
    }

    private static AccountId account(RecordReader in) {
        return new AccountId(in.hash());
    }

    private static void amount(RecordWriter out, BigInteger amount) {
        out.bytes(amount.toByteArray());
    }

    private static BigInteger amount(RecordReader in) {
        return new BigInteger(in.bytes());
    }
}
