package decant.canister.system;

import static decant.canister.system.SystemCall.ok;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Value;
import decant.canister.management.Management;
import decant.canister.state.Cycles;
import decant.canister.state.Ledger.Receipt;
import decant.canister.state.NamedAccount;
import decant.canister.state.Payload;
import decant.canister.state.SubnetState;
import decant.canister.state.SystemId;
import decant.canister.state.Transaction;
import decant.canister.state.Transaction.Operation;
import decant.canister.system.SystemCall.Answered;
import decant.canister.system.SystemCall.Handler;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// The ledger of cycles that belong to principals: what canisters deposit, what is withdrawn into them, and what new
/// ones are made from.
///
/// Cycles leave the ledger only when they have arrived: a withdrawal or a creation that fails costs nothing.
final class CyclesLedger {
    static final TokenLedger TOKEN =
            new TokenLedger(SystemId.CYCLES_LEDGER, "Trillion Cycles", "TCYCLES", 12, BigInteger.valueOf(100_000_000));

    private final Funding funding;
    private final SystemCanister canister;

    CyclesLedger(Management management) {
        funding = new Funding(management, SystemId.CYCLES_LEDGER);
        var handlers = new HashMap<String, Handler>(TOKEN.handlers());
        handlers.put("deposit", CyclesLedger::deposit);
        handlers.put("withdraw", call -> withdraw(call, ownSource(call)));
        handlers.put("withdraw_from", call -> withdraw(call, allowedSource(call)));
        handlers.put("create_canister", call -> createCanister(call, ownSource(call)));
        handlers.put("create_canister_from", call -> createCanister(call, allowedSource(call)));
        canister = new SystemCanister(SystemId.CYCLES_LEDGER, handlers);
    }

    SystemCanister canister() {
        return canister;
    }

    /// Whose cycles are spent, by whose leave, and what a failure to spend them is called.
    private record Source(NamedAccount account, Optional<NamedAccount> spender, String withdrawing, String creating) {}

    private static Source ownSource(SystemCall call) {
        return new Source(
                TokenLedger.ownAccount(call, "from_subaccount"),
                Optional.empty(),
                "FailedToWithdraw",
                "FailedToCreate");
    }

    private static Source allowedSource(SystemCall call) {
        return new Source(
                TokenLedger.account(call.argument().field("from")),
                Optional.of(TokenLedger.ownAccount(call, "spender_subaccount")),
                "FailedToWithdrawFrom",
                "FailedToCreateFrom");
    }

    private static Answered deposit(SystemCall call) {
        var memo = call.argument().optionalField("memo").map(Value::toBytes);
        var to = TokenLedger.account(call.argument().field("to"));
        var deposited = deposited(call, to, call.cycles().toBigInteger(), memo);
        var reply = Value.record()
                .with("balance", Value.nat(deposited.balance()))
                .with("block_index", Value.nat(deposited.block()));
        return new Answered(deposited.next(), reply, Cycles.ZERO);
    }

    /// Cycles that came into an account, in the block of this number.
    record Deposited(SubnetState next, BigInteger balance, long block) {}

    /// Puts cycles into an account, less the fee.
    static Deposited deposited(SystemCall call, NamedAccount to, BigInteger cycles, Optional<byte[]> memo) {
        if (cycles.compareTo(TOKEN.fee()) < 0) {
            throw new Rejection("the requested amount " + cycles
                    + " to be deposited is less than the cycles ledger fee: " + TOKEN.fee());
        }
        var mint = new Transaction(
                new Operation.Mint(to, cycles.subtract(TOKEN.fee())), Optional.empty(), memo, OptionalLong.empty());
        try {
            var entry = Bookkeeping.enter(call.ledger(SystemId.CYCLES_LEDGER), mint, TOKEN.fee(), call.timeNanos());
            return new Deposited(
                    SystemCall.with(call.subnet(), SystemId.CYCLES_LEDGER, entry.ledger()),
                    entry.ledger().balance(to.id()),
                    entry.block());
        } catch (LedgerFault.Thrown e) {
            throw new Rejection(e.fault().toString());
        }
    }

