package decant.canister.system;

import static decant.canister.system.SystemCall.ok;

import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Quota;
import decant.candid.Type;
import decant.candid.Value;
import decant.canister.management.Management;
import decant.canister.state.AccountId;
import decant.canister.state.Cycles;
import decant.canister.state.NamedAccount;
import decant.canister.state.SubnetState;
import decant.canister.state.SystemId;
import decant.canister.state.Transaction;
import decant.canister.state.Transaction.Operation;
import decant.canister.system.SystemCall.Answered;
import decant.canister.system.SystemCall.Handler;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiFunction;
import java.util.function.Function;

/// The cycles minting canister: makes cycles from ICP that was paid to it, at a fixed rate.
///
/// A payment is a block of the ICP ledger to the account of this canister whose subaccount names the beneficiary, with
/// a memo that says what for. Whoever notifies of it again gets the first reply again.
final class CyclesMinting {
    private static final long MEMO_CREATE = 0x41455243L;
    private static final long MEMO_TOP_UP = 0x50555054L;
    private static final long MEMO_MINT = 0x544e494dL;

    /// 1 XDR is 10^12 cycles: an e8 of ICP makes as many cycles as this.
    private static final long XDR_PERMYRIAD_PER_ICP = 50_000;

    private final Funding funding;
    private final SystemCanister canister;

    CyclesMinting(Management management) {
        funding = new Funding(management, SystemId.CYCLES_MINTING);
        Map<String, Handler> handlers = Map.of(
                "get_icp_xdr_conversion_rate", CyclesMinting::rate,
                "get_default_subnets", call -> call.told(subnets(call)),
                "get_subnet_types_to_subnets", call -> call.told(Value.record().with("data", Value.vec(List.of()))),
                "notify_mint_cycles", this::notifyMint,
                "notify_top_up", this::notifyTopUp,
                "notify_create_canister", this::notifyCreate);
        canister = new SystemCanister(SystemId.CYCLES_MINTING, handlers);
    }

    SystemCanister canister() {
        return canister;
    }

    private static Answered rate(SystemCall call) {
        var data = Value.record()
                .with("timestamp_seconds", Value.nat64(call.timeNanos() / 1_000_000_000))
                .with("xdr_permyriad_per_icp", Value.nat64(XDR_PERMYRIAD_PER_ICP));
        return call.told(Value.record()
                .with("data", data)
                .with("hash_tree", Value.blob(new byte[0]))
                .with("certificate", Value.blob(new byte[0])));
    }

    private static Value subnets(SystemCall call) {
        return Value.vec(List.of(Value.principal(call.env().subnetId())));
    }

    private Answered notifyMint(SystemCall call) {
        var to = TokenLedger.ownAccount(call, "to_subaccount");
        var memo = call.argument().optionalField("deposit_memo").map(Value::toBytes);
        return notified(call, "notify_mint_cycles", new Purpose(MEMO_MINT, call.caller()), (subnet, cycles) -> {
            var after =
                    new SystemCall(subnet, call.caller(), Cycles.ZERO, call.argument(), call.env(), Optional.empty());
            try {
                var deposited = CyclesLedger.deposited(after, to, cycles.toBigInteger(), memo);
                var reply = Value.record()
                        .with("block_index", Value.nat(deposited.block()))
                        .with("balance", Value.nat(deposited.balance()))
                        .with("minted", Value.nat(cycles.toBigInteger()));
                return new Use.Done(deposited.next(), reply);
            } catch (Rejection rejection) {
                return new Use.Failed(rejection.reason());
            }
        });
    }

    private Answered notifyTopUp(SystemCall call) {
        var target = call.argument().field("canister_id").toPrincipal();
        return notified(
                call,
                "notify_top_up",
                new Purpose(MEMO_TOP_UP, target),
                (subnet, cycles) ->
                        use(funding.topUp(subnet, target, cycles, call.env()), _ -> Value.nat(cycles.toBigInteger())));
    }

    private Answered notifyCreate(SystemCall call) {
        var argument = call.argument();
        var controller = argument.field("controller").toPrincipal();
        var wishes = new Funding.Wishes(
                controller, argument.optionalField("settings"), argument.optionalField("subnet_selection"));
        return notified(
                call,
                "notify_create_canister",
                new Purpose(MEMO_CREATE, controller),
                (subnet, cycles) -> use(funding.create(subnet, wishes, cycles, call.env()), Value::principal));
    }

    private static Use use(Funding.Outcome outcome, Function<Principal, Value> reply) {
        return switch (outcome) {
            case Funding.Outcome.Given(var next, var canister) -> new Use.Done(next, reply.apply(canister));
            case Funding.Outcome.Refused(var reject) -> new Use.Failed(reject.message());
        };
    }

