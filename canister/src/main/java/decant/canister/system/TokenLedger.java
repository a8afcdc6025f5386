package decant.canister.system;

import static decant.canister.system.SystemCall.ok;

import decant.base.Principal;
import decant.candid.Label;
import decant.candid.Type;
import decant.candid.Value;
import decant.canister.state.AccountId;
import decant.canister.state.Cycles;
import decant.canister.state.Ledger;
import decant.canister.state.NamedAccount;
import decant.canister.state.SystemId;
import decant.canister.state.Transaction;
import decant.canister.state.Transaction.Operation;
import decant.canister.system.SystemCall.Answered;
import decant.canister.system.SystemCall.Handler;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/// The methods of ICRC-1 and ICRC-2 for one token.
///
/// @param keeper the canister that keeps its ledger
record TokenLedger(SystemId keeper, String name, String symbol, int decimals, BigInteger fee) {
    private static final BigInteger AMOUNT_MAX = Cycles.MAX.toBigInteger();

    Map<String, Handler> handlers() {
        var handlers = new HashMap<>(BlockLog.handlers(keeper));
        handlers.putAll(ownHandlers());
        return handlers;
    }

    private Map<String, Handler> ownHandlers() {
        return Map.ofEntries(
                Map.entry("icrc1_name", call -> call.told(Value.text(name))),
                Map.entry("icrc1_symbol", call -> call.told(Value.text(symbol))),
                Map.entry("icrc1_decimals", call -> call.told(decimalsValue())),
                Map.entry("icrc1_fee", call -> call.told(Value.nat(fee))),
                Map.entry("icrc1_metadata", call -> call.told(metadata())),
                Map.entry("icrc1_supported_standards", call -> call.told(standards())),
                Map.entry("icrc1_minting_account", call -> call.told(Value.none())),
                Map.entry(
                        "icrc1_total_supply",
                        call -> call.told(Value.nat(call.ledger(keeper).supply()))),
                Map.entry("icrc1_balance_of", this::balance),
                Map.entry("icrc1_transfer", this::transfer),
                Map.entry("icrc2_approve", this::approve),
                Map.entry("icrc2_allowance", this::allowance),
                Map.entry("icrc2_transfer_from", this::transferFrom));
    }

    private Value decimalsValue() {
        return new Value.WholeNumber(Type.Primitive.NAT8, BigInteger.valueOf(decimals));
    }

    private Value metadata() {
        return Value.vec(List.of(
                entry("icrc1:name", Value.variant("Text", Value.text(name))),
                entry("icrc1:symbol", Value.variant("Text", Value.text(symbol))),
                entry("icrc1:decimals", Value.variant("Nat", Value.nat(decimals))),
                entry("icrc1:fee", Value.variant("Nat", Value.nat(fee))),
                entry("icrc1:max_memo_length", Value.variant("Nat", Value.nat(Bookkeeping.MEMO_BYTES_MAX)))));
    }

    private static Value standards() {
        return Value.vec(List.of(standard("ICRC-1"), standard("ICRC-2"), standard("ICRC-3")));
    }

    private static Value standard(String name) {
        return Value.record().with("name", Value.text(name)).with("url", Value.text(url(name)));
    }

    /// {@return where the standard is described}
    static String url(String standard) {
        return "https://github.com/dfinity/ICRC-1/blob/main/standards/" + standard + "/README.md";
    }

    static Value entry(String key, Value value) {
        return new Value.Record(
                List.of(new Value.Field(Label.of(0), Value.text(key)), new Value.Field(Label.of(1), value)));
    }

    private Answered balance(SystemCall call) {
        return call.told(
                Value.nat(call.ledger(keeper).balance(account(call.argument()).id())));
    }

    private Answered transfer(SystemCall call) {
        var argument = call.argument();
        return answered(call, () -> {
            var operation = new Operation.Transfer(
                    ownAccount(call, "from_subaccount"),
                    account(argument.field("to")),
                    Optional.empty(),
                    amount(argument.field("amount")));
            return enter(call, operation);
        });
    }

