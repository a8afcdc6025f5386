package decant.bench;

import decant.base.Principal;
import decant.candid.Candid;
import decant.canister.Env;
import decant.canister.InstallRequest;
import decant.canister.InstallRequest.Mode;
import decant.canister.Limits;
import decant.canister.ModuleCache;
import decant.canister.rehearsal.Rehearsal;
import decant.canister.rehearsal.RehearsalPlan;
import decant.canister.state.Change;
import decant.wasm.WasmThreads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;

/// What a rehearsal of an upgrade costs at three sizes of the same canister: time, and the memory of the whole process.
///
/// Each rehearsal is the first thing that its process does, as when a state directory is rehearsed offline: the modules
/// are compiled in it.
///
/// ```text
/// arguments   directory of the vault's modules, directory for the states
/// writes      a table in Markdown
///
/// a process that rehearses:
/// arguments   directory of the vault's modules, directory of its state, rehearse
/// writes      <verdict> <wall ms> <CPU ms> <KiB resident at the peak>
/// ```
final class RehearsalBench {
    private static final int PROCESSES = 3;
    private static final long MIB = 1L << 20;

    private record Size(String name, long heapMib, long stableMib, long oneOf) {}

    private static final List<Size> SIZES = List.of(
            new Size("1 MB", 1, 1, 1), new Size("1 GB", 512, 512, 1), new Size("51 GB", 1_024, 50 << 10, 4_096));

    /// What one rehearsal came to.
    private record Sample(String verdict, long wallMillis, long cpuMillis, long peakKib) {}

    private RehearsalBench() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 2) {
            var work = new FutureTask<Void>(() -> {
                rehearse(arguments);
                return null;
            });
            WasmThreads.factory("rehearsal").newThread(work).start();
            work.get();
            return;
        }
        System.out.println("| canister | verdict | wall time, s | CPU time, s | process at the peak, MiB |");
        System.out.println("|---|---|---|---|---|");
        for (var size : SIZES) {
            make(arguments, size);
            var samples = new ArrayList<Sample>();
            for (int i = 0; i < PROCESSES; i++) {
                samples.add(sample(arguments, size));
            }
            print(size, samples);
        }
    }

    private static void print(Size size, List<Sample> samples) {
        System.out.printf(
                "| %s | %s | %.2f | %.2f | %d |%n",
                size.name(),
                samples.getFirst().verdict(),
                median(samples.stream().map(Sample::wallMillis).toList()) / 1e3,
                median(samples.stream().map(Sample::cpuMillis).toList()) / 1e3,
                median(samples.stream().map(Sample::peakKib).toList()) >> 10);
    }

    private static long median(List<Long> numbers) {
        return numbers.stream().sorted().toList().get(numbers.size() / 2);
    }

    private static Path directory(String[] arguments, Size size) {
        return Path.of(arguments[1], size.heapMib() + "-" + size.stableMib());
    }

    /// Fills a vault, in a checkpoint.
    private static void make(String[] arguments, Size size) throws Exception {
        var work = new FutureTask<Void>(() -> {
            try (var vault = new Vault(directory(arguments, size))) {
                var state = vault.installed(Files.readAllBytes(Path.of(arguments[0], "v2.wasm")));
                state = vault.withStable(state, size.stableMib() * MIB, size.oneOf());
                vault.checkpointed(vault.withHeap(state, size.heapMib() * MIB));
            }
            return null;
        });
        WasmThreads.factory("vault").newThread(work).start();
        work.get();
    }

    private static Sample sample(String[] arguments, Size size) throws IOException, InterruptedException {
        var state = directory(arguments, size).toString();
        var line = Program.java(List.of("-Xmx256m"), RehearsalBench.class, arguments[0], state, "rehearse")
                .lines()
                .getFirst();
        var words = List.of(line.split(" ", -1));
        return new Sample(
                words.get(0), Long.parseLong(words.get(1)), Long.parseLong(words.get(2)), Long.parseLong(words.get(3)));
    }

    private static void rehearse(String[] arguments) throws IOException {
        byte[] module = Files.readAllBytes(Path.of(arguments[0], "v2-rebuilt.wasm"));
        try (var vault = new Vault(Path.of(arguments[1]))) {
            var state = vault.latest();
            var canister = Vault.canister(state);
            var controller = canister.settings().controllers().first();
            var request = new InstallRequest(
                    new Mode.Upgrade(false, Optional.empty()),
                    module,
                    Candid.encode(List.of()),
                    new Change.Origin.FromUser(controller));
            var env = new Env(state.timeNanos(), Principal.of(new byte[] {9}), new byte[] {1}, Limits.DEFAULT);
            long started = System.nanoTime();
            long cpu = Footprint.cpuNanos();
            var report = new Rehearsal(new ModuleCache(4))
                    .run(canister, state.chronicle(canister.id()), request, RehearsalPlan.asked(Limits.DEFAULT), env);
            long wallMillis = (System.nanoTime() - started) / 1_000_000;
            long cpuMillis = (Footprint.cpuNanos() - cpu) / 1_000_000;
            System.out.println(report.verdict() + " " + wallMillis + " " + cpuMillis + " " + Footprint.peakKib());
        }
    }
}
