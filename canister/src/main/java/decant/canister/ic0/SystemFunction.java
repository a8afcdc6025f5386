package decant.canister.ic0;

import decant.wasm.FunctionType;
import decant.wasm.ValueType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// One import of the System API: a line of its table.
///
/// The signature is written as in the specification, `(I, I) -> i64`, where `I` is the type of addresses: i32, or
/// i64 in modules with 64-bit memory. Contexts are letters as in the specification; `*` is every one but `s`.
final class SystemFunction {
    /// What an import costs beside a fixed number of instructions: `perByte` for each byte that the arguments at
    /// these positions count.
    record Cost(long fixed, long perByte, int... sizes) {
        static Cost fixed(long instructions) {
            return new Cost(instructions, 0);
        }

        long of(long[] arguments) {
            long sum = fixed;
            for (int size : sizes) {
                sum = saturatingSum(sum, arguments[size]);
            }
            return sum;
        }

        private long saturatingSum(long sum, long bytes) {
            boolean huge = bytes < 0 || bytes > (Long.MAX_VALUE - sum) / perByte;
            return huge ? Long.MAX_VALUE : sum + bytes * perByte;
        }
    }

    /// Does the work. The arguments are unsigned; the returned value counts where the import has a result.
    @FunctionalInterface
    interface Body {
        long run(Invocation run, long[] arguments);
    }

    private static final Pattern SIGNATURE = Pattern.compile("\\((.*)\\) -> \\(?(.*?)\\)?");

    private final String name;
    private final String nameInErrors;
    private final List<String> parameters;
    private final List<String> results;
    private final Set<Context> contexts;
    private final Cost cost;
    private final Body body;

    SystemFunction(String name, String signature, String contexts, Cost cost, Body body) {
        var matcher = SIGNATURE.matcher(signature);
        if (!matcher.matches()) {
            throw new AssertionError("BUG: " + name + " has the signature " + signature);
        }
        this.name = name;
        this.nameInErrors = "ic0_" + name;
        this.parameters = words(matcher.group(1));
        this.results = words(matcher.group(2));
        this.contexts = contextsOf(contexts);
        this.cost = cost;
        this.body = body;
    }

    String name() {
        return name;
    }

    Set<Context> contexts() {
        return contexts;
    }

    Cost cost() {
        return cost;
    }

    /// {@return the type of the import in a module with such addresses}
    FunctionType type(boolean addresses64) {
        return new FunctionType(types(parameters, addresses64), types(results, addresses64));
    }

    /// {@return whether a module with 64-bit addresses has this import too}
    boolean existsWith64BitAddresses() {
        return !ONLY_32_BIT.contains(name);
    }

    /// Called by the guest: checks the context, charges, works.
    void call(Invocation run, long[] slots) {
        if (!contexts.contains(run.context)) {
            throw Fault.violation("\"" + nameInErrors + "\" cannot be executed in " + run.context.mode() + " mode");
        }
        run.importName = nameInErrors;
        run.surroundings.listener().before(name);
        var arguments = arguments(slots, run.has64BitAddresses());
        run.charge(cost.of(arguments));
        long result = body.run(run, arguments);
        if (!results.isEmpty()) {
            slots[0] = result;
        }
        run.surroundings.listener().after(name);
    }

    private long[] arguments(long[] slots, boolean addresses64) {
        var arguments = new long[parameters.size()];
        for (int i = 0; i < arguments.length; i++) {
            boolean is64 = type(parameters.get(i), addresses64) == ValueType.I64;
            arguments[i] = is64 ? slots[i] : slots[i] & 0xFFFF_FFFFL;
        }
        return arguments;
    }

    private static final Set<String> ONLY_32_BIT = Set.of(
            "msg_cycles_available",
            "msg_cycles_refunded",
            "msg_cycles_accept",
            "canister_cycle_balance",
            "call_cycles_add",
            "stable_size",
            "stable_grow",
            "stable_write",
            "stable_read");

    private static List<String> words(String list) {
        return list.isBlank() ? List.of() : List.of(list.split(", ", -1));
    }

    private static List<ValueType> types(List<String> letters, boolean addresses64) {
        var types = new ArrayList<ValueType>();
        for (String letter : letters) {
            types.add(type(letter, addresses64));
        }
        return types;
    }

    private static ValueType type(String letter, boolean addresses64) {
        return letter.equals("i64") || (letter.equals("I") && addresses64) ? ValueType.I64 : ValueType.I32;
    }

    private static Set<Context> contextsOf(String letters) {
        var set = EnumSet.noneOf(Context.class);
        for (String letter : List.of(letters.split(" ", -1))) {
            Arrays.stream(Context.values())
                    .filter(context -> letter.equals("*")
                            ? context != Context.START
                            : context.letters().equals(letter))
                    .forEach(set::add);
        }
        return set;
    }
}
