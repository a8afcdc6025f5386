package decant.wasm.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import decant.wasm.WasmThreads;
import decant.wasm.differential.Session.Run;
import decant.wasm.differential.V8.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Random modules on our engine and on another one: results, traps, memory, globals, tables, what the host is told, and
/// how many instructions are left after each run, to the last one.
///
/// On 2026-11-23, with Node.js 20: 20,000 modules in 260,394 runs, of which two showed a wrong count; since its repair
/// those and 20,000 more in 519,848 runs, and 121,845 runs that end at every limit, without a difference. With Node.js
/// 24, for tables of 64 bits: 500 modules, none. On 2026-11-24, one half marking reads, with Node.js 20: the hundred
/// thousand of the slow tier in 1,299,804 runs, none.
class DifferentialTest {
    private static final long FUEL = 20_000;
    private static final int BATCH = 250;
    private static final int LIMITS_MAX = 1_200;
    private static final Optional<V8> V8_ENGINE = V8.find();

    /// Where differing modules are left, by their seed; nowhere without the property.
    private static final Optional<Path> KEPT =
            Optional.ofNullable(System.getProperty("decant.kept")).map(Path::of);

    @Test
    void aSampleOfModulesDoesTheSame() throws Exception {
        compare(1_000_000, Integer.getInteger("decant.modules", 150));
    }

    @Test
    @Tag("slow")
    void aHundredThousandModulesDoTheSame() throws Exception {
        compare(2_000_000, 100_000);
    }

    @Test
    void forEveryLimitTheLastThingDoneIsTheLastThatIsPaidFor() throws Exception {
        compareLimits(10);
    }

    @Test
    @Tag("slow")
    void forEveryLimitOfManyModulesTheLastThingDoneIsTheLastThatIsPaidFor() throws Exception {
        compareLimits(1_000);
    }

    /// Compares, of short runs, all that are shorter still: each ends where it cannot be paid for any more, and what
    /// the host was told and what is in the memory are what has been paid for.
    private static void compareLimits(int count) throws Exception {
        V8 engine = engine();
        var drafts = new ArrayList<Draft>();
        var whole = new ArrayList<Task>();
        for (long seed = 3_000_000; seed < 3_000_000 + count; seed++) {
            Draft draft = RandomModule.of(seed, engine.features());
            var runs = new ArrayList<Run>();
            for (int entry = 0; entry < draft.entries.size(); entry++) {
                runs.add(new Run(true, entry, FUEL));
            }
            drafts.add(draft);
            whole.add(new Task(Instrumentation.of(draft), runs));
        }
        var lines = engine.lines(whole);
        var tasks = new ArrayList<Task>();
        int runCount = 0;
        for (int i = 0; i < drafts.size(); i++) {
            var runs = new ArrayList<Run>();
            for (int entry = 0; entry < lines.get(i).size(); entry++) {
                long used = used(lines.get(i).get(entry));
                for (long fuel = 0;
                        used > 30 && used <= LIMITS_MAX && runs.size() < LIMITS_MAX && fuel <= used;
                        fuel++) {
                    runs.add(new Run(true, entry, fuel));
                }
            }
            runCount += runs.size();
            tasks.add(new Task(whole.get(i).module(), runs));
        }
        var expected = engine.lines(tasks);
        var differences = new ArrayList<String>();
        for (int i = 0; i < tasks.size(); i++) {
            check(drafts.get(i), tasks.get(i), expected.get(i), 3_000_000 + i, differences);
        }
        System.out.printf(
                "differential: %d runs that end at every limit, %d differences%n", runCount, differences.size());
        assertThat(differences.stream().limit(20)).isEmpty();
        assertThat(runCount).isGreaterThan(100 * count);
    }

    private static long used(String line) {
        var parts = line.split("; ", -1);
        return parts.length < 2 ? 0 : FUEL - Long.parseLong(parts[1]);
    }

    private static V8 engine() {
        assumeTrue(
                V8_ENGINE.isPresent(),
                "no Node.js with tail calls was found to compare with: put one on the path, or name it by decant.node");
        return V8_ENGINE.get();
    }

