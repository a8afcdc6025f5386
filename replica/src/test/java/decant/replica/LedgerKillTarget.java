package decant.replica;

import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Quota;
import decant.candid.Value;
import decant.canister.state.AccountId;
import decant.canister.state.SystemId;
import decant.protocol.CallResponse;
import decant.protocol.Certificate;
import decant.protocol.Content.CallContent;
import decant.protocol.Identity;
import decant.protocol.RequestStatus;
import decant.protocol.Response;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/// A process to be killed: clients that pay each other on both ledgers, each payment to be made once.
///
/// ```text
/// arguments   directory clients payment*     the payments were sent before, and not answered
/// payment     <client> <ledger> <number> <time of its making>
/// writes      sent <payment> .                       before the call is made
///             paid <payment> <block> .               when it was entered
///             known <payment> <block> .              when the ledger says that it was entered before
/// ```
final class LedgerKillTarget {
    private final Replica replica;
    private final int clients;
    private final AtomicLong nonces = new AtomicLong(System.nanoTime());

    private LedgerKillTarget(Replica replica, int clients) {
        this.replica = replica;
        this.clients = clients;
    }

    /// So much from a client to the next one. The time of its making tells it from all others with the same amount.
    record Payment(int client, SystemId ledger, long number, long createdNanos) {
        static Payment parse(String[] words, int at) {
            return new Payment(
                    Integer.parseInt(words[at]),
                    SystemId.valueOf(words[at + 1]),
                    Long.parseLong(words[at + 2]),
                    Long.parseLong(words[at + 3]));
        }

        long amount() {
            return 1_000 + number % 10;
        }

        int receiver(int clients) {
            return (client + 1) % clients;
        }

        private String method() {
            return ledger == SystemId.ICP_LEDGER ? "transfer" : "icrc1_transfer";
        }

        private byte[] argument(int clients) {
            var to = identity(receiver(clients)).principal();
            var argument = ledger == SystemId.ICP_LEDGER
                    ? Value.record()
                            .with("memo", Value.nat64(number))
                            .with("amount", e8s(amount()))
                            .with("fee", e8s(10_000))
                            .with("to", Value.blob(AccountId.of(to).digits().bytes()))
                            .with(
                                    "created_at_time",
                                    Value.some(Value.record().with("timestamp_nanos", Value.nat64(createdNanos))))
                    : Value.record()
                            .with("to", Value.record().with("owner", Value.principal(to)))
                            .with("amount", Value.nat(amount()))
                            .with("memo", Value.some(Value.blob(number(number))))
                            .with("created_at_time", Value.some(Value.nat64(createdNanos)));
            return Candid.encode(List.of(argument));
        }

        private static byte[] number(long number) {
            return ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(number)
                    .array();
        }

        private static Value e8s(long amount) {
            return Value.record().with("e8s", Value.nat64(amount));
        }

        @Override
        public String toString() {
            return client + " " + ledger + " " + number + " " + createdNanos;
        }
    }

    public static void main(String[] arguments) throws InterruptedException {
        try (var replica = Replica.open(KillTarget.config(Path.of(arguments[0])))) {
            var target = new LedgerKillTarget(replica, Integer.parseInt(arguments[1]));
            for (int at = 2; at < arguments.length; at += 4) {
                target.make(Payment.parse(arguments, at));
            }
            var threads = new ArrayList<Thread>();
            for (int i = 0; i < target.clients; i++) {
                int client = i;
                threads.add(Thread.ofVirtual().start(() -> target.pay(client)));
            }
            for (var thread : threads) {
                thread.join();
            }
        }
    }

    static Identity identity(int client) {
        return Node.user(10 + client);
    }

    private void pay(int client) {
        for (long number = 0; ; number++) {
            make(new Payment(
                    client,
                    number % 2 == 0 ? SystemId.CYCLES_LEDGER : SystemId.ICP_LEDGER,
                    number,
                    TimeSource.system().nowNanos()));
        }
    }

    private void make(Payment payment) {
        say("sent " + payment);
        var result = call(
                replica,
                identity(payment.client()),
                payment.ledger().principal(),
                payment.method(),
                payment.argument(clients),
                nonces.getAndIncrement());
        if (result.is("Ok")) {
            say("paid " + payment + " " + result.payload().toLong());
            return;
        }
        var error = result.payload();
        if (!error.is("Duplicate") && !error.is("TxDuplicate")) {
            throw new AssertionError("payment " + payment + " is refused: " + error);
        }
        say("known " + payment + " " + error.payload().field("duplicate_of").toLong());
    }

    /// {@return the certified reply to a call}
    static Value call(
            Replica replica, Identity identity, Principal canister, String method, byte[] argument, long nonce) {
        var call = identity.sign(new CallContent(
                identity.principal(),
                TimeSource.system().nowNanos() + 240_000_000_000L,
                Optional.of(Node.number(nonce)),
                canister,
                method,
                argument,
                Optional.empty()));
        var response = Node.answered(replica.call(canister, call.envelope()));
        if (response instanceof CallResponse.Certified(var certificate)
                && RequestStatus.of(Certificate.decode(certificate), call.requestId())
                        instanceof RequestStatus.Ended(Response.Replied(var reply))) {
            return Candid.decode(reply, Quota.DEFAULT).getFirst();
        }
        throw new AssertionError(method + " was not answered: " + response);
    }

    private static synchronized void say(String line) {
        System.out.println(line + " .");
        System.out.flush();
    }
}
