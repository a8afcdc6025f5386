package decant.canister.system;

import decant.candid.Value;
import decant.canister.state.AccountId;
import decant.canister.state.NamedAccount;
import decant.canister.state.SystemId;
import decant.canister.state.Transaction;
import decant.canister.state.Transaction.Operation;
import decant.canister.system.SystemCall.Answered;
import decant.canister.system.SystemCall.Handler;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// The ledger of ICP: ICRC-1 and ICRC-2, and the older methods, which name accounts by their identifiers.
final class IcpLedger {
    static final TokenLedger TOKEN =
            new TokenLedger(SystemId.ICP_LEDGER, "Internet Computer", "ICP", 8, BigInteger.valueOf(10_000));

    private IcpLedger() {}

    static SystemCanister canister() {
        var handlers = new HashMap<String, Handler>(TOKEN.handlers());
        handlers.put("transfer", IcpLedger::transfer);
        handlers.put(
                "account_balance",
                call -> balance(call, call.argument().field("account").toBytes()));
        handlers.put(
                "account_balance_dfx",
                call -> balance(call, bytes(call.argument().field("account").toText())));
        handlers.put(
                "account_identifier",
                call -> call.told(Value.blob(
                        TokenLedger.account(call.argument()).id().digits().bytes())));
        handlers.put("transfer_fee", call -> call.told(Value.record().with("transfer_fee", tokens(TOKEN.fee()))));
        handlers.put("name", call -> call.told(Value.record().with("name", Value.text(TOKEN.name()))));
        handlers.put("symbol", call -> call.told(Value.record().with("symbol", Value.text(TOKEN.symbol()))));
        handlers.put("decimals", call -> call.told(Value.record().with("decimals", Value.nat32(TOKEN.decimals()))));
        handlers.put("archives", call -> call.told(Value.record().with("archives", Value.vec(List.of()))));
        return new SystemCanister(SystemId.ICP_LEDGER, handlers);
    }

    /// {@return the memo as the bytes that the newer methods have for it}
    static byte[] memo(long number) {
        return ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(number)
                .array();
    }

    private static Answered transfer(SystemCall call) {
        var argument = call.argument();
        var fee = e8s(argument.field("fee"));
        var transaction = new Transaction(
                new Operation.Transfer(
                        TokenLedger.ownAccount(call, "from_subaccount"),
                        NamedAccount.of(account(argument.field("to").toBytes())),
                        Optional.empty(),
                        e8s(argument.field("amount"))),
                Optional.of(fee),
                Optional.of(memo(argument.field("memo").toBigInteger().longValue())),
                TokenLedger.nanos(
                        argument.optionalField("created_at_time").map(time -> time.field("timestamp_nanos"))));
        try {
            TOKEN.requireFee(Optional.of(fee));
            var entry = Bookkeeping.enter(call.ledger(SystemId.ICP_LEDGER), transaction, TOKEN.fee(), call.timeNanos());
            return call.done(SystemId.ICP_LEDGER, entry.ledger(), SystemCall.ok(Value.nat64(entry.block())));
        } catch (LedgerFault.Thrown e) {
            return call.told(Value.variant("Err", error(e.fault())));
        }
    }

    private static Value error(LedgerFault fault) {
        return switch (fault) {
            case LedgerFault.BadFee(var expected) ->
                Value.variant("BadFee", Value.record().with("expected_fee", tokens(expected)));
            case LedgerFault.InsufficientFunds(var balance) ->
                Value.variant("InsufficientFunds", Value.record().with("balance", tokens(balance)));
            case LedgerFault.TooOld(long windowNanos) ->
                Value.variant("TxTooOld", Value.record().with("allowed_window_nanos", Value.nat64(windowNanos)));
            case LedgerFault.CreatedInFuture _ -> Value.variant("TxCreatedInFuture");
            case LedgerFault.Duplicate(var original) ->
                Value.variant("TxDuplicate", Value.record().with("duplicate_of", Value.nat64(original.block())));
            case LedgerFault.InsufficientAllowance _,
                    LedgerFault.AllowanceChanged _,
                    LedgerFault.Expired _,
                    LedgerFault.TemporarilyUnavailable _,
                    LedgerFault.Other _ -> throw new Rejection(fault.toString());
        };
    }

    private static Answered balance(SystemCall call, byte[] account) {
        return call.told(tokens(call.ledger(SystemId.ICP_LEDGER).balance(account(account))));
    }

    private static AccountId account(byte[] bytes) {
        return AccountId.parse(bytes)
                .orElseThrow(
                        () -> new Rejection("an account identifier has 32 bytes, of which the first 4 are the CRC-32"
                                + " of the others, found " + HexFormat.of().formatHex(bytes)));
    }

    private static byte[] bytes(String hex) {
        try {
            return HexFormat.of().parseHex(hex);
        } catch (IllegalArgumentException _) {
            throw new Rejection("an account identifier has 64 hexadecimal digits, found " + hex);
        }
    }

    private static BigInteger e8s(Value tokens) {
        return tokens.field("e8s").toBigInteger();
    }

    private static Value tokens(BigInteger e8s) {
        return Value.record().with("e8s", Value.nat64(e8s.longValue()));
    }
}
