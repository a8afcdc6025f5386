package decant.canister.management;

import decant.base.Principal;
import decant.candid.Value;
import decant.canister.state.Cycles;
import decant.canister.state.ErrorCode;
import decant.canister.state.Settings;
import decant.canister.state.Visibility;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;
import org.pcollections.TreePVector;

/// The `settings` of a request: checked, and applied to the settings there are. What it does not mention stays.
final class SettingsChange {
    private static final int CONTROLLERS_MAX = 10;
    private static final int VIEWERS_MAX = 10;
    private static final int VARIABLES_MAX = 32;
    private static final int VARIABLE_NAME_BYTES_MAX = 128;
    private static final int VARIABLE_VALUE_BYTES_MAX = 128;
    private static final long SUBNET_MEMORY_BYTES = 2L << 40;
    private static final long LOG_MEMORY_BYTES_MIN = 4096;
    private static final long LOG_MEMORY_BYTES_MAX = 2L << 20;
    private static final BigInteger HEAP_LIMIT_MAX = BigInteger.ONE.shiftLeft(48);
    private static final BigInteger CYCLES_MAX = Cycles.MAX.toBigInteger();

    private final Value requested;

    private SettingsChange(Value requested) {
        this.requested = requested;
    }

    /// {@return the settings `before` as the request wants them}
    static Settings apply(Value requested, Settings before) {
        var change = new SettingsChange(requested);
        return before.with(change::applyTo);
    }

    private void applyTo(Settings.Draft draft) {
        given(
                "controllers",
                value -> draft.controllers = TreePSet.from(principals(value, "controllers", CONTROLLERS_MAX)));
        given(
                "compute_allocation",
                value -> draft.computeAllocationPercent =
                        (int) number(value, "compute_allocation", BigInteger.valueOf(100)));
        given("memory_allocation", value -> draft.memoryAllocationBytes = memoryAllocation(value));
        given(
                "freezing_threshold",
                value -> draft.freezingThresholdSeconds =
                        number(value, "freezing_threshold", BigInteger.valueOf(Long.MAX_VALUE)));
        given("reserved_cycles_limit", value -> draft.reservedCyclesLimit = cycles(value, "reserved_cycles_limit"));
        given(
                "minimum_incoming_canister_call_cycles",
                value -> draft.minimumIncomingCallCycles = cycles(value, "minimum_incoming_canister_call_cycles"));
        given("log_visibility", value -> draft.logVisibility = visibility(value, "log_visibility"));
        given("snapshot_visibility", value -> draft.snapshotVisibility = visibility(value, "snapshot_visibility"));
        given("status_visibility", value -> draft.statusVisibility = visibility(value, "status_visibility"));
        given(
                "wasm_memory_limit",
                value -> draft.wasmMemoryLimitBytes = number(value, "wasm_memory_limit", HEAP_LIMIT_MAX));
        given(
                "wasm_memory_threshold",
                value -> draft.wasmMemoryThresholdBytes = number(value, "wasm_memory_threshold", HEAP_LIMIT_MAX));
        given("environment_variables", value -> draft.environmentVariables = environmentVariables(value));
        given(
                "upgrade_policy",
                value -> draft.upgradePolicy = Policies.tightened(draft.upgradePolicy, Policies.of(value)));
        given("log_memory_limit", value -> draft.logMemoryLimitBytes = logMemoryLimit(value));
    }

    private void given(String name, Consumer<Value> action) {
        requested.optionalField(name).ifPresent(action);
    }

    private static Refusal invalid(String why) {
        return new Refusal(ErrorCode.CANISTER_CONTRACT_VIOLATION, "Could not validate the settings: " + why);
    }

    private static long number(Value value, String name, BigInteger max) {
        var number = value.toBigInteger();
        if (number.compareTo(max) > 0) {
            throw invalid(name + " expected to be in the range [0.." + max + "], got " + number);
        }
        return number.longValue();
    }

    private static Cycles cycles(Value value, String name) {
        var amount = value.toBigInteger();
        if (amount.compareTo(CYCLES_MAX) > 0) {
            throw invalid(name + " expected to be in the range [0.." + CYCLES_MAX + "], got " + amount);
        }
        return Cycles.of(amount);
    }

    private static long memoryAllocation(Value value) {
        var bytes = value.toBigInteger();
        if (bytes.compareTo(BigInteger.valueOf(SUBNET_MEMORY_BYTES)) > 0) {
            throw new Refusal(
                    ErrorCode.SUBNET_OVERSUBSCRIBED,
                    "Canister requested " + bytes + " bytes of memory but only " + SUBNET_MEMORY_BYTES
                            + " bytes are available in the subnet.");
        }
        return bytes.longValue();
    }

    private static long logMemoryLimit(Value value) {
        var bytes = value.toBigInteger();
        if (bytes.signum() != 0 && bytes.compareTo(BigInteger.valueOf(LOG_MEMORY_BYTES_MIN)) < 0) {
            throw new Refusal(
                    ErrorCode.CANISTER_REJECTED_MESSAGE,
                    "The canister log memory limit " + bytes + " is too low. It must be at least "
                            + LOG_MEMORY_BYTES_MIN + ".");
        }
        if (bytes.compareTo(BigInteger.valueOf(LOG_MEMORY_BYTES_MAX)) > 0) {
            throw new Refusal(
                    ErrorCode.CANISTER_REJECTED_MESSAGE,
                    "The canister log memory limit " + bytes + " is too high. It must be at most "
                            + LOG_MEMORY_BYTES_MAX + ".");
        }
        return bytes.longValue();
    }

    private static List<Principal> principals(Value value, String name, int max) {
        var principals = value.items().stream().map(Value::toPrincipal).toList();
        if (principals.size() > max) {
            throw Refusal.malformed("The number of elements of " + name + " exceeds the maximum allowed: "
                    + principals.size() + " > " + max);
        }
        return principals;
    }

    private static Visibility visibility(Value value, String name) {
        return switch (value.tag()) {
            case "controllers" -> new Visibility.Controllers();
            case "public" -> new Visibility.Public();
            case "allowed_viewers" ->
                new Visibility.AllowedViewers(TreePVector.from(principals(value.payload(), name, VIEWERS_MAX)));
            default -> throw new AssertionError("BUG: " + value + " is not of the type visibility");
        };
    }

    private static PSortedMap<String, String> environmentVariables(Value value) {
        var items = value.items();
        if (items.size() > VARIABLES_MAX) {
            throw Refusal.malformed(
                    "Too many environment variables: " + items.size() + " (max: " + VARIABLES_MAX + ")");
        }
        PSortedMap<String, String> variables = TreePMap.empty(Settings.BY_CODE_POINTS);
        for (var item : items) {
            var name = bounded(item.field("name"), "name", VARIABLE_NAME_BYTES_MAX);
            if (variables.containsKey(name)) {
                throw Refusal.malformed("Duplicate environment variable name: " + name);
            }
            variables = variables.plus(name, bounded(item.field("value"), "value", VARIABLE_VALUE_BYTES_MAX));
        }
        return variables;
    }

    private static String bounded(Value value, String what, int bytesMax) {
        var text = value.toText();
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > bytesMax) {
            throw Refusal.malformed(
                    "Environment variable " + what + " is too long: " + bytes + " bytes (max: " + bytesMax + " bytes)");
        }
        return text;
    }
}
