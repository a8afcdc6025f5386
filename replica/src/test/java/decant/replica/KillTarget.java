package decant.replica;

import decant.base.Principal;
import decant.protocol.CallResponse;
import decant.protocol.Certificate;
import decant.protocol.Content.CallContent;
import decant.protocol.Envelope;
import decant.protocol.RequestStatus;
import decant.protocol.Response;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Optional;

/// A process to be killed: a replica on the machine's own clock and randomness, and clients that count on it.
///
/// ```text
/// arguments   directory canister clients
/// reads       again <client> <envelope>         what a client sent before and was not answered
///             go
/// writes      open <height> <state hash> .      after recovery
///             sent <client> <envelope> .        before a call is made
///             acknowledged <client> <value> .   after its certified reply was read
/// ```
@SuppressWarnings("StringSplitter")
final class KillTarget {
    private final Replica replica;
    private final Principal canister;

    private KillTarget(Replica replica, Principal canister) {
        this.replica = replica;
        this.canister = canister;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        var config = ReplicaConfig.of(Path.of(arguments[0])).keepingWholeLog().withCheckpointEvery(30, Long.MAX_VALUE);
        int clients = Integer.parseInt(arguments[2]);
        try (var replica = Replica.open(config)) {
            say("open " + replica.status().height() + " " + replica.stateHash());
            var target = new KillTarget(replica, Principal.parse(arguments[1]));
            target.finishOldCalls();
            var threads = new ArrayList<Thread>();
            for (int i = 0; i < clients; i++) {
                int client = i;
                threads.add(Thread.ofVirtual().start(() -> target.count(client)));
            }
            for (var thread : threads) {
                thread.join();
            }
        }
    }

    private void finishOldCalls() throws IOException {
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (var line = in.readLine(); line != null && !line.equals("go"); line = in.readLine()) {
            var words = line.split(" ");
            make(Integer.parseInt(words[1]), HexFormat.of().parseHex(words[2]));
        }
    }

    private void count(int client) {
        var identity = Node.user(10 + client);
        for (long nonce = System.nanoTime(); ; nonce++) {
            var call = identity.sign(new CallContent(
                    identity.principal(),
                    TimeSource.system().nowNanos() + 240_000_000_000L,
                    Optional.of(Node.number(nonce)),
                    canister,
                    "add",
                    Node.slot(client),
                    Optional.empty()));
            say("sent " + client + " " + HexFormat.of().formatHex(call.envelope()));
            make(client, call.envelope());
        }
    }

    private void make(int client, byte[] envelope) {
        var requestId = Envelope.decode(envelope).requestId();
        var response = Node.answered(replica.call(canister, envelope));
        if (response instanceof CallResponse.Certified(var certificate)
                && RequestStatus.of(Certificate.decode(certificate), requestId)
                        instanceof RequestStatus.Ended(Response.Replied(var reply))) {
            say("acknowledged " + client + " " + Node.number(reply));
        } else {
            throw new AssertionError("the call was not answered: " + response);
        }
    }

    private static synchronized void say(String line) {
        System.out.println(line + " .");
        System.out.flush();
    }
}
