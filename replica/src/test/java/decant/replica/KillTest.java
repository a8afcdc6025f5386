package decant.replica;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Principal;
import decant.canister.Limits;
import decant.wasm.WasmThreads;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `kill -9` under load: after every restart each acknowledged call is there exactly once, and the recovered state is
/// the
/// one that running the whole log without an interruption leads to.
@SuppressWarnings("StringSplitter")
final class KillTest {
    private static final int CLIENTS = 8;

    @TempDir
    private Path directory;

    /// What the clients sent and were told, over all lives of the process.
    private final Map<Integer, Long> sent = new TreeMap<>();

    private final Map<Integer, Long> acknowledged = new TreeMap<>();
    private final Map<Integer, String> unanswered = new TreeMap<>();
    private final Map<Long, String> recovered = new TreeMap<>();

    @Test
    void fewKillsLoseNothing() throws Exception {
        kill(3);
    }

    @Test
    @Tag("slow")
    void fiftyKillsLoseNothing() throws Exception {
        kill(50);
    }

    private void kill(int times) throws Exception {
        var state = directory.resolve("state");
        var canister = install(state);
        var random = new Random(times);
        for (int i = 0; i < times; i++) {
            liveAndDie(state, canister, random);
        }
        checkLast(state, canister);
        replayWithoutInterruption(state);
    }

    private static Principal install(Path state) {
        try (var node = Node.onSystemClock(state)) {
            return node.installProbe();
        }
    }

    /// Starts the process, lets it work for a random number of calls, or only for a moment, and kills it.
    private void liveAndDie(Path state, Principal canister, Random random) throws IOException, InterruptedException {
        var process = start(state, canister);
        boolean diesEarly = random.nextInt(5) == 0;
        long linesLeft = diesEarly ? 0 : 1 + random.nextInt(400);
        long patienceNanos = diesEarly ? random.nextLong(2_000_000_000L) : random.nextLong(3_000_000L);
        try (var out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            hand(process);
            while (linesLeft > 0) {
                var line = out.readLine();
                assertThat(line).as("the process ended by itself").isNotNull();
                note(line);
                linesLeft--;
            }
            process.waitFor(Duration.ofNanos(patienceNanos));
            // Killed by its handle: the process itself would close the pipe, and what is in there is still needed.
            process.toHandle().destroyForcibly();
            for (var line = out.readLine(); line != null; line = out.readLine()) {
                note(line);
            }
            assertThat(process.waitFor()).isEqualTo(128 + 9);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private static Process start(Path state, Principal canister) throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(KillTarget.class.getName());
        command.add(state.toString());
        command.add(canister.toString());
        command.add(Integer.toString(CLIENTS));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /// Tells the process which calls were not answered when it died, for the same clients to make them again.
    private void hand(Process process) throws IOException {
        try (var in = process.outputWriter(StandardCharsets.UTF_8)) {
            for (var call : unanswered.entrySet()) {
                in.write("again " + call.getKey() + " " + call.getValue() + "\n");
            }
            in.write("go\n");
        }
    }

    private void note(String line) {
        var words = line.split(" ");
        if (words.length != 4 || !words[3].equals(".")) {
            return;
        }
        switch (words[0]) {
            case "open" -> recovered.put(Long.parseLong(words[1]), words[2]);
            case "sent" -> {
                int client = Integer.parseInt(words[1]);
                sent.merge(client, 1L, Long::sum);
                unanswered.put(client, words[2]);
            }
            case "acknowledged" -> {
                int client = Integer.parseInt(words[1]);
                long value = Long.parseLong(words[2]);
                assertThat(value)
                        .as("calls of client %d that were executed", client)
                        .isEqualTo(sent.get(client));
                acknowledged.put(client, value);
                unanswered.remove(client);
            }
            default -> {}
        }
    }

    private void checkLast(Path state, Principal canister) {
        try (var node = Node.onSystemClock(state)) {
            for (int client = 0; client < CLIENTS; client++) {
                assertThat(node.get(canister, client))
                        .isBetween(acknowledged.getOrDefault(client, 0L), sent.getOrDefault(client, 0L));
            }
            assertThat(acknowledged.values()).isNotEmpty().allMatch(value -> value > 0);
        }
    }

    private void replayWithoutInterruption(Path state) throws Exception {
        var keys = NodeKeys.openOrCreate(state.resolve("keys"), Entropy.system());
        var replay = new FutureTask<>(() -> {
            try (var machine = new Machine(keys, Limits.DEFAULT);
                    var log = InputLog.open(state.resolve("log"))) {
                var replayed = new TreeMap<Long, String>();
                machine.replay(machine.genesis(), log, round -> {
                    long height = round.state().height();
                    if (recovered.containsKey(height)) {
                        replayed.put(
                                height, StateRecords.stateHash(round.state()).toString());
                    }
                });
                return replayed;
            }
        });
        WasmThreads.factory("replay").newThread(replay).start();
        assertThat(replay.get()).isEqualTo(recovered);
    }
}
