package decant.replica;

import static org.assertj.core.api.Assertions.assertThat;

import decant.candid.Candid;
import decant.candid.Value;
import decant.canister.state.AccountId;
import decant.canister.state.Ledger;
import decant.canister.state.SystemId;
import decant.protocol.Identity;
import decant.replica.LedgerKillTarget.Payment;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Scanner;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `kill -9` while payments are made on both ledgers: none that was confirmed is lost, none is made twice, nothing
/// comes from nowhere, and the blocks are numbered without a gap.
///
/// Whoever was not answered makes the payment again, as a new call: the ledger must know it by the time of its making.
/// The moments come from a seed, which is printed; `-Ddecant.seed` sets it.
final class LedgerKillTest {
    private static final int CLIENTS = 6;
    private static final List<SystemId> LEDGERS = List.of(SystemId.CYCLES_LEDGER, SystemId.ICP_LEDGER);
    private static final Map<SystemId, Long> FEES =
            Map.of(SystemId.CYCLES_LEDGER, 100_000_000L, SystemId.ICP_LEDGER, 10_000L);
    private static final long FUNDS = 1_000_000_000_000L;

    @TempDir
    private Path directory;

    private final Set<Payment> unanswered = new LinkedHashSet<>();
    private final Map<SystemId, TreeMap<Long, Payment>> made = new HashMap<>();
    private final Map<SystemId, Ledger> funded = new HashMap<>();
    private int known;

    @Test
    void fourKillsLoseNothingAndDoubleNothing() throws Exception {
        kill(4);
    }

    @Test
    @Tag("slow")
    void fortyKillsLoseNothingAndDoubleNothing() throws Exception {
        kill(40);
    }

    private void kill(int times) throws Exception {
        long seed = Long.getLong("decant.seed", System.nanoTime());
        System.out.println("LedgerKillTest: " + times + " kills, seed " + seed);
        var random = new Random(seed);
        var state = directory.resolve("state");
        fund(state);
        for (int i = 0; i < times; i++) {
            liveAndDie(state, 20 + random.nextInt(600));
        }
        settle(state);
        try (var replica = Replica.open(KillTarget.config(state))) {
            for (var keeper : LEDGERS) {
                check(keeper, replica.state().subnet().system().ledger(keeper));
            }
        }
        System.out.printf(
                "LedgerKillTest: kills %d, payments %d, of which %d were made again and known%n",
                times, made.values().stream().mapToInt(Map::size).sum(), known);
    }

    private void fund(Path state) {
        try (var replica = Replica.open(KillTarget.config(state).endowingAnonymous())) {
            for (var keeper : LEDGERS) {
                made.put(keeper, new TreeMap<>());
                for (int i = 0; i < CLIENTS; i++) {
                    var argument = Value.record()
                            .with(
                                    "to",
                                    Value.record()
                                            .with(
                                                    "owner",
                                                    Value.principal(LedgerKillTarget.identity(i)
                                                            .principal())))
                            .with("amount", Value.nat(FUNDS));
                    var result = LedgerKillTarget.call(
                            replica,
                            new Identity.Anonymous(),
                            keeper.principal(),
                            "icrc1_transfer",
                            Candid.encode(List.of(argument)),
                            i);
                    assertThat(result.is("Ok")).isTrue();
                }
                funded.put(keeper, replica.state().subnet().system().ledger(keeper));
            }
        }
    }

