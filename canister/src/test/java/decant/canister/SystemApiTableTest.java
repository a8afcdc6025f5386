package decant.canister;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Leb128;
import decant.base.Principal;
import decant.canister.RunRequest.Budget;
import decant.canister.RunRequest.Entry;
import decant.canister.ic0.Context;
import decant.canister.ic0.Incoming;
import decant.canister.ic0.SystemApi;
import decant.canister.state.CallOrigin;
import decant.canister.state.CanisterState;
import decant.canister.state.Code;
import decant.canister.state.Cycles;
import decant.canister.state.ErrorCode;
import decant.canister.state.MemoryImage;
import decant.canister.state.Settings;
import decant.wasm.FunctionType;
import decant.wasm.ValueType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntToLongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Calls every import from every context, against the table in `system-api.txt`.
final class SystemApiTableTest {
    private static final int CALL_COST = 5;

    private final CanisterKit kit = new CanisterKit();

    @AfterEach
    void close() {
        kit.close();
    }

    /// A line of the table.
    private record Row(String name, String parameters, String results, Cost cost, List<String> contexts) {
        static Row of(String line) {
            var words = line.trim().split("\\s+");
            return new Row(
                    words[0],
                    words[1].replace("-", ""),
                    words[2].replace("-", ""),
                    Cost.of(words[3]),
                    List.of(words).subList(4, words.length));
        }

        FunctionType type(boolean is64) {
            return new FunctionType(types(parameters, is64), types(results, is64));
        }

        boolean allows(Context context) {
            return contexts.stream().anyMatch(letters -> switch (context) {
                case START -> letters.equals("s");
                default -> letters.equals("*") || letters.equals(lettersOf(context));
            });
        }

        boolean existsIn64Bit() {
            return !List.of(
                            "msg_cycles_available",
                            "msg_cycles_refunded",
                            "msg_cycles_accept",
                            "canister_cycle_balance",
                            "call_cycles_add",
                            "stable_size",
                            "stable_grow",
                            "stable_write",
                            "stable_read")
                    .contains(name);
        }

        private static List<ValueType> types(String letters, boolean is64) {
            return letters.chars()
                    .mapToObj(letter -> letter == 'l' || (letter == 'I' && is64) ? ValueType.I64 : ValueType.I32)
                    .toList();
        }
    }

    /// A fixed cost, and by the place of a parameter what each byte costs that it counts.
    private record Cost(long fixed, Map<Integer, Long> perByte) {
        static Cost of(String text) {
            var terms = text.split("\\+", -1);
            var perByte = new TreeMap<Integer, Long>();
            for (String term : List.of(terms).subList(1, terms.length)) {
                var parts = term.split("\\*p", -1);
                perByte.put(Integer.valueOf(parts[1]), Long.valueOf(parts[0]));
            }
            return new Cost(Long.parseLong(terms[0]), perByte);
        }

        long of(int bytes) {
            return fixed
                    + perByte.values().stream().mapToLong(each -> each * bytes).sum();
        }

        /// {@return so many bytes for every parameter that counts some, and 0 for all others}
        IntToLongFunction arguments(long bytes) {
            return parameter -> perByte.containsKey(parameter) ? bytes : 0;
        }
    }

    private static String lettersOf(Context context) {
        return switch (context) {
            case START -> "s";
            case INIT -> "I";
            case PRE_UPGRADE -> "G";
            case UPDATE -> "U";
            case REPLICATED_QUERY -> "RQ";
            case QUERY -> "NRQ";
            case TRANSFORM -> "TQ";
            case COMPOSITE_QUERY -> "CQ";
            case REPLY_CALLBACK -> "Ry";
            case REJECT_CALLBACK -> "Rt";
            case COMPOSITE_REPLY_CALLBACK -> "CRy";
            case COMPOSITE_REJECT_CALLBACK -> "CRt";
            case CLEANUP -> "C";
            case COMPOSITE_CLEANUP -> "CC";
            case HEARTBEAT, GLOBAL_TIMER, LOW_WASM_MEMORY -> "T";
            case INSPECT_MESSAGE -> "F";
        };
    }

