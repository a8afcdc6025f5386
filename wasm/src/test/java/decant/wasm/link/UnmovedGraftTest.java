package decant.wasm.link;

import static org.assertj.core.api.Assertions.assertThat;

import decant.wasm.Features;
import decant.wasm.Module;
import decant.wasm.binary.Opcode;
import decant.wasm.link.GraftReport.Basis;
import decant.wasm.link.Program.Fn;
import decant.wasm.link.Program.Ins;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class UnmovedGraftTest {
    private static final long SEED = 7_000_000;

    @Test
    void hooksOfModulesWithoutSymbolsDoWhatTheyDidThereAndNothingElseChanges() throws Exception {
        graft(150);
    }

    @Test
    @Tag("slow")
    void thousandsOfHooksOfModulesWithoutSymbolsDoWhatTheyDidThereAndNothingElseChanges() throws Exception {
        graft(5_000);
    }

    private static void graft(int pairs) throws Exception {
        var tally = Machine.onBigStack(() -> {
            var counts = new Tally();
            for (long seed = SEED; seed < SEED + pairs; seed++) {
                new Pair(seed).check(counts);
            }
            return counts;
        });
        System.out.println("graft of what has not moved: " + pairs + " pairs, seeds from " + SEED + ": " + tally);
        assertThat(tally.withTable).isPositive();
        assertThat(tally.shared).isPositive();
        assertThat(tally.refused).isLessThan(pairs / 2);
    }

    private static final class Tally {
        int refused;
        int changedSlots;
        int withTable;
        int appended;
        int shared;
        int calls;
        int hookCalls;

        @Override
        public String toString() {
            return refused + " refused, " + changedSlots + " with a slot that does something else, " + withTable
                    + " with a table of their own, " + appended + " functions appended, " + shared + " shared; " + calls
                    + " calls of entry points and " + hookCalls + " of hooks gave the same";
        }
    }

    /// An installed program, and one at the same places with other hooks, and perhaps another function in a slot.
    private static final class Pair {
        private final long seed;
        private final Random random;
        private final Program program;
        private final Program other;
        private final Module installed;
        private final Module replacement;
        private final boolean changesSlot;

        Pair(long seed) {
            this.seed = seed;
            random = RandomProgram.random(seed);
            program = RandomProgram.of(seed);
            other = RandomProgram.of(seed);
            RandomProgram.replaceHooks(other, seed, RandomProgram.Luggage.IMPORTS);
            changesSlot = random.nextBoolean();
            if (changesSlot) {
                Fn leaf = other.table.get(random.nextInt(other.table.size()));
                leaf.body.addAll(
                        0,
                        List.of(
                                new Ins.Plain(Opcode.I64_CONST, List.of(seed)),
                                new Ins.CallImport(other.imports.getFirst())));
            }
            var layout = Layout.of(program, RandomProgram.random(seed));
            installed = Emission.link(program, layout, seed);
            replacement = Emission.link(other, Layout.of(other, RandomProgram.random(seed)), seed + 1);
        }

        void check(Tally tally) {
            tally.changedSlots += changesSlot ? 1 : 0;
            switch (Graft.graftUnmoved(installed, replacement, Program.HOOKS, Set.of())) {
                case GraftResult.Grafted(byte[] bytes, var report) -> check(bytes, report, tally);
                case GraftResult.Unneeded _ -> throw new AssertionError("seed " + seed + ": the hooks are other ones");
                case GraftResult.Refused(var obstacles, int _) -> {
                    // What calls a function in a slot by its index has changed, too, and perhaps is no hook.
                    assertThat(changesSlot).as("seed %d: %s", seed, obstacles).isTrue();
                    assertThat(obstacles)
                            .as("seed %d", seed)
                            .allMatch(obstacle -> obstacle.found().endsWith("though no hook calls it"));
                    tally.refused++;
                }
            }
        }

        private void check(byte[] bytes, GraftReport report, Tally tally) {
            var module = Module.parse(bytes, Features.ALL);
            assertThat(report.basis()).isEqualTo(Basis.UNMOVED);
            tally.appended += report.appended().size();
            tally.shared += report.shared().size();
            tally.withTable += module.tables().size() - 1;
            var verdict = (Verdict.Fits) HeapProof.compare(installed, module, Program.HOOKS);
            try (var old = Machine.install(installed)) {
                entries().forEach(entry -> old.call(entry, random.nextLong()));
                try (var grafted = old.replaced(module, verdict.renumbering())) {
                    entries().forEach(entry -> compareEntry(entry, old, grafted, tally));
                }
                compareHooks(old, module, verdict.renumbering(), tally);
            }
        }

        private List<String> entries() {
            return program.exports.keySet().stream()
                    .filter(name -> name.startsWith("entry"))
                    .toList();
        }

        private void compareEntry(String entry, Machine old, Machine grafted, Tally tally) {
            long input = random.nextLong();
            assertThat(grafted.call(entry, input))
                    .as("%s, seed %d", entry, seed)
                    .isEqualTo(old.call(entry, input));
            compareMemories(entry, old, grafted);
            tally.calls++;
        }

        /// Compares with the replacement running on the same memory, which it may: everything is at the same places.
        private void compareHooks(Machine old, Module module, Renumbering renumbering, Tally tally) {
            var places = new HeapProof(installed, replacement, Program.HOOKS, new Differences(), new Differences())
                    .compare()
                    .renumbering();
            try (var grafted = old.replaced(module, renumbering);
                    var expected = old.replaced(replacement, places)) {
                var hooks = new ArrayList<>(other.exports.keySet());
                hooks.retainAll(Program.HOOKS);
                for (String hook : hooks) {
                    long input = random.nextLong();
                    assertThat(grafted.callUncounted(hook, input))
                            .as("%s, seed %d", hook, seed)
                            .isEqualTo(expected.callUncounted(hook, input));
                    compareMemories(hook, expected, grafted);
                    tally.hookCalls++;
                }
            }
        }

        private void compareMemories(String export, Machine expected, Machine found) {
            assertThat(found.memory().segment().mismatch(expected.memory().segment()))
                    .as("memory after %s, seed %d", export, seed)
                    .isEqualTo(-1);
        }
    }
}