    /// What somebody paid for: it is in the memo, and in the subaccount that was paid to.
    private record Purpose(long memo, Principal beneficiary) {
        NamedAccount account() {
            return NamedAccount.of(SystemId.CYCLES_MINTING.principal(), AccountId.subaccountFor(beneficiary));
        }
    }

    /// What became of the cycles that were paid for.
    private sealed interface Use {
        record Done(SubnetState next, Value reply) implements Use {}

        record Failed(String reason) implements Use {}
    }

    private Answered notified(
            SystemCall call, String method, Purpose purpose, BiFunction<SubnetState, Cycles, Use> using) {
        var blockIndex = call.argument().field("block_index").toBigInteger();
        var ledger = call.ledger(SystemId.ICP_LEDGER);
        var oldest = ledger.blocks().isEmpty() ? 0 : ledger.blocks().firstKey();
        if (blockIndex.compareTo(BigInteger.valueOf(oldest)) < 0) {
            return call.told(error("TransactionTooOld", Value.nat64(oldest)));
        }
        var block = Optional.ofNullable(ledger.blocks().get(blockIndex.longValue()));
        if (block.isEmpty()) {
            return call.told(
                    invalid("the ICP ledger has no block " + blockIndex + ", its next one is " + ledger.height()));
        }
        if (!(block.get().transaction().operation() instanceof Operation.Transfer payment)
                || !payment.to().id().equals(purpose.account().id())) {
            return call.told(invalid("block " + blockIndex + " is no payment to "
                    + purpose.account().id() + ", the account of the cycles minting canister for "
                    + purpose.beneficiary()));
        }
        var memo = block.get().transaction().memo().orElseGet(() -> new byte[0]);
        if (!Arrays.equals(memo, IcpLedger.memo(purpose.memo()))) {
            return call.told(invalid("block " + blockIndex + " has another memo than " + purpose.memo() + ", which "
                    + method + " takes"));
        }
        return Optional.ofNullable(call.subnet().system().payments().get(blockIndex.longValue()))
                .map(reply -> call.told(
                        Candid.decode(reply, resultTypes(method), Quota.DEFAULT).getFirst()))
                .orElseGet(() -> remembered(call, method, blockIndex.longValue(), spent(call, payment, using)));
    }

    private Answered remembered(SystemCall call, String method, long block, Answered answered) {
        byte[] reply = Candid.encode(List.of(answered.reply()), resultTypes(method));
        var next = answered.next();
        return call.done(next.withSystem(next.system().withPayment(block, reply)), answered.reply());
    }

    private List<Type> resultTypes(String method) {
        return canister.method(method).orElseThrow().resultTypes();
    }

    /// Burns what was paid and uses the cycles; if that fails, what was paid goes back, less a fee.
    private static Answered spent(
            SystemCall call, Operation.Transfer payment, BiFunction<SubnetState, Cycles, Use> using) {
        var burn = new Operation.Burn(payment.to(), Optional.empty(), payment.amount());
        var burned = entered(call, burn, BigInteger.ZERO);
        var cycles = Cycles.of(payment.amount().multiply(BigInteger.valueOf(XDR_PERMYRIAD_PER_ICP)));
        var subnet = SystemCall.with(call.subnet(), SystemId.ICP_LEDGER, burned.ledger());
        return switch (using.apply(subnet, cycles)) {
            case Use.Done(var next, var reply) -> call.done(next, ok(reply));
            case Use.Failed(var reason) -> refunded(call, payment, reason);
        };
    }

    private static Answered refunded(SystemCall call, Operation.Transfer payment, String reason) {
        var fee = IcpLedger.TOKEN.fee();
        if (payment.amount().compareTo(fee) <= 0) {
            return call.told(refund(reason, Value.none()));
        }
        var back = new Operation.Transfer(
                payment.to(), payment.from(), Optional.empty(), payment.amount().subtract(fee));
        var entry = entered(call, back, fee);
        return call.done(SystemId.ICP_LEDGER, entry.ledger(), refund(reason, Value.some(Value.nat64(entry.block()))));
    }

    /// A payment that was not used before is there: only this canister spends from its accounts.
    private static Bookkeeping.Entry entered(SystemCall call, Operation operation, BigInteger fee) {
        var transaction = new Transaction(operation, Optional.empty(), Optional.empty(), OptionalLong.empty());
        return Bookkeeping.enter(call.ledger(SystemId.ICP_LEDGER), transaction, fee, call.timeNanos());
    }

    private static Value refund(String reason, Value block) {
        return error(
                "Refunded", Value.record().with("reason", Value.text(reason)).with("block_index", block));
    }

    private static Value invalid(String why) {
        return error("InvalidTransaction", Value.text(why));
    }

    private static Value error(String name, Value value) {
        return Value.variant("Err", Value.variant(name, value));
    }
}