    private Answered withdraw(SystemCall call, Source source) {
        var to = call.argument().field("to").toPrincipal();
        try {
            var burn = burn(call, source, to.bytes());
            var entry = enter(call, burn);
            return switch (funding.topUp(subnetAfter(call, entry), to, amountOf(burn), call.env())) {
                case Funding.Outcome.Given(var next, var _) -> call.done(next, ok(Value.nat(entry.block())));
                case Funding.Outcome.Refused(var reject) -> call.told(failed(source.withdrawing(), reject));
            };
        } catch (LedgerFault.Thrown e) {
            return call.told(Value.variant("Err", e.fault().toValue()));
        }
    }

    private Answered createCanister(SystemCall call, Source source) {
        var creation = call.argument().optionalField("creation_args");
        var wishes = new Funding.Wishes(
                call.caller(),
                creation.flatMap(wished -> wished.optionalField("settings")),
                creation.flatMap(wished -> wished.optionalField("subnet_selection")));
        try {
            byte[] memo = Hash.sha256(Candid.encode(Value.opt(creation), canister.type("creation")))
                    .bytes();
            var burn = burn(call, source, memo);
            var entry = enter(call, burn);
            return switch (funding.create(subnetAfter(call, entry), wishes, amountOf(burn), call.env())) {
                case Funding.Outcome.Given(var next, var made) -> created(call, next, burn, entry.block(), made);
                case Funding.Outcome.Refused(var reject) -> call.told(failed(source.creating(), reject));
            };
        } catch (LedgerFault.Thrown e) {
            return call.told(Value.variant("Err", creationError(e.fault())));
        }
    }

    private static Answered created(SystemCall call, SubnetState next, Transaction burn, long block, Principal made) {
        var ledger = next.system().ledger(SystemId.CYCLES_LEDGER);
        var known = burn.createdNanos().isEmpty()
                ? ledger
                : ledger.withReceipt(burn, new Receipt(block, Optional.of(made)));
        var reply = Value.record().with("block_id", Value.nat(block)).with("canister_id", Value.principal(made));
        return call.done(SystemCall.with(next, SystemId.CYCLES_LEDGER, known), ok(reply));
    }

    private static Transaction burn(SystemCall call, Source source, byte[] memo) {
        var argument = call.argument();
        return new Transaction(
                new Operation.Burn(source.account(), source.spender(), TokenLedger.amount(argument.field("amount"))),
                Optional.empty(),
                Optional.of(memo),
                TokenLedger.nanos(argument.optionalField("created_at_time")));
    }

    private static Bookkeeping.Entry enter(SystemCall call, Transaction transaction) {
        return Bookkeeping.enter(call.ledger(SystemId.CYCLES_LEDGER), transaction, TOKEN.fee(), call.timeNanos());
    }

    private static Cycles amountOf(Transaction burn) {
        return switch (burn.operation()) {
            case Operation.Burn(var _, var _, var amount) -> Cycles.of(amount);
            case Operation.Mint _, Operation.Transfer _, Operation.Approve _ ->
                throw new AssertionError("BUG: not a burn: " + burn);
        };
    }

    private static SubnetState subnetAfter(SystemCall call, Bookkeeping.Entry entry) {
        return SystemCall.with(call.subnet(), SystemId.CYCLES_LEDGER, entry.ledger());
    }

    /// Both kinds of failure say the same in fields of different names; what the type does not have is left out.
    private static Value failed(String name, Payload.Reject reject) {
        return Value.variant(
                "Err",
                Value.variant(
                        name,
                        Value.record()
                                .with("error", Value.text(reject.message()))
                                .with("rejection_code", Value.variant(rejectionCode(reject.code())))
                                .with("rejection_reason", Value.text(reject.message()))));
    }

    private static String rejectionCode(int code) {
        return List.of(
                        "NoError",
                        "SysFatal",
                        "SysTransient",
                        "DestinationInvalid",
                        "CanisterReject",
                        "CanisterError",
                        "Unknown")
                .get(code);
    }

    private static Value creationError(LedgerFault fault) {
        return fault instanceof LedgerFault.Duplicate(var original)
                ? Value.variant(
                        "Duplicate",
                        Value.record()
                                .with("duplicate_of", Value.nat(original.block()))
                                .with(
                                        "canister_id",
                                        Value.opt(original.canister().map(Value::principal))))
                : fault.toValue();
    }
}
