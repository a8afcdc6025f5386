package decant.canister.system;

import decant.base.Principal;
import decant.candid.Type;
import decant.candid.Value;
import decant.canister.BuiltInQueries;
import decant.canister.Env;
import decant.canister.Query;
import decant.canister.management.Management;
import decant.canister.management.ManagementCall;
import decant.canister.management.ManagementOutcome;
import decant.canister.state.Answer;
import decant.canister.state.Cycles;
import decant.canister.state.Payload;
import decant.canister.state.SubnetState;
import decant.canister.state.SystemId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The canisters that are part of the node: the management canister, and those that [SystemId] lists.
///
/// It has no state of its own. Guests' faults come out as rejects, never as exceptions.
public final class BuiltIns implements BuiltInQueries {
    private final Management management;
    private final Map<SystemId, SystemCanister> canisters;

    public BuiltIns(Management management) {
        this.management = management;
        canisters = Map.of(
                SystemId.CYCLES_LEDGER, new CyclesLedger(management).canister(),
                SystemId.ICP_LEDGER, IcpLedger.canister(),
                SystemId.CYCLES_MINTING, new CyclesMinting(management).canister(),
                SystemId.REGISTRY, Registry.canister());
    }

    /// {@return whether it is one of these canisters}
    public static boolean has(Principal receiver) {
        return receiver.equals(Principal.MANAGEMENT_CANISTER)
                || SystemId.of(receiver).isPresent();
    }

    /// {@return whether the answer to the query has a certificate in it}
    public static boolean certifies(Principal receiver, String method) {
        return SystemId.of(receiver).isPresent() && method.equals(BlockLog.TIP_CERTIFICATE);
    }

    /// {@return the interface of the system canister, as its metadata `candid:service` shows it}
    public String interfaceOf(SystemId id) {
        return canister(id).source();
    }

    private SystemCanister canister(SystemId id) {
        var canister = canisters.get(id);
        if (canister == null) {
            throw new AssertionError("BUG: nobody stands for " + id);
        }
        return canister;
    }

    /// Carries out one call of the receiver, which must be one of these canisters.
    public ManagementOutcome execute(SubnetState subnet, Principal receiver, ManagementCall call, Env env) {
        return SystemId.of(receiver)
                .map(id -> execute(subnet, canister(id), call, env))
                .orElseGet(() -> management.execute(subnet, call, env));
    }

    private static ManagementOutcome execute(
            SubnetState subnet, SystemCanister canister, ManagementCall call, Env env) {
        var method = canister.method(call.method());
        if (method.isEmpty()) {
            return answered(subnet, call, canister.noMethod("update", call.method()), call.cycles());
        }
        try {
            var argument = SystemCanister.argument(method.get(), call.argument());
            var answered = canister.handler(call.method())
                    .answer(new SystemCall(
                            subnet, call.origin().caller(), call.cycles(), argument, env, Optional.empty()));
            return answered(answered.next(), call, reply(method.get(), answered.reply()), answered.refund());
        } catch (Rejection rejection) {
            return answered(subnet, call, canister.rejected(rejection), call.cycles());
        }
    }

    private static Payload reply(Type.Func method, Value value) {
        return new Payload.Reply(SystemCanister.reply(method, value));
    }

    private static ManagementOutcome answered(SubnetState next, ManagementCall call, Payload payload, Cycles refund) {
        return new ManagementOutcome(next, List.of(new Answer(call.origin(), payload, refund)), 0);
    }

    @Override
    public Optional<Payload> query(SubnetState subnet, Query query, Env env, Optional<byte[]> dataCertificate) {
        return query.receiver().equals(Principal.MANAGEMENT_CANISTER)
                ? Optional.of(management.query(subnet, query.sender(), query.method(), query.argument()))
                : SystemId.of(query.receiver()).map(id -> query(subnet, canister(id), query, env, dataCertificate));
    }

    private static Payload query(
            SubnetState subnet, SystemCanister canister, Query query, Env env, Optional<byte[]> dataCertificate) {
        var method = canister.method(query.method()).filter(Type.Func::isQuery);
        if (method.isEmpty()) {
            return canister.noMethod("query", query.method());
        }
        try {
            var argument = SystemCanister.argument(method.get(), query.argument());
            var answered = canister.handler(query.method())
                    .answer(new SystemCall(subnet, query.sender(), Cycles.ZERO, argument, env, dataCertificate));
            return reply(method.get(), answered.reply());
        } catch (Rejection rejection) {
            return canister.rejected(rejection);
        }
    }

    /// {@return why the user may not make this call of the receiver at all, if so: to be asked before it is taken in}
    public Optional<Payload.Reject> hindrance(
            SubnetState subnet, Principal sender, Principal receiver, String method, byte[] argument) {
        return SystemId.of(receiver)
                .map(id -> hindrance(canister(id), method, argument))
                .orElseGet(() -> management.hindrance(subnet, sender, method, argument));
    }

    private static Optional<Payload.Reject> hindrance(SystemCanister canister, String name, byte[] argument) {
        var method = canister.method(name);
        if (method.isEmpty()) {
            return Optional.of(canister.noMethod("update", name));
        }
        try {
            SystemCanister.argument(method.get(), argument);
            return Optional.empty();
        } catch (Rejection rejection) {
            return Optional.of(canister.rejected(rejection));
        }
    }
}
