package decant.replica;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.base.Leb128;
import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Did;
import decant.candid.Quota;
import decant.candid.Value;
import decant.canister.Limits;
import decant.canister.state.Charter;
import decant.canister.state.CostSchedule;
import decant.canister.state.LedgerTip;
import decant.canister.state.Message;
import decant.canister.state.SystemId;
import decant.canister.state.UpgradePolicy;
import decant.protocol.Certificate;
import decant.protocol.HashTree;
import decant.protocol.Identity;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The canisters that are part of the node, reached as all others: by signed calls, queries, calls of guests, and
/// reads.
final class SystemCanistersTest {
    private static final Principal LEDGER = SystemId.CYCLES_LEDGER.principal();
    private static final long FEE = 100_000_000;

    @TempDir
    private Path directory;

    private Node endowed() {
        return Node.in(directory.resolve("node"), ReplicaConfig::endowingAnonymous);
    }

    private static byte[] account(Principal owner) {
        return Candid.encode(List.of(Value.record().with("owner", Value.principal(owner))));
    }

    private static long balance(Node node, Principal owner) {
        byte[] reply = Node.reply(node.query(LEDGER, "icrc1_balance_of", account(owner)));
        return Candid.decode(reply, Quota.DEFAULT).getFirst().toLong();
    }

    private static Value transferred(Node node, Identity from, Principal to, long amount) {
        var argument = Value.record()
                .with("to", Value.record().with("owner", Value.principal(to)))
                .with("amount", Value.nat(amount));
        return result(node, from, "icrc1_transfer", argument);
    }

    private static Value result(Node node, Identity from, String method, Value argument) {
        byte[] reply = Node.reply(node.call(from, LEDGER, LEDGER, method, Candid.encode(List.of(argument))));
        return Candid.decode(reply, Quota.DEFAULT).getFirst();
    }

    @Test
    void anonymousIsRichOnlyOnANodeForDevelopment() {
        try (var node = Node.in(directory.resolve("bare"))) {
            assertThat(balance(node, Principal.ANONYMOUS)).isZero();
        }
        try (var node = endowed()) {
            transferred(node, new Identity.Anonymous(), Node.ALICE.principal(), 5 * FEE);
            assertThat(balance(node, Node.ALICE.principal())).isEqualTo(5 * FEE);
        }
    }

    @Test
    void whatWasTransferredOutlivesAKilledNode() {
        try (var node = endowed()) {
            transferred(node, new Identity.Anonymous(), Node.ALICE.principal(), 90 * FEE);
            transferred(node, Node.ALICE, Node.BOB.principal(), 7 * FEE);
            result(node, Node.ALICE, "create_canister", Value.record().with("amount", Value.nat(10 * FEE)));
            var hash = node.replica().stateHash();
            var copy = Directories.copy(directory.resolve("node"), directory.resolve("killed"));
            try (var killed = node.at(copy)) {
                assertThat(killed.replica().stateHash()).isEqualTo(hash);
                assertThat(balance(killed, Node.ALICE.principal())).isEqualTo((90 - 8 - 11) * FEE);
            }
            node.restart();
            assertThat(node.replica().stateHash()).isEqualTo(hash);
            assertThat(balance(node, Node.BOB.principal())).isEqualTo(7 * FEE);
        }
    }

    @Test
    void aCallIsExecutedOnceHoweverOftenItIsSent() {
        try (var node = endowed()) {
            var argument = Value.record()
                    .with("to", Value.record().with("owner", Value.principal(Node.BOB.principal())))
                    .with("amount", Value.nat(FEE));
            var request = node.callRequest(
                    new Identity.Anonymous(), LEDGER, "icrc1_transfer", Candid.encode(List.of(argument)));
            var first = Node.reply(node.send(LEDGER, request));
            assertThat(Node.reply(node.send(LEDGER, request))).isEqualTo(first);
            assertThat(balance(node, Node.BOB.principal())).isEqualTo(FEE);
        }
    }

    @Test
    void aGuestCallsALedger() {
        try (var node = endowed()) {
            var probe = node.installProbe();
            transferred(node, new Identity.Anonymous(), probe, 3 * FEE);
            var asked = Node.forwarded(LEDGER, "icrc1_balance_of", account(probe));
            byte[] reply = Node.reply(node.call(probe, "forward", asked));
            assertThat(Candid.decode(reply, Quota.DEFAULT).getFirst().toLong()).isEqualTo(3 * FEE);
            var deposit = Value.record().with("to", Value.record().with("owner", Value.principal(probe)));
            var rejected = Node.rejected(
                    node.call(probe, "forward", Node.forwarded(LEDGER, "deposit", Candid.encode(List.of(deposit)))));
            assertThat(rejected.message()).contains("is less than the cycles ledger fee");
            var unknown = Node.rejected(node.call(probe, "forward", Node.forwarded(LEDGER, "nonesuch", new byte[0])));
            assertThat(unknown.message()).contains("has no update method 'nonesuch'");
        }
    }

