package decant.canister.ic0;

import decant.canister.state.Cycles;
import decant.wasm.HostTrap;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/// `ic0.*cycle*` and `ic0.cost_*`: the balance, the cycles of calls, and what things cost.
///
/// The cost schedule is `free`: balances and transfers are exact, but nothing is charged and every cost is 0. Hence
/// the whole balance is liquid.
final class CycleCalls {
    private static final long UNKNOWN_CURVE = 1;
    private static final long UNKNOWN_KEY = 2;
    private static final Set<String> KEY_NAMES = Set.of("key_1", "test_key_1", "dfx_test_key");
    private static final int KEY_NAME_BYTES_MAX = 128;

    private CycleCalls() {}

    static Cycles amount(long high, long low) {
        return new Cycles(high, low);
    }

    /// {@return an amount as one i64; one that does not fit traps}
    static long as64Bits(Cycles amount) {
        if (amount.exceeds64Bits()) {
            throw Fault.trapped("cycles amount exceeds 64-bit representation");
        }
        return amount.low();
    }

    static long burn128(Invocation run, long[] arguments) {
        var burned = run.cycles.min(amount(arguments[0], arguments[1]));
        run.writeCycles(arguments[2], burned);
        run.cycles = run.cycles.minus(burned);
        return 0;
    }

    static long accept128(Invocation run, long[] arguments) {
        var accepted = MessageCalls.accept(run, amount(arguments[0], arguments[1]));
        run.writeCycles(arguments[2], accepted);
        return 0;
    }

    /// {@return the trap of those who are not the cycles minting canister: nobody here is}
    static HostTrap notMinting(Invocation run) {
        return run.violation("cannot be executed on non Cycles Minting Canister: " + run.canister.id());
    }

    /// {@return the body of an import that writes a cost to the address in this argument}
    static SystemFunction.Body free(int target) {
        return (run, arguments) -> {
            run.writeCycles(arguments[target], Cycles.ZERO);
            return 0;
        };
    }

    /// {@return the body of `cost_sign_with_*`: (name, size, curve, target) -> 0, or why there is no cost}
    static SystemFunction.Body freeSignature(int curves) {
        return (run, arguments) -> {
            long size = arguments[1];
            if (size < 0 || size > KEY_NAME_BYTES_MAX) {
                return UNKNOWN_KEY;
            }
            var name = new String(run.read(arguments[0], size), StandardCharsets.UTF_8);
            if (arguments[2] >= curves) {
                return UNKNOWN_CURVE;
            }
            if (!KEY_NAMES.contains(name)) {
                return UNKNOWN_KEY;
            }
            run.writeCycles(arguments[3], Cycles.ZERO);
            return 0;
        };
    }
}
