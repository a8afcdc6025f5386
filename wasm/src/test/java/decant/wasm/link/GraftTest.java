package decant.wasm.link;

import static org.assertj.core.api.Assertions.assertThat;

import decant.wasm.Features;
import decant.wasm.Module;
import decant.wasm.link.GraftReport.Basis;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class GraftTest {
    private static final long SEED = 3_000_000;
    private static final long NEW_DATA_FROM = 120_000;

    @Test
    void graftedHooksDoWhatTheyWereWrittenToAndNothingElseChanges() throws Exception {
        graft(150, true);
    }

    @Test
    void hooksAreGraftedOntoAnInstalledModuleWithoutSymbolsWhenAllOtherCodeIsTheSame() throws Exception {
        graft(150, false);
    }

    @Test
    @Tag("slow")
    void thousandsOfGraftedHooksDoWhatTheyWereWrittenToAndNothingElseChanges() throws Exception {
        graft(5_000, true);
        graft(5_000, false);
    }

    private static void graft(int pairs, boolean withSymbols) throws Exception {
        var tally = Machine.onBigStack(() -> {
            var counts = new Tally();
            for (long seed = SEED; seed < SEED + pairs; seed++) {
                new Pair(seed).check(withSymbols, counts);
            }
            return counts;
        });
        System.out.println("graft " + (withSymbols ? "with" : "without") + " symbols: " + pairs + " pairs, seeds from "
                + SEED + ": " + tally);
        assertThat(tally.withConstants).isPositive();
        assertThat(tally.withTable).isPositive();
        assertThat(tally.shared).isPositive();
        if (withSymbols) {
            assertThat(tally.refused).isZero();
        } else {
            assertThat(tally.refused).isLessThan(pairs * 2 / 3);
            // What no code outside the hooks takes the address of belongs to the hooks, though it is in the table.
            assertThat(tally.changedInHooksSlotsOnly).isLessThan(tally.changedElsewhere / 4);
        }
    }

    private static final class Tally {
        int refused;
        int changedElsewhere;
        int changedInHooksSlotsOnly;
        int withConstants;
        int withTable;
        int appended;
        int shared;
        int calls;
        int hookCalls;
        int returned;

        @Override
        public String toString() {
            return refused + " of them refused, " + changedElsewhere + " with other changes too, " + withConstants
                    + " with new constants, "
                    + withTable + " with new slots, " + appended + " functions appended, " + shared + " shared; "
                    + calls + " calls of entry points and " + hookCalls + " of hooks gave the same, " + returned
                    + " of the hooks without a trap";
        }
    }

    /// An installed program, and one with other hooks whose static data is elsewhere.
    private static final class Pair {
        private final long seed;
        private final Random random;
        private final Program program;
        private final Layout layout;
        private final Module installed;
        private final boolean changedElsewhere;

        Pair(long seed) {
            this.seed = seed;
            random = RandomProgram.random(seed);
            program = RandomProgram.of(seed);
            layout = Layout.of(program, RandomProgram.random(seed));
            installed = Emission.link(program, layout, seed);
            changedElsewhere = random.nextInt(4) == 0;
        }

        void check(boolean withSymbols, Tally tally) {
            var other = other();
            if (changedElsewhere) {
                boolean changed = Mutation.NOP.apply(other, random) && Mutation.CONSTANT.apply(other, random);
                assertThat(changed).isTrue();
                tally.changedElsewhere++;
            }
            var replacement =
                    Emission.linkWithRelocations(other, Layout.of(other, RandomProgram.random(seed + 1)), seed + 1);
            var symbols = Optional.of(Emission.linkWithRelocations(program, layout, seed + 2));
            var result = Graft.graft(installed, replacement, symbols.filter(_ -> withSymbols), Program.HOOKS);
            switch (result) {
                case GraftResult.Grafted(byte[] bytes, var report) -> check(bytes, report, withSymbols, tally);
                case GraftResult.Unneeded _ -> throw new AssertionError("seed " + seed + ": the hooks are other ones");
                case GraftResult.Refused(var obstacles, int _) -> {
                    assertThat(obstacles)
                            .as("seed %d", seed)
                            .allMatch(obstacle -> changedElsewhere
                                    ? obstacle.found().startsWith("no symbols, and ")
                                    : obstacle.found().startsWith("a variable that only changed hooks use")
                                            || obstacle.found().startsWith("a global that the installed module"));
                    tally.refused++;
                }
            }
        }

        private void check(byte[] bytes, GraftReport report, boolean withSymbols, Tally tally) {
            var module = Module.parse(bytes, Features.ALL);
            assertThat(report.basis()).isEqualTo(withSymbols ? Basis.SYMBOLS : Basis.CODE);
            tally.appended += report.appended().size();
            tally.shared += report.shared().size();
            tally.withConstants += report.newDataBytes() > 0 ? 1 : 0;
            tally.withTable += module.tables().size() - 1;
            compareEntryPoints(module, tally);
            if (!changedElsewhere) {
                compareHooks(module, tally);
            } else if (!withSymbols) {
                tally.changedInHooksSlotsOnly++;
            }
        }

        private Program other() {
            var other = RandomProgram.of(seed);
            RandomProgram.replaceHooks(other, seed, RandomProgram.Luggage.SLOTS);
            return other;
        }

        private List<String> entries() {
            return program.exports.keySet().stream()
                    .filter(name -> name.startsWith("entry"))
                    .toList();
        }

        private void compareEntryPoints(Module grafted, Tally tally) {
            var verdict = (Verdict.Fits) HeapProof.compare(installed, grafted, Program.HOOKS);
            try (var first = Machine.install(installed)) {
                entries().forEach(entry -> first.call(entry, random.nextLong()));
                try (var second = first.replaced(grafted, verdict.renumbering())) {
                    for (String entry : entries()) {
                        long input = random.nextLong();
                        assertThat(second.call(entry, input))
                                .as("%s, seed %d", entry, seed)
                                .isEqualTo(first.call(entry, input));
                        assertThat(second.memory()
                                        .segment()
                                        .mismatch(first.memory().segment()))
                                .as("memory, seed %d", seed)
                                .isEqualTo(-1);
                        tally.calls++;
                    }
                }
            }
        }

        /// Compares with the hooks linked to the installed program from the beginning, which is what a graft stands
        /// for.
        private void compareHooks(Module grafted, Tally tally) {
            var other = other();
            var linkedTogether = Emission.link(other, layout.with(other, NEW_DATA_FROM), seed + 3);
            var verdict = (Verdict.Fits) HeapProof.compare(installed, grafted, Program.HOOKS);
            try (var old = Machine.install(installed);
                    var expected = Machine.install(linkedTogether)) {
                for (String entry : entries()) {
                    long input = random.nextLong();
                    assertThat(old.call(entry, input)).isEqualTo(expected.call(entry, input));
                }
                try (var found = old.replaced(grafted, verdict.renumbering())) {
                    var calls = new ArrayList<String>();
                    other.exports.keySet().stream()
                            .filter(Program.HOOKS::contains)
                            .forEach(hook -> calls.addAll(List.of(hook, hook)));
                    calls.addAll(entries());
                    for (String export : calls) {
                        compareCall(export, expected, found, tally);
                    }
                }
            }
        }

        private void compareCall(String export, Machine expected, Machine found, Tally tally) {
            long input = random.nextLong();
            var outcome = expected.callUncounted(export, input);
            assertThat(found.callUncounted(export, input))
                    .as("%s, seed %d", export, seed)
                    .isEqualTo(outcome);
            assertThat(found.memory()
                            .segment()
                            .asSlice(0, NEW_DATA_FROM)
                            .mismatch(expected.memory().segment().asSlice(0, NEW_DATA_FROM)))
                    .as("memory after %s, seed %d", export, seed)
                    .isEqualTo(-1);
            if (Program.HOOKS.contains(export)) {
                tally.hookCalls++;
                tally.returned += outcome.getLast().startsWith("Returned") ? 1 : 0;
            }
        }
    }
}
