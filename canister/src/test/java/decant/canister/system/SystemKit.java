package decant.canister.system;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Did;
import decant.candid.Quota;
import decant.candid.Value;
import decant.canister.Env;
import decant.canister.Install;
import decant.canister.Instances;
import decant.canister.Limits;
import decant.canister.ModuleCache;
import decant.canister.Query;
import decant.canister.Replay;
import decant.canister.SnapshotCode;
import decant.canister.management.Management;
import decant.canister.management.ManagementCall;
import decant.canister.management.ManagementOutcome;
import decant.canister.state.CallOrigin;
import decant.canister.state.CanisterState;
import decant.canister.state.Cycles;
import decant.canister.state.Ledger;
import decant.canister.state.Payload;
import decant.canister.state.SubnetState;
import decant.canister.state.SystemId;
import decant.canister.state.SystemState;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/// A subnet whose system canisters are called with Candid text, by users and by canisters. Alice has 100 trillion
/// cycles and 1,000 ICP.
final class SystemKit {
    static final Principal ALICE = Principal.of(new byte[] {1, 2, 3});
    static final Principal BOB = Principal.of(new byte[] {4, 5, 6});
    static final Principal CAROL = Principal.of(new byte[] {7, 8, 9});
    static final Principal SUBNET = Principal.of(new byte[] {9});
    static final long SECOND = 1_000_000_000L;
    static final long TRILLION = 1_000_000_000_000L;
    static final long CYCLES_FEE = 100_000_000L;
    static final long ICP_FEE = 10_000L;
    static final long ICP = 100_000_000L;

    private final ModuleCache modules = new ModuleCache(4);
    private final Management management =
            new Management(new Install(modules, new Instances(2)), new SnapshotCode(modules), new Replay(modules));
    private final BuiltIns builtIns = new BuiltIns(management);
    private SubnetState subnet =
            SubnetState.create(Hash.sha256(), 1_800_000_000L * SECOND).withSystem(SystemState.endowed());
    private long calls;

    SystemKit() {
        as(Principal.ANONYMOUS)
                .ok(
                        SystemId.CYCLES_LEDGER,
                        "icrc1_transfer",
                        "(record { to = " + account(ALICE) + "; amount = " + 100 * TRILLION + " })");
        as(Principal.ANONYMOUS)
                .ok(
                        SystemId.ICP_LEDGER,
                        "icrc1_transfer",
                        "(record { to = " + account(ALICE) + "; amount = " + 1_000 * ICP + " })");
    }

    static String account(Principal owner) {
        return "record { owner = principal \"" + owner + "\" }";
    }

    SubnetState subnet() {
        return subnet;
    }

    void subnet(SubnetState state) {
        subnet = state;
    }

    Ledger ledger(SystemId keeper) {
        return subnet.system().ledger(keeper);
    }

    CanisterState canister(Principal id) {
        return subnet.canister(id).orElseThrow();
    }

    long timeNanos() {
        return subnet.timeNanos();
    }

    void passSeconds(long seconds) {
        subnet = subnet.withTimeNanos(subnet.timeNanos() + seconds * SECOND);
    }

    /// {@return all cycles there are: in the ledger and in canisters}
    BigInteger allCycles() {
        return subnet.canisters().values().stream()
                .map(canister -> canister.cycles().toBigInteger())
                .reduce(ledger(SystemId.CYCLES_LEDGER).supply(), BigInteger::add);
    }

    BigInteger cycles(Principal owner) {
        return balance(SystemId.CYCLES_LEDGER, owner);
    }

    BigInteger balance(SystemId keeper, Principal owner) {
        return query(keeper, "icrc1_balance_of", "(" + account(owner) + ")").toBigInteger();
    }

    Principal create(Principal controller) {
        return as(controller)
                .ok(SystemId.CYCLES_LEDGER, "create_canister", "(record { amount = " + TRILLION + " })")
                .field("canister_id")
                .toPrincipal();
    }

    Value query(SystemId id, String method, String argument) {
        var payload = builtIns.query(
                        subnet,
                        new Query(ALICE, Optional.empty(), id.principal(), method, message(id, method, argument)),
                        env(),
                        Optional.empty())
                .orElseThrow();
        return value(id, method, payload);
    }

    Caller as(Principal user) {
        return new Caller(
                new CallOrigin.FromUser(Hash.sha256(new byte[] {(byte) calls++}), user, Optional.empty()), Cycles.ZERO);
    }

    Caller asCanister(Principal canister, long cycles) {
        return new Caller(new CallOrigin.FromCanister(canister, calls++, 0), Cycles.of(cycles));
    }

    /// One who makes one call.
    final class Caller {
        private final CallOrigin origin;
        private final Cycles cycles;

        Caller(CallOrigin origin, Cycles cycles) {
            this.origin = origin;
            this.cycles = cycles;
        }

        /// Makes a call that replies; a reject fails the test.
        Value call(SystemId id, String method, String argument) {
            return value(
                    id,
                    method,
                    outcome(id, method, argument).answers().getLast().payload());
        }

        Value ok(SystemId id, String method, String argument) {
            var result = call(id, method, argument);
            if (!result.is("Ok")) {
                throw new AssertionError(method + " of " + id + " failed: " + result);
            }
            return result.payload();
        }

        Value error(SystemId id, String method, String argument) {
            var before = subnet;
            var result = call(id, method, argument);
            if (!result.is("Err")) {
                throw new AssertionError(method + " of " + id + " did not fail: " + result);
            }
            if (!before.equals(subnet)) {
                throw new AssertionError(method + " of " + id + " failed and changed something");
            }
            return result.payload();
        }

        /// Makes a call that is rejected.
        Payload.Reject rejected(SystemId id, String method, String argument) {
            var outcome = outcome(id, method, argument);
            var answer = outcome.answers().getLast();
            if (!answer.refund().equals(cycles)) {
                throw new AssertionError("a rejected call kept cycles: " + answer);
            }
            return (Payload.Reject) answer.payload();
        }

        private ManagementOutcome outcome(SystemId id, String method, String argument) {
            var call = new ManagementCall(origin, method, message(id, method, argument), cycles);
            var outcome = builtIns.execute(subnet, id.principal(), call, env());
            subnet = outcome.next();
            return outcome;
        }
    }

    private Env env() {
        return new Env(subnet.timeNanos(), SUBNET, new byte[0], Limits.DEFAULT);
    }

    private byte[] message(SystemId id, String method, String argument) {
        var types = did(id).method(method).orElseThrow().argumentTypes();
        return Candid.encode(Candid.parse(argument, types), types);
    }

    private Value value(SystemId id, String method, Payload payload) {
        return switch (payload) {
            case Payload.Reply(var data) ->
                Candid.decode(data, did(id).method(method).orElseThrow().resultTypes(), Quota.DEFAULT)
                        .getFirst();
            case Payload.Reject reject -> throw new AssertionError(method + " of " + id + " was rejected: " + reject);
        };
    }

    private Did did(SystemId id) {
        return Did.parse(builtIns.interfaceOf(id));
    }

    static String blob(byte[] bytes) {
        var text = new StringBuilder("blob \"");
        for (byte b : bytes) {
            text.append(String.format("\\%02x", b));
        }
        return text.append('"').toString();
    }

    static List<Principal> everybody() {
        return List.of(ALICE, BOB, CAROL);
    }
}
