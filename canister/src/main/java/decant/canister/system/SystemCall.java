package decant.canister.system;

import decant.base.Principal;
import decant.candid.Value;
import decant.canister.Env;
import decant.canister.state.Cycles;
import decant.canister.state.Ledger;
import decant.canister.state.SubnetState;
import decant.canister.state.SystemId;
import java.util.Optional;

/// A call or a query of a system canister being answered.
///
/// @param cycles what came with the call
/// @param dataCertificate shows what the canister certifies; in queries of users only
record SystemCall(
        SubnetState subnet,
        Principal caller,
        Cycles cycles,
        Value argument,
        Env env,
        Optional<byte[]> dataCertificate) {

    /// What a call came to: the subnet after it, the value of the reply, and the cycles that were not taken.
    record Answered(SubnetState next, Value reply, Cycles refund) {}

    /// Answers the calls of one method.
    @FunctionalInterface
    interface Handler {
        Answered answer(SystemCall call);
    }

    long timeNanos() {
        return env.timeNanos();
    }

    Ledger ledger(SystemId keeper) {
        return subnet.system().ledger(keeper);
    }

    /// {@return the outcome of a call that changes nothing and takes no cycles}
    Answered told(Value reply) {
        return new Answered(subnet, reply, cycles);
    }

    /// {@return the outcome of a call that takes no cycles}
    Answered done(SubnetState next, Value reply) {
        return new Answered(next, reply, cycles);
    }

    Answered done(SystemId keeper, Ledger ledger, Value reply) {
        return done(with(subnet, keeper, ledger), reply);
    }

    static SubnetState with(SubnetState subnet, SystemId keeper, Ledger ledger) {
        return subnet.withSystem(subnet.system().with(keeper, ledger));
    }

    static Value ok(Value value) {
        return Value.variant("Ok", value);
    }
}
