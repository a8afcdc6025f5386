package decant.replica;

import static decant.replica.Node.number;
import static decant.replica.Node.reply;
import static decant.replica.Node.slot;
import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Principal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is in the files at any moment is all that was acknowledged by then, once.
@SuppressWarnings({"NonAtomicVolatileUpdate", "NonApiType"})
final class CrashTest {
    private static final int CLIENTS = 4;
    private static final int COPIES = 8;

    @TempDir
    private Path directory;

    /// One who counts up in an own slot, one call after the other.
    private static final class Client implements Runnable {
        private final Node node;
        private final Principal probe;
        private final int slot;
        private volatile long sent;
        private volatile long acknowledged;
        private volatile boolean stopped;

        Client(Node node, Principal probe, int slot) {
            this.node = node;
            this.probe = probe;
            this.slot = slot;
        }

        @Override
        public void run() {
            while (!stopped) {
                var call = node.callRequest(Node.user(10 + slot), probe, "add", slot(slot));
                sent = sent + 1;
                long value = number(reply(node.send(probe, call)));
                assertThat(value).isEqualTo(sent);
                acknowledged = value;
            }
        }
    }

    @Test
    void aCopyOfTheFilesAtAnyMomentHoldsEveryAcknowledgedCallExactlyOnce() throws Exception {
        var random = new Random(1);
        var original = directory.resolve("original");
        try (var node = Node.in(original, config -> config.withCheckpointEvery(40, Long.MAX_VALUE));
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var probe = node.installProbe();
            var clients = new ArrayList<Client>();
            var runs = new ArrayList<Future<?>>();
            for (int i = 0; i < CLIENTS; i++) {
                var client = new Client(node, probe, i);
                clients.add(client);
                runs.add(threads.submit(client));
            }
            for (int i = 0; i < COPIES; i++) {
                awaitRounds(node, 1 + random.nextInt(60));
                check(node, probe, clients, directory.resolve("copy" + i));
            }
            clients.forEach(client -> client.stopped = true);
            for (var run : runs) {
                run.get();
            }
        }
    }

    private static void check(Node node, Principal probe, ArrayList<Client> clients, Path target) {
        var acknowledgedBefore =
                clients.stream().map(client -> client.acknowledged).toList();
        var source = target.resolveSibling("original");
        Directories.copyUnderWrites(source, target, source.resolve("store"));
        var sentAfter = clients.stream().map(client -> client.sent).toList();
        try (var copy = node.at(target)) {
            for (var client : clients) {
                assertThat(copy.get(probe, client.slot))
                        .isBetween(acknowledgedBefore.get(client.slot), sentAfter.get(client.slot));
            }
            for (var client : clients) {
                long value = copy.get(probe, client.slot);
                var known = copy.callRequest(Node.user(10 + client.slot), probe, "add", slot(client.slot));
                assertThat(number(reply(copy.send(probe, known)))).isEqualTo(value + 1);
                assertThat(number(reply(copy.send(probe, known)))).isEqualTo(value + 1);
            }
        }
        Directories.delete(target);
    }

    private static void awaitRounds(Node node, int rounds) {
        long height = node.replica().status().height() + rounds;
        while (node.replica().status().height() < height) {
            Thread.onSpinWait();
        }
    }
}