    private static List<Row> rows() {
        try (var in = SystemApiTableTest.class.getResourceAsStream("system-api.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(Row::of)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @TestFactory
    Stream<DynamicTest> everyImportIsAllowedInItsContextsAndTrapsInAllOthers() {
        return rows().stream()
                .flatMap(row -> Stream.of(false, true)
                        .filter(is64 -> !is64 || row.existsIn64Bit())
                        .map(is64 -> DynamicTest.dynamicTest(
                                row.name() + (is64 ? " (64 bit)" : ""), () -> checkContexts(row, is64))));
    }

    private void checkContexts(Row row, boolean is64) {
        var module = CanisterModule.parse(calling(row, is64));
        for (Context context : Context.values()) {
            var expected = "Canister violated contract: \"ic0_" + row.name() + "\" cannot be executed in "
                    + context.mode() + " mode";
            var failure = runIn(context, module);
            if (row.allows(context)) {
                failure.ifPresent(other -> assertThat(other.text()).isNotEqualTo(expected));
            } else {
                assertThat(failure).as("%s in %s", row.name(), context).isPresent();
                assertThat(failure.get().error()).isEqualTo(ErrorCode.CANISTER_CONTRACT_VIOLATION);
                assertThat(failure.get().text()).isEqualTo(expected);
            }
        }
    }

    /// {@return how a run that calls the import with zeros failed, if it did}
    private Optional<Failure> runIn(Context context, CanisterModule module) {
        return switch (kit.onBigStack(() -> run(context, module))) {
            case Run.Completed _ -> Optional.empty();
            case Run.Trapped trapped -> Optional.of(trapped.failure());
        };
    }

    private Run run(Context context, CanisterModule module) {
        try (var resident = Resident.begin(module)) {
            var code =
                    new Code(module.binary(new byte[0]), resident.globals(), resident.initialHeap(), MemoryImage.EMPTY);
            var canister = CanisterState.create(Principal.ofCanisterNumber(1), Settings.DEFAULT, Cycles.of(1), 0)
                    .with(draft -> draft.code = Optional.of(code));
            var origin = new CallOrigin.FromCanister(Principal.ANONYMOUS, 1, 0);
            return resident.peek(new RunRequest(
                    new Entry.Function(module.method("f").orElseThrow().function()),
                    context,
                    canister,
                    Incoming.call(origin, "f", new byte[0], Cycles.of(2)),
                    kit.env().forMessages(),
                    Budget.of(1_000_000)));
        }
    }

    @TestFactory
    Stream<DynamicTest> everyImportCostsItsOverheadAndItsBytes() {
        return rows().stream()
                .flatMap(row -> Stream.of(false, true)
                        .filter(is64 -> !is64 || row.existsIn64Bit())
                        .map(is64 -> DynamicTest.dynamicTest(
                                row.name() + (is64 ? " (64 bit)" : ""), () -> checkCost(row, is64))));
    }

    private void checkCost(Row row, boolean is64) {
        var allowed =
                Arrays.stream(Context.values()).filter(row::allows).findFirst().orElseThrow();
        var notCalled = kit.onBigStack(() -> run(allowed, CanisterModule.parse(notCalling(row, is64))));
        for (int bytes : new int[] {0, 1, 64, 1000}) {
            var module = CanisterModule.parse(calling(row, is64, row.cost().arguments(bytes)));
            var called = kit.onBigStack(() -> run(allowed, module));
            assertThat(called.instructionsUsed() - notCalled.instructionsUsed() - CALL_COST)
                    .as("%s of %d bytes", row.name(), bytes)
                    .isEqualTo(row.cost().of(bytes));
        }
    }

    @TestFactory
    Stream<DynamicTest> bytesThatCannotBePaidForEndTheRun() {
        return rows().stream()
                .filter(row -> !row.cost().perByte().isEmpty())
                // The log has an end, and what does not fit it costs little.
                .filter(row -> !row.name().equals("debug_print"))
                .map(row -> DynamicTest.dynamicTest(row.name(), () -> checkHugeSize(row)));
    }

    private void checkHugeSize(Row row) {
        var allowed =
                Arrays.stream(Context.values()).filter(row::allows).findFirst().orElseThrow();
        for (long bytes : new long[] {1_000_001, 0xFFFF_FFFFL, Long.MAX_VALUE, -1}) {
            boolean is64 = bytes != 0xFFFF_FFFFL && row.existsIn64Bit();
            var module = CanisterModule.parse(calling(row, is64, row.cost().arguments(bytes)));
            var run = kit.onBigStack(() -> run(allowed, module));
            assertThat(run)
                    .isInstanceOfSatisfying(
                            Run.Trapped.class,
                            trapped -> assertThat(trapped.failure().error())
                                    .isEqualTo(ErrorCode.CANISTER_INSTRUCTION_LIMIT_EXCEEDED));
            assertThat(run.instructionsUsed()).isEqualTo(1_000_000);
        }
    }

    /// {@return a module whose method calls the import with zeros}
    private static byte[] calling(Row row, boolean is64) {
        return calling(row, is64, _ -> 0);
    }

    private static byte[] calling(Row row, boolean is64, IntToLongFunction arguments) {
        return module(row, is64, new int[] {0x10, 0x00}, row.results().length(), arguments);
    }

    private static byte[] notCalling(Row row, boolean is64) {
        return module(row, is64, new int[0], row.parameters().length(), _ -> 0);
    }

    private static byte[] module(Row row, boolean is64, int[] middle, int drops, IntToLongFunction arguments) {
        // The page to which the arguments point is written first, so that it costs both modules the same.
        var code = new ArrayList<Integer>(List.of(is64 ? 0x42 : 0x41, 0x00, 0x41, 0x00, 0x36, 0x02, 0x00));
        var parameters = row.type(is64).parameters();
        for (int i = 0; i < parameters.size(); i++) {
            boolean isWide = parameters.get(i) == ValueType.I64;
            code.add(isWide ? 0x42 : 0x41);
            var number = new ByteArrayOutputStream();
            Leb128.writeSigned(number, isWide ? arguments.applyAsLong(i) : (int) arguments.applyAsLong(i));
            for (byte each : number.toByteArray()) {
                code.add((int) each);
            }
        }
        Arrays.stream(middle).forEach(code::add);
        for (int i = 0; i < drops; i++) {
            code.add(0x1A);
        }
        // Both modules drop the same number of values, so that their own instructions cost the same.
        int missing = Math.max(row.parameters().length(), row.results().length()) - drops;
        for (int i = 0; i < missing; i++) {
            code.add(0x01);
        }
        return new ModuleBuilder()
                .importFunction("ic0", row.name(), row.type(is64))
                .memory(1, is64)
                .function(
                        "canister_update f",
                        code.stream().mapToInt(Integer::intValue).toArray())
                .build();
    }

    @Test
    void theTableHasEveryImportWithItsType() {
        for (Row row : rows()) {
            assertThat(SystemApi.type(row.name(), false)).contains(row.type(false));
            assertThat(SystemApi.type(row.name(), true))
                    .isEqualTo(row.existsIn64Bit() ? Optional.of(row.type(true)) : Optional.empty());
        }
        assertThat(SystemApi.names())
                .containsExactlyInAnyOrderElementsOf(
                        rows().stream().map(Row::name).toList());
    }
}
