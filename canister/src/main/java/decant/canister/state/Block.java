package decant.canister.state;

import decant.base.Hash;
import decant.canister.state.Transaction.Operation;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// A transaction as it was entered into a ledger: after which block, at what price, and when.
///
/// @param parent the hash of the block before, unless it is the first
public record Block(Optional<Hash> parent, Transaction transaction, BigInteger fee, long timeNanos) {

    /// {@return this block as the schemas of ICRC-1 and ICRC-2 have it}
    ///
    /// An account of which only the identifier is known is an array of that alone. It is longer than any principal.
    public LedgerValue value() {
        var tx = new TreeMap<String, LedgerValue>();
        var block = new TreeMap<String, LedgerValue>();
        switch (transaction.operation()) {
            case Operation.Mint(var to, var amount) -> {
                describe(block, "1mint", tx, "mint", amount);
                tx.put("to", account(to));
            }
            case Operation.Burn(var from, var spender, var amount) -> {
                describe(block, "1burn", tx, "burn", amount);
                tx.put("from", account(from));
                spender.ifPresent(account -> tx.put("spender", account(account)));
            }
            case Operation.Transfer(var from, var to, var spender, var amount) -> {
                describe(block, spender.isPresent() ? "2xfer" : "1xfer", tx, "xfer", amount);
                tx.put("from", account(from));
                tx.put("to", account(to));
                spender.ifPresent(account -> tx.put("spender", account(account)));
            }
            case Operation.Approve(var from, var spender, var allowance, var expected, var expiryNanos) -> {
                describe(block, "2approve", tx, "approve", allowance);
                tx.put("from", account(from));
                tx.put("spender", account(spender));
                expected.ifPresent(amount -> tx.put("expected_allowance", LedgerValue.nat(amount)));
                expiryNanos.ifPresent(time -> tx.put("expires_at", LedgerValue.nat(time)));
            }
        }
        transaction.memo().ifPresent(memo -> tx.put("memo", new LedgerValue.Blob(memo)));
        transaction.createdNanos().ifPresent(time -> tx.put("ts", LedgerValue.nat(time)));
        transaction.fee().ifPresent(named -> tx.put("fee", LedgerValue.nat(named)));
        if (transaction.fee().isEmpty() && fee.signum() > 0) {
            block.put("fee", LedgerValue.nat(fee));
        }
        block.put("tx", new LedgerValue.Map(tx));
        block.put("ts", LedgerValue.nat(timeNanos));
        parent.ifPresent(hash -> block.put("phash", new LedgerValue.Blob(hash.bytes())));
        return new LedgerValue.Map(block);
    }

    private static void describe(
            TreeMap<String, LedgerValue> block,
            String type,
            TreeMap<String, LedgerValue> tx,
            String operation,
            BigInteger amount) {
        block.put("btype", new LedgerValue.Text(type));
        tx.put("op", new LedgerValue.Text(operation));
        tx.put("amt", LedgerValue.nat(amount));
    }

    private static LedgerValue account(NamedAccount account) {
        var parts = new ArrayList<LedgerValue>();
        account.holder()
                .ifPresentOrElse(
                        holder -> {
                            parts.add(new LedgerValue.Blob(holder.owner().bytes()));
                            holder.subaccount().ifPresent(bytes -> parts.add(new LedgerValue.Blob(bytes)));
                        },
                        () -> parts.add(
                                new LedgerValue.Blob(account.id().digits().bytes())));
        return new LedgerValue.Array(List.copyOf(parts));
    }
}
