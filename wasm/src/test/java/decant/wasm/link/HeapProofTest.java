package decant.wasm.link;

import static org.assertj.core.api.Assertions.assertThat;

import decant.wasm.Memory;
import decant.wasm.Module;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class HeapProofTest {
    private static final long SEED = 20_261_122;

    @Test
    void hundredsOfChangesOutsideTheHooksAreAllRejected() throws Exception {
        rejectChanges(500);
    }

    @Test
    @Tag("slow")
    void tenThousandChangesOutsideTheHooksAreAllRejected() throws Exception {
        rejectChanges(10_000);
    }

    private static void rejectChanges(int pairs) throws Exception {
        Map<Mutation, Integer> counts = new EnumMap<>(Mutation.class);
        var mutations = List.of(Mutation.values());
        int rejected = 0;
        for (long seed = SEED; rejected < pairs; seed++) {
            var random = RandomProgram.random(seed);
            var mutation = mutations.get((int) (seed % mutations.size()));
            var changed = RandomProgram.of(seed);
            if (random.nextBoolean()) {
                RandomProgram.replaceHooks(changed, seed, RandomProgram.Luggage.PROVABLE);
            }
            if (!mutation.apply(changed, random)) {
                continue;
            }
            var original = link(RandomProgram.of(seed), seed, 0);
            var other = link(changed, seed, seed);
            var verdict = HeapProof.compare(original, other, Program.HOOKS);
            assertThat(verdict).as("%s, seed %d", mutation, seed).isInstanceOf(Verdict.Differs.class);
            if (mutation != Mutation.MEMORY_MAXIMUM) {
                assertThat(HeapProof.compare(other, original, Program.HOOKS))
                        .as("%s in the installed module, seed %d", mutation, seed)
                        .isInstanceOf(Verdict.Differs.class);
            }
            rejected++;
            counts.merge(mutation, 1, Integer::sum);
        }
        System.out.println("heap proof: rejected " + rejected + " of " + pairs + " changed modules, seeds from " + SEED
                + ": " + counts);
        assertThat(counts).containsOnlyKeys(Mutation.values());
    }

    @Test
    void hundredsOfModulesWithOtherHooksFitAndBehaveTheSame() throws Exception {
        acceptHooks(150);
    }

    @Test
    @Tag("slow")
    void tenThousandModulesWithOtherHooksFitAndBehaveTheSame() throws Exception {
        acceptHooks(10_000);
    }

    private static void acceptHooks(int pairs) throws Exception {
        int calls = Machine.onBigStack(() -> {
            int done = 0;
            for (long seed = SEED; seed < SEED + pairs; seed++) {
                var program = RandomProgram.of(seed);
                var original = link(program, seed, 0);
                var changed = RandomProgram.of(seed);
                RandomProgram.replaceHooks(changed, seed, RandomProgram.Luggage.PROVABLE);
                var other = link(changed, seed, seed);
                var verdict = HeapProof.compare(original, other, Program.HOOKS);
                assertThat(verdict).as("seed %d", seed).isInstanceOf(Verdict.Fits.class);
                if (verdict instanceof Verdict.Fits(var renumbering)) {
                    done += compareBehaviour(seed, program, original, other, renumbering);
                }
            }
            return done;
        });
        System.out.println("heap proof: accepted " + pairs + " modules with other hooks, seeds from " + SEED + ", and "
                + calls + " calls of entry points gave the same");
    }

    /// Runs both from the memory that the first one has made. {@return how many calls were compared}
    private static int compareBehaviour(
            long seed, Program program, Module original, Module other, Renumbering renumbering) {
        var random = RandomProgram.random(seed);
        var entries = program.exports.keySet().stream()
                .filter(name -> name.startsWith("entry"))
                .toList();
        try (var first = Machine.install(original)) {
            first.call("hook before", seed);
            for (String entry : entries) {
                first.call(entry, random.nextLong());
            }
            try (var second = first.replaced(other, renumbering)) {
                int calls = 0;
                for (int i = 0; i < 6; i++) {
                    String entry = entries.get(random.nextInt(entries.size()));
                    long input = random.nextLong();
                    assertThat(second.call(entry, input))
                            .as("%s, seed %d", entry, seed)
                            .isEqualTo(first.call(entry, input));
                    assertSameMemory(seed, first.memory(), second.memory());
                    calls++;
                }
                assertThat(renumbering.carry(first.globals(), second.globals()))
                        .as("globals, seed %d", seed)
                        .isEqualTo(second.globals());
                return calls;
            }
        }
    }

    private static void assertSameMemory(long seed, Memory first, Memory second) {
        assertThat(second.bytes()).isEqualTo(first.bytes());
        assertThat(second.segment().mismatch(first.segment()))
                .as("memory, seed %d", seed)
                .isEqualTo(-1);
    }

    private static Module link(Program program, long layoutSeed, long orderSeed) {
        return Emission.link(program, Layout.of(program, RandomProgram.random(layoutSeed)), orderSeed);
    }
}