    private Answered transferFrom(SystemCall call) {
        var argument = call.argument();
        return answered(call, () -> {
            var operation = new Operation.Transfer(
                    account(argument.field("from")),
                    account(argument.field("to")),
                    Optional.of(ownAccount(call, "spender_subaccount")),
                    amount(argument.field("amount")));
            return enter(call, operation);
        });
    }

    private Answered approve(SystemCall call) {
        var argument = call.argument();
        return answered(call, () -> {
            if (argument.field("spender").field("owner").toPrincipal().equals(call.caller())) {
                throw Bookkeeping.fault(new LedgerFault.Other("Nobody can approve spending by themselves."));
            }
            var operation = new Operation.Approve(
                    ownAccount(call, "from_subaccount"),
                    account(argument.field("spender")),
                    argument.field("amount").toBigInteger().min(AMOUNT_MAX),
                    argument.optionalField("expected_allowance").map(Value::toBigInteger),
                    nanos(argument.optionalField("expires_at")));
            return enter(call, operation);
        });
    }

    private Answered allowance(SystemCall call) {
        var grant = new Ledger.Grant(
                account(call.argument().field("account")).id(),
                account(call.argument().field("spender")).id());
        var allowance = call.ledger(keeper).allowance(grant, call.timeNanos());
        return call.told(Value.record()
                .with("allowance", Value.nat(allowance.amount()))
                .with(
                        "expires_at",
                        allowance.expiryNanos() == 0
                                ? Value.none()
                                : Value.some(Value.nat64(allowance.expiryNanos()))));
    }

    private Bookkeeping.Entry enter(SystemCall call, Operation operation) {
        var argument = call.argument();
        requireFee(argument.optionalField("fee").map(Value::toBigInteger));
        return Bookkeeping.enter(
                call.ledger(keeper),
                new Transaction(
                        operation,
                        argument.optionalField("fee").map(Value::toBigInteger),
                        argument.optionalField("memo").map(Value::toBytes),
                        nanos(argument.optionalField("created_at_time"))),
                fee,
                call.timeNanos());
    }

    private Answered answered(SystemCall call, Supplier<Bookkeeping.Entry> entering) {
        try {
            var entry = entering.get();
            return call.done(keeper, entry.ledger(), ok(Value.nat(entry.block())));
        } catch (LedgerFault.Thrown e) {
            return call.told(Value.variant("Err", e.fault().toValue()));
        }
    }

    void requireFee(Optional<BigInteger> named) {
        if (named.filter(amount -> !amount.equals(fee)).isPresent()) {
            throw Bookkeeping.fault(new LedgerFault.BadFee(fee));
        }
    }

    /// {@return the account of the caller that an optional field of the argument names the subaccount of}
    static NamedAccount ownAccount(SystemCall call, String field) {
        return account(call.caller(), call.argument().optionalField(field));
    }

    /// {@return the account that a record of owner and subaccount names}
    static NamedAccount account(Value account) {
        return account(account.field("owner").toPrincipal(), account.optionalField("subaccount"));
    }

    private static NamedAccount account(Principal owner, Optional<Value> subaccount) {
        return subaccount
                .map(value -> NamedAccount.of(owner, subaccount(value)))
                .orElseGet(() -> NamedAccount.of(owner));
    }

    private static byte[] subaccount(Value value) {
        byte[] bytes = value.toBytes();
        if (bytes.length != AccountId.SUBACCOUNT_BYTES) {
            throw new Rejection("a subaccount has " + AccountId.SUBACCOUNT_BYTES + " bytes, found " + bytes.length);
        }
        return bytes;
    }

    /// {@return the amount; what no account can have is none the less found to be too much}
    static BigInteger amount(Value value) {
        return value.toBigInteger().min(AMOUNT_MAX);
    }

    static OptionalLong nanos(Optional<Value> value) {
        return value.map(time -> OptionalLong.of(time.toBigInteger().longValue()))
                .orElse(OptionalLong.empty());
    }
}
