package decant.bench;

import decant.candid.Value;
import decant.canister.Limits;
import decant.canister.state.InstallReport;
import decant.canister.state.InstallReport.Outcome;
import decant.canister.state.Stage;
import decant.canister.state.SubnetState;
import decant.wasm.WasmThreads;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;

/// Upgrades of every kind, an undo, hibernating and waking, of one vault of a given size, each as often as it takes.
///
/// A process of its own, with a Java heap that is touched whole at its start, so that it does not blur what the
/// kernel counts.
///
/// ```text
/// arguments   times | held | forks | checked, directory of the vault's modules, directory of the state, MiB of heap,
///             MiB of stable memory, and of how many of its pages one is written; the state is made if it is not there
/// writes      first-wake <us>        of the first message after a start
///             checked-wake <us>      the same, but what a node does in the background after a start is over
///             <operation> <CPU us> <CPU us of the next message> <KiB of memory at the peak>
///                 <KiB allocated on the Java heap> <pages of heap written> <pages of stable memory touched>
///                 <pages copied>
///             or, thrice, <KiB in the Java heap> <KiB of anonymous memory>      of 64 MiB written since the last
///                 checkpoint: while the vault is awake, when it hibernates, and after the next checkpoint
///             or, once, the same for each of 1,000 copies that ran a message and are kept
/// ```
final class UpgradeRun {
    private static final int WARMING = 300;
    private static final int REPETITIONS = 60;
    private static final int MEASURED_REPETITIONS = 9;
    private static final long MIB = 1L << 20;
    private static final long HELD_BYTES = 64 * MIB;
    private static final long FIRST_SNAPSHOT = 0;
    private static final int FORKS = 1_000;

    private final Vault vault;
    private final byte[] stuck;
    private final byte[] repaired;
    private final byte[] persistent;

    private UpgradeRun(Path modules, Vault vault) throws IOException {
        this.vault = vault;
        stuck = Files.readAllBytes(modules.resolve("v1.wasm"));
        repaired = Files.readAllBytes(modules.resolve("v2.wasm"));
        persistent = persistent(repaired);
    }

    public static void main(String[] arguments) throws Exception {
        var run = new FutureTask<Void>(() -> {
            run(arguments);
            return null;
        });
        WasmThreads.factory("upgrade").newThread(run).start();
        run.get();
    }

    private static void run(String[] arguments) throws IOException {
        var modules = Path.of(arguments[1]);
        var directory = Path.of(arguments[2]);
        if (!Files.exists(directory)) {
            try (var vault = new Vault(directory)) {
                var state = vault.installed(Files.readAllBytes(modules.resolve("v2.wasm")));
                long stableBytes = Long.parseLong(arguments[4]) * MIB;
                state = vault.withStable(state, stableBytes, Long.parseLong(arguments[5]));
                vault.checkpointed(vault.withHeap(state, Long.parseLong(arguments[3]) * MIB));
            }
        }
        try (var vault = new Vault(directory)) {
            var run = new UpgradeRun(modules, vault);
            switch (arguments[0]) {
                case "held" -> run.measureHeld();
                case "forks" -> run.measureForks();
                case "checked" -> run.measureCheckedWake();
                default -> run.measure();
            }
        }
    }

    /// {@return the module, marked as one that keeps its data on a heap that upgrades keep}
    private static byte[] persistent(byte[] wasm) {
        byte[] name = "icp:private enhanced-orthogonal-persistence".getBytes(StandardCharsets.US_ASCII);
        byte[] marked = Arrays.copyOf(wasm, wasm.length + 3 + name.length);
        marked[wasm.length + 1] = (byte) (1 + name.length);
        marked[wasm.length + 2] = (byte) name.length;
        System.arraycopy(name, 0, marked, wasm.length + 3, name.length);
        return marked;
    }

