package decant.canister.ic0;

import decant.candid.Candid;
import decant.candid.CandidException;
import decant.candid.Quota;
import decant.candid.Type;
import decant.candid.Value;
import decant.canister.cycles.Prices;
import decant.canister.state.Cycles;
import decant.wasm.HostTrap;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/// `ic0.*cycle*` and `ic0.cost_*`: the balance, the cycles of calls, and what things cost.
///
/// On a node with the cost schedule `free` every cost is 0 and the whole balance is liquid.
final class CycleCalls {
    private static final long UNKNOWN_CURVE = 1;
    private static final long UNKNOWN_KEY = 2;
    private static final Set<String> KEY_NAMES = Set.of("key_1", "test_key_1", "dfx_test_key");
    private static final int KEY_NAME_BYTES_MAX = 128;
    private static final int OUTCALL_BYTES_MAX = 1_024;
    private static final Type OUTCALL = Type.parse("record { request_bytes : nat64; http_roundtrip_time_ms : nat64;"
            + " raw_response_bytes : nat64; transformed_response_bytes : nat64; transform_instructions : nat64 }");

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
        var burned = run.liquid().min(amount(arguments[0], arguments[1]));
        run.writeCycles(arguments[2], burned);
        run.cycles = run.cycles.minus(burned);
        run.burned = run.burned.plus(burned);
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

    /// Finds what something costs that the arguments tell.
    @FunctionalInterface
    interface Price {
        Cycles of(Invocation run, long[] arguments);
    }

    /// {@return the body of an import that writes a cost to the address in this argument}
    static SystemFunction.Body cost(int target, Price price) {
        return (run, arguments) -> {
            run.writeCycles(arguments[target], price.of(run, arguments));
            return 0;
        };
    }

    /// `cost_call`: (bytes of the method name, bytes of the argument)
    static Cycles call(Invocation run, long[] arguments) {
        return prices(run)
                .request(saturatingSum(arguments[0], arguments[1]))
                .plus(CallCalls.prepaid(run).total());
    }

    static Cycles creation(Invocation run, long[] arguments) {
        return prices(run).creation();
    }

    /// `cost_http_request`: (bytes of the request, most bytes of the response)
    static Cycles outcall(Invocation run, long[] arguments) {
        return prices(run).outcall(arguments[0], arguments[1]);
    }

    /// `cost_http_request_v2`: (address and size of a record that says what the outcall uses)
    static Cycles outcallUsed(Invocation run, long[] arguments) {
        if (prices(run).isFree()) {
            return Cycles.ZERO;
        }
        long size = arguments[1];
        if (size < 0 || size > OUTCALL_BYTES_MAX) {
            throw run.violation(
                    "the parameters have " + Long.toUnsignedString(size) + " bytes, more than " + OUTCALL_BYTES_MAX);
        }
        try {
            var used = Candid.decode(run.read(arguments[0], size), OUTCALL, Quota.DEFAULT);
            return prices(run)
                    .outcall(new Prices.Outcall(
                            number(used, "request_bytes"),
                            number(used, "http_roundtrip_time_ms"),
                            number(used, "raw_response_bytes"),
                            number(used, "transformed_response_bytes"),
                            number(used, "transform_instructions")));
        } catch (CandidException e) {
            throw run.violation("the parameters are not what is expected: " + e.getMessage());
        }
    }

    private static long number(Value used, String field) {
        return used.field(field).toBigInteger().longValue();
    }

    private static Prices prices(Invocation run) {
        return run.surroundings.tariff().prices();
    }

    private static long saturatingSum(long a, long b) {
        return a < 0 || b < 0 || a + b < 0 ? Long.MAX_VALUE : a + b;
    }

    /// {@return the body of `cost_sign_with_*`: (name, size, curve, target) -> 0, or why there is no cost}
    static SystemFunction.Body signature(int curves) {
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
            run.writeCycles(arguments[3], prices(run).signature());
            return 0;
        };
    }
}
