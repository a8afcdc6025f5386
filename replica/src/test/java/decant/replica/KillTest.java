package decant.replica;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Principal;
import decant.protocol.Envelope;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Scanner;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `kill -9` under load: after every restart each acknowledged call is there exactly once, and the recovered state is
/// the one that running the whole log without an interruption leads to.
///
/// The moments come from a seed, which is printed; `-Ddecant.seed` sets it.
final class KillTest {
    private static final int CLIENTS = 8;

    @TempDir
    private Path directory;

    private final List<Client> clients = new ArrayList<>();

    /// Those who wait for an answer, by the id of their request.
    private final Map<String, Client> unanswered = new HashMap<>();

    /// The state hashes that were found after recovery, by height.
    private final Map<Long, String> recovered = new TreeMap<>();

    private long recoveries;
    private long roundsReplayed;

    /// What a client sent and was told, over all lives of the process.
    private static final class Client {
        private long sent;
        private long acknowledged;
        private String lastEnvelope = "";
    }

    /// When a process is killed: so long after its start, or after it wrote so many lines.
    private record Moment(long lines, long nanos) {
        static Moment afterStart(Random random) {
            return new Moment(0, random.nextLong(2_500_000_000L));
        }

        static Moment atWork(Random random) {
            return new Moment(1 + random.nextInt(600), random.nextLong(3_000_000L));
        }
    }

    @Test
    void fiveKillsLoseNothing() throws Exception {
        kill(5);
    }

    @Test
    @Tag("slow")
    void fiftyKillsLoseNothing() throws Exception {
        kill(50);
    }

    private void kill(int times) throws Exception {
        long seed = Long.getLong("decant.seed", System.nanoTime());
        System.out.println("KillTest: " + times + " kills under load of " + CLIENTS + " clients, seed " + seed);
        var random = new Random(seed);
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(new Client());
        }
        var state = directory.resolve("state");
        var canisters = install(state);
        for (int i = 0; i < times; i++) {
            var death = i % 4 == 3 ? Moment.afterStart(random) : Moment.atWork(random);
            liveAndDie(state, canisters, death);
        }
        checkLast(state, canisters);
        long rounds = compareWithUninterruptedRun(state);
        System.out.printf(
                "KillTest: kills %d, acknowledged %d of %d, recoveries %d, replayed rounds %d, "
                        + "state hash equal at all %d recovered heights of an uninterrupted run of %d rounds%n",
                times,
                clients.stream().mapToLong(client -> client.acknowledged).sum(),
                clients.stream().mapToLong(client -> client.sent).sum(),
                recoveries,
                roundsReplayed,
                recovered.size(),
                rounds);
    }

    private static List<Principal> install(Path state) {
        try (var node = Node.onSystemClock(state)) {
            node.install("heart.wasm", new byte[0]);
            return List.of(node.installProbe(), node.installProbe());
        }
    }

    private void liveAndDie(Path state, List<Principal> canisters, Moment death) throws Exception {
        var arguments = new ArrayList<String>();
        arguments.add(state.toString());
        canisters.forEach(canister -> arguments.add(canister.toString()));
        arguments.add(Integer.toString(CLIENTS));
        unanswered.values().forEach(client -> arguments.add(client.lastEnvelope));
        var process = JavaProcess.of(List.of(), KillTarget.class, arguments).start();
        try (var lines = new Scanner(process.getInputStream(), StandardCharsets.UTF_8)) {
            if (death.lines() == 0) {
                killAfter(process, death.nanos());
            }
            for (long count = 1; lines.hasNextLine(); count++) {
                note(lines.nextLine());
                if (count == death.lines()) {
                    killAfter(process, death.nanos());
                }
            }
            assertThat(process.waitFor())
                    .as("the exit status of a killed process")
                    .isEqualTo(128 + 9);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    /// Kills the process by its handle, which leaves the pipe open: what was written before is still to be read.
    private static void killAfter(Process process, long nanos) {
        Thread.ofVirtual().start(() -> {
            try {
                process.waitFor(Duration.ofNanos(nanos));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            process.toHandle().destroyForcibly();
        });
    }

    /// Takes notice of a line that is whole; the last one before the end may not be.
    private void note(String line) {
        if (!line.endsWith(" .")) {
            return;
        }
        try (var words = new Scanner(line)) {
            switch (words.next()) {
                case "open" -> {
                    long checkpointHeight = words.nextLong();
                    var found = new KillTarget.Snapshot(words.nextLong(), words.next());
                    recoveries++;
                    roundsReplayed += found.height() - checkpointHeight;
                    noteState(found);
                }
                case "sent" -> {
                    var client = clients.get(words.nextInt());
                    client.sent++;
                    client.lastEnvelope = words.next();
                    unanswered.put(requestId(client.lastEnvelope), client);
                }
                case "acknowledged" -> noteAnswer(words.next(), words.nextLong());
                case String word -> throw new AssertionError("the process wrote \"" + word + "\": " + line);
            }
        }
    }

    private void noteState(KillTarget.Snapshot found) {
        var known = recovered.put(found.height(), found.stateHash());
        assertThat(known).as("state hash at height " + found.height()).isIn(null, found.stateHash());
    }

    private void noteAnswer(String requestId, long value) {
        var client = unanswered.remove(requestId);
        assertThat(client).as("the client that waits for call " + requestId).isNotNull();
        assertThat(value)
                .as("calls of client %d that were executed", clients.indexOf(client))
                .isEqualTo(client.sent);
        client.acknowledged = value;
    }

    private static String requestId(String envelope) {
        return Envelope.decode(HexFormat.of().parseHex(envelope)).requestId().toString();
    }

    /// Opens the node for the last time, makes the last call of each client again, twice, and reads all counters.
    private void checkLast(Path state, List<Principal> canisters) {
        var config = KillTarget.config(state);
        try (var replica = Replica.open(config)) {
            for (var client : clients) {
                byte[] envelope = HexFormat.of().parseHex(client.lastEnvelope);
                for (int i = 0; i < 2; i++) {
                    assertThat(KillTarget.reply(replica, canisters.getFirst(), envelope))
                            .isEqualTo(client.sent);
                }
                assertThat(client.acknowledged).isBetween(client.sent - 1, client.sent);
            }
        }
        try (var node = Node.onSystemClock(state)) {
            for (int i = 0; i < CLIENTS; i++) {
                assertThat(node.get(canisters.get(i % 2), i)).isEqualTo(clients.get(i).sent);
            }
            noteState(KillTarget.Snapshot.of(node.replica()));
        }
    }

    /// {@return the number of rounds of that run}
    private long compareWithUninterruptedRun(Path state) throws Exception {
        var fresh = directory.resolve("fresh");
        Directories.copy(state, fresh);
        Directories.delete(fresh.resolve("store"));
        var process = JavaProcess.of(List.of(), UninterruptedRun.class, List.of(fresh.toString()))
                .start();
        var hashes = new TreeMap<Long, String>();
        try (var words = new Scanner(process.getInputStream(), StandardCharsets.UTF_8)) {
            while (words.hasNextLong()) {
                hashes.put(words.nextLong(), words.next());
            }
            assertThat(process.waitFor()).isZero();
        } finally {
            process.destroyForcibly().waitFor();
        }
        int rounds = hashes.size();
        hashes.keySet().retainAll(recovered.keySet());
        assertThat(hashes).isEqualTo(recovered);
        return rounds;
    }
}