    private static void compare(long firstSeed, int count) throws Exception {
        V8 engine = engine();
        var outcomes = new TreeMap<String, Integer>();
        var differences = new ArrayList<String>();
        int runCount = 0;
        for (int done = 0; done < count; done += BATCH) {
            var drafts = new ArrayList<Draft>();
            var tasks = new ArrayList<Task>();
            for (long seed = firstSeed + done; seed < firstSeed + Math.min(count, done + BATCH); seed++) {
                Draft draft = RandomModule.of(seed, engine.features());
                drafts.add(draft);
                tasks.add(new Task(Instrumentation.of(draft), runs(draft, seed)));
            }
            var expected = engine.lines(tasks);
            for (int i = 0; i < tasks.size(); i++) {
                long seed = firstSeed + done + i;
                check(drafts.get(i), tasks.get(i), expected.get(i), seed, differences);
                for (String line : expected.get(i)) {
                    outcomes.merge(line.substring(0, Math.max(0, line.indexOf(';'))), 1, Integer::sum);
                    runCount++;
                }
            }
        }
        System.out.printf(
                "differential: %d modules, %d runs, %d differences; %s %s%n",
                count, runCount, differences.size(), outcomes, engine.features());
        assertThat(differences.stream().limit(20)).isEmpty();
        assertThat(outcomes.keySet()).noneMatch(outcome -> outcome.startsWith("?"));
    }

    /// Twice in one instance with enough instructions, as far as that goes, then with fewer and fewer in others.
    private static List<Run> runs(Draft draft, long seed) {
        var random = new Random(seed);
        var runs = new ArrayList<Run>();
        for (int entry = 0; entry < draft.entries.size(); entry++) {
            runs.add(new Run(entry == 0, entry, FUEL));
        }
        for (int i = 0; i < 4; i++) {
            int entry = random.nextInt(draft.entries.size());
            runs.add(new Run(i % 2 == 0, entry, random.nextInt(random.nextBoolean() ? 300 : 3000)));
        }
        return runs;
    }

    private static void check(Draft draft, Task task, List<String> expected, long seed, List<String> differences)
            throws Exception {
        for (int methodBytesMax : new int[] {6000, 300}) {
            var found = onBigStack(draft.bytes(), task.runs(), methodBytesMax);
            for (int i = 0; i < expected.size(); i++) {
                if (expected.get(i).startsWith("stack;")) {
                    // From here on the instances differ: ours has room for more.
                    break;
                }
                if (!expected.get(i).equals(found.get(Math.min(i, found.size() - 1)))) {
                    differences.add("seed " + seed + " methods of " + methodBytesMax + " run " + i + " "
                            + task.runs().get(i) + "\n  expected " + expected.get(i) + "\n  found    "
                            + found.get(Math.min(i, found.size() - 1)));
                    keep(draft, task, expected, seed);
                    return;
                }
            }
        }
    }

    private static void keep(Draft draft, Task task, List<String> expected, long seed) throws IOException {
        if (KEPT.isPresent()) {
            Files.createDirectories(KEPT.get());
            Files.write(KEPT.get().resolve(seed + ".wasm"), draft.bytes());
            Files.write(KEPT.get().resolve(seed + ".counted.wasm"), task.module());
            var lines = new ArrayList<String>();
            for (int i = 0; i < expected.size(); i++) {
                Run run = task.runs().get(i);
                lines.add(
                        (run.isFresh() ? "new " : "same ") + run.entry() + " " + run.fuel() + " | " + expected.get(i));
            }
            Files.write(KEPT.get().resolve(seed + ".txt"), lines);
        }
    }

    private static List<String> onBigStack(byte[] module, List<Run> runs, int methodBytesMax) throws Exception {
        var task = new FutureTask<>(() -> {
            try {
                return Session.lines(module, runs, methodBytesMax);
            } catch (RuntimeException | LinkageError | AssertionError e) {
                return List.of("crashed: " + e + " at " + Map.of("first", e.getStackTrace()[0]));
            }
        });
        var thread = WasmThreads.factory("differential").newThread(task);
        thread.start();
        return task.get();
    }
}
