package decant.wasm.link;

import static org.assertj.core.api.Assertions.assertThat;

import decant.wasm.Features;
import decant.wasm.Module;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class RescueTest {
    private static final long SEED = 51_000_000_000L;
    private static final Map<ImportName, ImportName> WIDE =
            Map.of(new ImportName("env", "narrow"), new ImportName("env", "wide"));

    @Test
    void rescuedHooksCallTheWideImportAndNothingElseChanges() throws Exception {
        rescue(150);
    }

    @Test
    @Tag("slow")
    void thousandsOfRescuedHooksCallTheWideImportAndNothingElseChanges() throws Exception {
        rescue(5_000);
    }

    private static void rescue(int programs) throws Exception {
        int[] counts = Machine.onBigStack(() -> {
            int rescued = 0;
            int narrowCalls = 0;
            for (long seed = SEED; seed < SEED + programs; seed++) {
                var program = RandomProgram.of(seed);
                var original = Emission.link(program, Layout.of(program, RandomProgram.random(seed)), seed);
                var result = Rescue.widen(original, Program.HOOKS, WIDE);
                if (result instanceof RescueResult.Rescued(byte[] bytes, var changed)) {
                    assertThat(changed).isNotEmpty();
                    var module = Module.parse(bytes, Features.ALL);
                    assertThat(HeapProof.compare(original, module, Program.HOOKS))
                            .isInstanceOf(Verdict.Fits.class);
                    narrowCalls += compare(seed, program, original, module);
                    rescued++;
                } else {
                    assertThat(result).as("seed %d", seed).isInstanceOf(RescueResult.Unneeded.class);
                    assertThat(hookLogs(program, original, seed)).noneMatch(line -> line.startsWith("narrow"));
                }
            }
            return new int[] {rescued, narrowCalls};
        });
        System.out.println("rescue: " + counts[0] + " of " + programs + " programs changed, seeds from " + SEED
                + ", whose" + " hooks made " + counts[1] + " calls of the wide import instead of the narrow one");
        assertThat(counts[0]).isGreaterThan(programs / 10);
        assertThat(counts[1]).isPositive();
    }

    private static List<String> hookLogs(Program program, Module module, long seed) {
        try (var machine = Machine.install(module)) {
            var log = new ArrayList<String>();
            program.exports.keySet().stream()
                    .filter(Program.HOOKS::contains)
                    .forEach(hook -> log.addAll(machine.callUncounted(hook, seed)));
            return log;
        }
    }

    /// {@return how many calls of the narrow import became calls of the wide one}
    private static int compare(long seed, Program program, Module original, Module rescued) {
        int narrowCalls = 0;
        try (var first = Machine.install(original);
                var second = Machine.install(rescued)) {
            for (String export : program.exports.keySet()) {
                boolean isHook = Program.HOOKS.contains(export);
                var expected = isHook ? first.callUncounted(export, seed) : first.call(export, seed);
                var found = isHook ? second.callUncounted(export, seed) : second.call(export, seed);
                narrowCalls += (int) expected.stream()
                        .filter(line -> isHook && line.startsWith("narrow"))
                        .count();
                assertThat(found)
                        .as("%s, seed %d", export, seed)
                        .isEqualTo(
                                isHook
                                        ? expected.stream()
                                                .map(RescueTest::widened)
                                                .toList()
                                        : expected);
            }
            assertThat(second.memory().segment().mismatch(first.memory().segment()))
                    .isEqualTo(-1);
            assertThat(second.globals()).isEqualTo(first.globals());
        }
        return narrowCalls;
    }

    private static String widened(String line) {
        if (!line.startsWith("narrow ")) {
            return line;
        }
        var widened = new StringBuilder("wide");
        for (String number : List.of(line.split(" ", -1)).subList(1, 3)) {
            widened.append(' ').append(Integer.parseInt(number) & 0xFFFF_FFFFL);
        }
        return widened.toString();
    }
}