    /// Lets a process live until it wrote so many lines.
    private void liveAndDie(Path state, int lines) throws Exception {
        var process = start(state);
        try (var output = new Scanner(process.getInputStream(), StandardCharsets.UTF_8)) {
            for (int count = 1; output.hasNextLine(); count++) {
                note(output.nextLine());
                if (count == lines) {
                    // By its handle, which leaves the pipe open: what was written before is still to be read.
                    process.toHandle().destroyForcibly();
                }
            }
            assertThat(process.waitFor())
                    .as("the exit status of a killed process")
                    .isEqualTo(128 + 9);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    /// Lets a process live until all payments are answered that were not before.
    private void settle(Path state) throws Exception {
        var open = Set.copyOf(unanswered);
        var process = start(state);
        try (var output = new Scanner(process.getInputStream(), StandardCharsets.UTF_8)) {
            while (output.hasNextLine()) {
                note(output.nextLine());
                if (open.stream().noneMatch(unanswered::contains)) {
                    process.toHandle().destroyForcibly();
                }
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private Process start(Path state) throws IOException {
        var arguments = new ArrayList<String>();
        arguments.addAll(List.of(state.toString(), Integer.toString(CLIENTS)));
        unanswered.forEach(
                payment -> arguments.addAll(List.of(payment.toString().split(" ", -1))));
        return JavaProcess.of(List.of(), LedgerKillTarget.class, arguments).start();
    }

    /// Takes notice of a line that is whole; the last one before the end may not be.
    private void note(String line) {
        if (!line.endsWith(" .")) {
            return;
        }
        var words = line.split(" ", -1);
        var payment = Payment.parse(words, 1);
        switch (words[0]) {
            case "sent" -> unanswered.add(payment);
            case "paid" -> noteBlock(payment, Long.parseLong(words[5]));
            case "known" -> {
                known++;
                noteBlock(payment, Long.parseLong(words[5]));
            }
            case String word -> throw new AssertionError("the process wrote \"" + word + "\": " + line);
        }
    }

    private void noteBlock(Payment payment, long block) {
        assertThat(unanswered.remove(payment))
                .as("whether payment " + payment + " waits for its answer")
                .isTrue();
        assertThat(made.get(payment.ledger()).put(block, payment))
                .as("another payment in block " + block + " of " + payment.ledger())
                .isNull();
    }

    private void check(SystemId keeper, Ledger ledger) {
        var before = funded.get(keeper);
        var payments = made.get(keeper);
        // The last process was killed, too: of its payments those that nobody was told of may be in the ledger.
        var told = payments.keySet();
        assertThat(told).allMatch(block -> block >= before.height() && block < ledger.height());
        var balances = new HashMap<AccountId, BigInteger>();
        before.balances().forEach(balances::put);
        long untold = 0;
        for (long block = before.height(); block < ledger.height(); block++) {
            var payment = payments.get(block);
            if (payment == null) {
                untold++;
                payment = unansweredIn(ledger, block, keeper);
            }
            pay(balances, payment);
        }
        assertThat(untold).isLessThanOrEqualTo(unanswered.size());
        assertThat(ledger.balances()).containsExactlyInAnyOrderEntriesOf(balances);
        long fees = FEES.get(keeper) * (ledger.height() - before.height());
        assertThat(ledger.supply()).isEqualTo(before.supply().subtract(BigInteger.valueOf(fees)));
        if (ledger.height() <= Ledger.BLOCKS_MAX) {
            assertThat(ledger.blocks()).hasSize((int) ledger.height());
        }
    }

    private Payment unansweredIn(Ledger ledger, long block, SystemId keeper) {
        long created = ledger.blocks().get(block).transaction().createdNanos().orElseThrow();
        return unanswered.stream()
                .filter(payment -> payment.ledger() == keeper && payment.createdNanos() == created)
                .findFirst()
                .orElseThrow(() -> new AssertionError("nobody made the payment in block " + block + " of " + keeper));
    }

    private static void pay(Map<AccountId, BigInteger> balances, Payment payment) {
        var amount = BigInteger.valueOf(payment.amount());
        var fee = BigInteger.valueOf(FEES.get(payment.ledger()));
        balances.merge(account(payment.client()), amount.add(fee).negate(), BigInteger::add);
        balances.merge(account(payment.receiver(CLIENTS)), amount, BigInteger::add);
    }

    private static AccountId account(int client) {
        return AccountId.of(LedgerKillTarget.identity(client).principal());
    }
}