    @Test
    void theStateTreeShowsEachOfThem() {
        try (var node = endowed()) {
            for (var id : SystemId.values()) {
                var canister = id.principal();
                var metadata = path("canister", canister.bytes(), "metadata", "candid:service");
                var hash = path("canister", canister.bytes(), "module_hash");
                var certificate = node.read(canister, List.of(metadata, hash));
                byte[] description = certificate.found("canister", canister, "metadata", "candid:service");
                assertThat(Did.parse(new String(description, StandardCharsets.UTF_8))
                                .service()
                                .methods())
                        .isNotEmpty();
                assertThat(certificate.found("canister", canister, "module_hash"))
                        .isEqualTo(Hash.sha256(description).bytes());
            }
        }
    }

    @Test
    void aLedgerCertifiesItsLastBlock() {
        var keys = NodeKeys.openOrCreate(directory.resolve("keys"), new SeededEntropy(1));
        try (var machine = new Machine(keys, Limits.DEFAULT)) {
            var before = machine.genesis(new Charter(UpgradePolicy.OPEN, Optional.empty(), true, CostSchedule.FREE));
            var argument = Value.record()
                    .with("to", Value.record().with("owner", Value.principal(Node.BOB.principal())))
                    .with("amount", Value.nat(FEE));
            var transfer = new Message.Ingress(
                    Hash.sha256(),
                    Principal.ANONYMOUS,
                    Optional.empty(),
                    LEDGER,
                    "icrc1_transfer",
                    Candid.encode(List.of(argument)),
                    0);
            var batch = new Batch(1, 1, new byte[Batch.ENTROPY_BYTES], before.rootHash(), List.of(transfer));
            var after = machine.run(before, batch).certified();
            assertThat(certifiedTip(before)).isEqualTo(tip(before.state()).rootHash());
            assertThat(certifiedTip(after)).isEqualTo(tip(after.state()).rootHash());
            assertThat(tip(after.state()).index()).isEqualTo(tip(before.state()).index() + 1);
            assertThat(machine.certified(after.state()).rootHash()).isEqualTo(after.rootHash());
        }
    }

    private static LedgerTip tip(State state) {
        return state.subnet()
                .system()
                .ledger(SystemId.CYCLES_LEDGER)
                .lastBlock()
                .orElseThrow();
    }

    private static Hash certifiedTip(Certified certified) {
        return Hash.of(
                Certificate.decode(certified.dataCertificate(LEDGER)).found("canister", LEDGER, "certified_data"));
    }

    @Test
    void whoAsksForTheLastBlockGetsAProofOfIt() {
        try (var node = endowed()) {
            transferred(node, new Identity.Anonymous(), Node.ALICE.principal(), FEE);
            node.clock.advance(Duration.ofMinutes(10));
            byte[] reply = Node.reply(node.query(LEDGER, "icrc3_get_tip_certificate", Candid.encode(List.of())));
            var proof = Candid.decode(reply, Quota.DEFAULT).getFirst();
            proof = ((Value.Opt) proof).item().orElseThrow();
            var certificate = Certificate.decode(proof.field("certificate").toBytes());
            var tree = HashTree.decode(proof.field("hash_tree").toBytes());

            assertThat(certificate.found("canister", LEDGER, "certified_data"))
                    .isEqualTo(tree.rootHash().bytes());
            assertThat(certificate.found("time"))
                    .isEqualTo(Leb128.unsigned(node.replica().state().timeNanos()));
            assertThat(node.replica().state().timeNanos())
                    .isGreaterThanOrEqualTo(node.clock.nowNanos() - 1_000_000_000);
            var tip = tip(node.replica().state());
            assertThat(tree.lookup("last_block_index")).satisfies(value(Leb128.unsigned(1)));
            assertThat(tree.lookup("last_block_hash"))
                    .satisfies(value(tip.hash().bytes()));
        }
    }

    private static Consumer<HashTree.Lookup> value(byte[] expected) {
        return lookup -> assertThat(((HashTree.Lookup.Found) lookup).value()).isEqualTo(expected);
    }

    @Test
    void whatNobodyWouldAnswerIsNotLetIn() {
        try (var node = endowed()) {
            long height = node.replica().status().height();
            var rejected = Node.rejected(node.call(LEDGER, "icrc1_transfer", new byte[] {1, 2, 3}));
            assertThat(rejected.errorCode()).contains("IC0503");
            assertThat(Node.rejected(node.call(LEDGER, "nonesuch", new byte[0])).errorCode())
                    .contains("IC0536");
            assertThat(node.replica().status().height()).isEqualTo(height);
        }
    }

    private static List<byte[]> path(String first, byte[] second, String... rest) {
        var path = new ArrayList<byte[]>();
        path.add(first.getBytes(StandardCharsets.UTF_8));
        path.add(second);
        for (var label : rest) {
            path.add(label.getBytes(StandardCharsets.UTF_8));
        }
        return path;
    }
}
