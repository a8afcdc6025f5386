package decant.replica;

import decant.base.Principal;
import decant.protocol.CallResponse;
import decant.protocol.Certificate;
import decant.protocol.Content.CallContent;
import decant.protocol.Envelope;
import decant.protocol.Identity;
import decant.protocol.RequestStatus;
import decant.protocol.Response;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Optional;

/// A process to be killed: a replica on the machine's own clock and randomness, and clients that count on it.
///
/// Clients with an even number count in the first canister, the others in the second one, by way of the first.
///
/// ```text
/// arguments   directory canister canister clients envelope*     the envelopes were sent before and not answered
/// writes      open <height of the checkpoint> <height> <state hash> .     after recovery
///             sent <client> <envelope> .                                  before a call is made
///             acknowledged <request id> <value> .                         after its certified reply was read
/// ```
final class KillTarget {
    private final Replica replica;
    private final Principal canister;
    private final Principal other;

    /// A state's height and hash.
    record Snapshot(long height, String stateHash) {
        /// Reads both of one state, although rounds go on.
        static Snapshot of(Replica replica) {
            while (true) {
                long height = replica.status().height();
                var hash = replica.stateHash();
                if (height == replica.status().height()) {
                    return new Snapshot(height, hash.toString());
                }
            }
        }

        @Override
        public String toString() {
            return height + " " + stateHash;
        }
    }

    private KillTarget(Replica replica, Principal canister, Principal other) {
        this.replica = replica;
        this.canister = canister;
        this.other = other;
    }

    public static void main(String[] arguments) throws InterruptedException {
        try (var replica = Replica.open(config(Path.of(arguments[0])))) {
            say("open " + checkpointHeight(replica) + " " + Snapshot.of(replica));
            var target = new KillTarget(replica, Principal.parse(arguments[1]), Principal.parse(arguments[2]));
            for (int i = 4; i < arguments.length; i++) {
                target.make(HexFormat.of().parseHex(arguments[i]));
            }
            var threads = new ArrayList<Thread>();
            for (int i = 0; i < Integer.parseInt(arguments[3]); i++) {
                int client = i;
                threads.add(Thread.ofVirtual().start(() -> target.count(client)));
            }
            for (var thread : threads) {
                thread.join();
            }
        }
    }

    /// {@return a replica that keeps all of its log and is hardly ever not writing a checkpoint}
    static ReplicaConfig config(Path directory) {
        return ReplicaConfig.of(directory)
                .keepingWholeLog()
                .withCheckpointEvery(30, Long.MAX_VALUE)
                .withCallPatience(Duration.ofMinutes(1));
    }

    static long checkpointHeight(Replica replica) {
        return replica.metrics().stream()
                .filter(metric -> metric.name().equals("decant_checkpoint_height"))
                .mapToLong(metric -> (long) metric.value())
                .findFirst()
                .orElseThrow();
    }

    static Identity identity(int client) {
        return Node.user(10 + client);
    }

    private void count(int client) {
        var identity = identity(client);
        boolean forwards = client % 2 == 1;
        for (long nonce = System.nanoTime(); ; nonce++) {
            var call = identity.sign(new CallContent(
                    identity.principal(),
                    TimeSource.system().nowNanos() + 240_000_000_000L,
                    Optional.of(Node.number(nonce)),
                    canister,
                    forwards ? "forward" : "add",
                    forwards ? Node.forwarded(other, "add", Node.slot(client)) : Node.slot(client),
                    Optional.empty()));
            say("sent " + client + " " + HexFormat.of().formatHex(call.envelope()));
            make(call.envelope());
        }
    }

    private void make(byte[] envelope) {
        say("acknowledged " + Envelope.decode(envelope).requestId() + " " + reply(replica, canister, envelope));
    }

    /// {@return the number that the call was answered with, as its certificate shows}
    static long reply(Replica replica, Principal canister, byte[] envelope) {
        var requestId = Envelope.decode(envelope).requestId();
        var response = Node.answered(replica.call(canister, envelope));
        if (response instanceof CallResponse.Certified(var certificate)
                && RequestStatus.of(Certificate.decode(certificate), requestId)
                        instanceof RequestStatus.Ended(Response.Replied(var reply))) {
            return Node.number(reply);
        }
        throw new AssertionError("call " + requestId + " was not answered: " + response);
    }

    private static synchronized void say(String line) {
        System.out.println(line + " .");
        System.out.flush();
    }
}