    /// Something that is done to the vault.
    ///
    /// @param before the state that it is done in, each time the same
    /// @param entriesBefore how many entries the vault's index has in that state, and afterwards
    /// @param expected what the report says, where there is one
    private record Operation(
            String name,
            SubnetState before,
            int entriesBefore,
            UnaryOperator<SubnetState> act,
            int entriesAfter,
            Optional<Outcome> expected) {}

    private void measureCheckedWake() {
        Vault.code(vault.latest()).heap().pages().check(() -> true);
        System.out.println("checked-wake " + wakeMicros());
    }

    /// {@return how long the first message after a start takes}
    private long wakeMicros() {
        // The module is compiled when the vault is first woken.
        vault.touched(vault.installed(repaired), Vault.ENTRIES);
        vault.instances().close();
        var whole = vault.latest();
        long started = System.nanoTime();
        vault.touched(whole, Vault.ENTRIES);
        return (System.nanoTime() - started) / 1000;
    }

    private void measure() {
        System.out.println("first-wake " + wakeMicros());
        var whole = vault.latest();

        var operations = operations(whole);
        var samples = new ArrayList<List<long[]>>();
        operations.forEach(_ -> samples.add(new ArrayList<>()));
        for (int i = 0; i < WARMING + REPETITIONS; i++) {
            for (int j = 0; j < operations.size(); j++) {
                long[] sample = times(operations.get(j));
                if (i >= WARMING) {
                    samples.get(j).add(sample);
                }
            }
        }
        for (int j = 0; j < operations.size(); j++) {
            print(operations.get(j), samples.get(j));
        }
    }

    private List<Operation> operations(SubnetState whole) {
        var upgrade = Value.variant("upgrade", Value.none());
        var keep = Value.variant(
                "upgrade",
                Value.some(Value.record().with("wasm_memory_persistence", Value.some(Value.variant("keep")))));
        var newHooks = Value.variant("lifecycle_upgrade", Value.none());
        var stuckVault = installed(whole, newHooks, stuck);
        var persistentVault = installed(whole, newHooks, persistent);
        var upgraded = installed(whole, upgrade, repaired);
        int entries = Vault.ENTRIES;
        var snapshotted = vault.touched(vault.withSnapshot(whole), entries);
        var limits = Limits.DEFAULT.withInstallInstructionsMax(halfOfPostUpgrade(Vault.report(upgraded)));
        var done = Optional.of(Outcome.INSTALLED);
        return List.of(
                new Operation("upgrade", whole, entries, state -> installed(state, upgrade, repaired), entries, done),
                // The index is on the kept heap already, and `post_upgrade` adds what was saved of it.
                new Operation(
                        "upgrade-keep",
                        persistentVault,
                        entries,
                        state -> installed(state, keep, persistent),
                        2 * entries,
                        done),
                new Operation(
                        "lifecycle-upgrade",
                        stuckVault,
                        entries,
                        state -> installed(state, newHooks, repaired),
                        entries,
                        done),
                new Operation(
                        "trapped",
                        whole,
                        entries,
                        state -> vault.installed(state, upgrade, repaired, limits),
                        entries,
                        Optional.of(Outcome.REJECTED)),
                new Operation("undo", upgraded, entries, vault::undone, entries, Optional.empty()),
                new Operation("snapshot", whole, entries, vault::withSnapshot, entries, Optional.empty()),
                new Operation("restore", snapshotted, entries, this::restored, entries, Optional.empty()),
                new Operation("fork", whole, entries, this::forked, entries, Optional.empty()),
                new Operation("hibernate", whole, entries, this::asleep, entries, Optional.empty()));
    }

    private SubnetState installed(SubnetState state, Value mode, byte[] module) {
        return vault.installed(state, mode, module, Limits.DEFAULT);
    }

    private SubnetState restored(SubnetState state) {
        return vault.restored(state, FIRST_SNAPSHOT);
    }

    /// Runs a message on a copy, and gives the copy up.
    private SubnetState forked(SubnetState state) {
        vault.touchedApart(state, Vault.ENTRIES);
        return state;
    }

    private static long halfOfPostUpgrade(InstallReport report) {
        long half = report.usage().instructions().get(Stage.POST_UPGRADE) / 2;
        return report.usage().instructionsUsed() - half;
    }

    /// Lets the instance that was just used hibernate.
    private SubnetState asleep(SubnetState state) {
        if (vault.instances().hibernate() + vault.instances().hibernate() == 0) {
            throw new IllegalStateException("no instance was there to hibernate");
        }
        return state;
    }

    /// {@return nanoseconds of processor time of the operation, and of the next message}
    private long[] times(Operation operation) {
        vault.touched(operation.before(), operation.entriesBefore());
        long started = Footprint.cpuNanos();
        var after = operation.act().apply(operation.before());
        long done = Footprint.cpuNanos();
        vault.touched(after, operation.entriesAfter());
        return new long[] {done - started, Footprint.cpuNanos() - done};
    }

    private void print(Operation operation, List<long[]> samples) {
        var peaks = new ArrayList<Footprint.Peak>();
        for (int i = 0; i < MEASURED_REPETITIONS; i++) {
            vault.touched(operation.before(), operation.entriesBefore());
            peaks.add(Footprint.of(
                    () -> vault.touched(operation.act().apply(operation.before()), operation.entriesAfter())));
        }
        vault.touched(operation.before(), operation.entriesBefore());
        long copiedBefore = vault.instances().tally().pagesCopied();
        var after = operation.act().apply(operation.before());
        vault.touched(after, operation.entriesAfter());
        long copied = vault.instances().tally().pagesCopied() - copiedBefore;
        System.out.println(operation.name() + " " + median(samples, sample -> sample[0] / 1000) + " "
                + median(samples, sample -> sample[1] / 1000) + " " + median(peaks, Footprint.Peak::residentKib) + " "
                + median(peaks, Footprint.Peak::allocatedKib) + " " + pagesTouched(operation, after) + " " + copied);
    }

    private static String pagesTouched(Operation operation, SubnetState after) {
        if (operation.expected().isEmpty()) {
            return "0 0";
        }
        var report = Vault.report(after);
        if (!operation.expected().equals(Optional.of(report.outcome()))) {
            throw new IllegalStateException(operation.name() + " came to this: " + report.toText());
        }
        return report.usage().heapPagesTouched() + " " + report.usage().stablePagesTouched();
    }

    private static <T> long median(List<T> values, ToLongFunction<T> number) {
        long[] numbers = values.stream().mapToLong(number).sorted().toArray();
        return numbers[numbers.length / 2];
    }

    /// What is held for a canister that wrote much since the last checkpoint, beyond what is held anyway.
    private void measureHeld() {
        var whole = vault.latest();
        vault.touched(whole, Vault.ENTRIES);
        vault.instances().close();
        long javaBefore = Footprint.javaHeapKib();
        long anonymousBefore = Footprint.anonymousKib();
        Runnable print = () -> System.out.println(
                (Footprint.javaHeapKib() - javaBefore) + " " + (Footprint.anonymousKib() - anonymousBefore));
        var held = vault.rewritten(whole, HELD_BYTES);
        try {
            vault.touched(held, Vault.ENTRIES);
            print.run();
            vault.instances().close();
            print.run();
            held = vault.checkpointed(held);
            print.run();
        } finally {
            Reference.reachabilityFence(held);
        }
    }

    private void measureForks() {
        var whole = vault.latest();
        vault.touchedApart(whole, Vault.ENTRIES);
        long javaBefore = Footprint.javaHeapKib();
        long anonymousBefore = Footprint.anonymousKib();
        var forks = new ArrayList<SubnetState>();
        for (int i = 0; i < FORKS; i++) {
            forks.add(vault.touchedApart(whole, Vault.ENTRIES));
        }
        try {
            System.out.println((Footprint.javaHeapKib() - javaBefore) / FORKS + " "
                    + (Footprint.anonymousKib() - anonymousBefore) / FORKS);
        } finally {
            Reference.reachabilityFence(forks);
        }
    }
}
