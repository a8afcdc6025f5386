package decant.canister.system;

import static decant.canister.state.SystemId.CYCLES_LEDGER;
import static decant.canister.state.SystemId.ICP_LEDGER;
import static decant.canister.system.SystemKit.ALICE;
import static decant.canister.system.SystemKit.BOB;
import static decant.canister.system.SystemKit.CAROL;
import static decant.canister.system.SystemKit.TRILLION;
import static decant.canister.system.SystemKit.account;
import static decant.canister.system.SystemKit.blob;
import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Value;
import decant.canister.state.AccountId;
import decant.canister.state.Ledger;
import decant.canister.state.LedgerValue;
import decant.canister.state.SystemId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// The blocks of ledgers as clients read them.
final class BlockLogTest {
    private final SystemKit kit = new SystemKit();

    /// A block as somebody received it.
    private record Received(long id, LedgerValue value) {
        LedgerValue at(String... path) {
            var at = value;
            for (var key : path) {
                at = ((LedgerValue.Map) at).entries().get(key);
            }
            return at;
        }

        boolean has(String key) {
            return ((LedgerValue.Map) value).entries().containsKey(key);
        }

        String type() {
            return ((LedgerValue.Text) at("btype")).text();
        }
    }

    private List<Received> blocks(SystemId keeper, String ranges) {
        var reply = kit.query(keeper, "icrc3_get_blocks", "(vec {" + ranges + "})");
        assertThat(reply.field("log_length").toLong())
                .isEqualTo(kit.ledger(keeper).height());
        var received = new ArrayList<Received>();
        for (var block : ((Value.Vec) reply.field("blocks")).elements()) {
            received.add(new Received(block.field("id").toLong(), received(block.field("block"))));
        }
        return received;
    }

    private List<Received> allBlocks(SystemId keeper) {
        return blocks(keeper, "record { start = 0; length = 1_000_000_000_000_000_000_000 }");
    }

    private static LedgerValue received(Value value) {
        var payload = value.payload();
        if (value.is("Blob")) {
            return new LedgerValue.Blob(payload.toBytes());
        }
        if (value.is("Text")) {
            return new LedgerValue.Text(payload.toText());
        }
        if (value.is("Nat")) {
            return LedgerValue.nat(payload.toBigInteger());
        }
        var elements = ((Value.Vec) payload).elements();
        if (value.is("Array")) {
            return new LedgerValue.Array(
                    elements.stream().map(BlockLogTest::received).toList());
        }
        var entries = new TreeMap<String, LedgerValue>();
        for (var entry : elements) {
            var fields = ((Value.Record) entry).fields();
            entries.put(fields.get(0).value().toText(), received(fields.get(1).value()));
        }
        return new LedgerValue.Map(entries);
    }

    private static void assertAccount(LedgerValue account, byte[]... parts) {
        var elements = ((LedgerValue.Array) account).elements();
        assertThat(elements).hasSameSizeAs(parts);
        for (int i = 0; i < parts.length; i++) {
            assertThat(((LedgerValue.Blob) elements.get(i)).bytes()).isEqualTo(parts[i]);
        }
    }

    private static Optional<Hash> parent(Received block) {
        return block.has("phash")
                ? Optional.of(Hash.of(((LedgerValue.Blob) block.at("phash")).bytes()))
                : Optional.empty();
    }

    private void assertChain(SystemId keeper) {
        Optional<Hash> last = Optional.empty();
        for (var block : allBlocks(keeper)) {
            assertThat(parent(block)).as("the parent of block " + block.id()).isEqualTo(last);
            last = Optional.of(block.value().hash());
        }
        assertThat(last).contains(kit.ledger(keeper).tip());
    }

    private void transfer(SystemId keeper, Principal from, Principal to, long amount, String more) {
        kit.as(from)
                .ok(keeper, "icrc1_transfer", "(record { to = " + account(to) + "; amount = " + amount + more + " })");
    }

    @Test
    void everyKindOfTransactionBecomesABlockOfItsType() {
        transfer(CYCLES_LEDGER, ALICE, BOB, 2 * TRILLION, "; memo = opt blob \"\\01\\02\"; fee = opt 100_000_000");
        kit.as(ALICE)
                .ok(
                        CYCLES_LEDGER,
                        "icrc2_approve",
                        "(record { spender = " + account(CAROL) + "; amount = " + TRILLION
                                + "; expected_allowance = opt 0; expires_at = opt 2_000_000_000_000_000_000 })");
        kit.as(CAROL)
                .ok(
                        CYCLES_LEDGER,
                        "icrc2_transfer_from",
                        "(record { from = " + account(ALICE) + "; to = " + account(BOB) + "; amount = 5 })");
        var canister = kit.create(BOB);
        kit.as(BOB)
                .ok(
                        CYCLES_LEDGER,
                        "withdraw",
                        "(record { to = principal \"" + canister + "\"; amount = 7; created_at_time = opt "
                                + kit.timeNanos() + " })");

        var blocks = allBlocks(CYCLES_LEDGER);
        assertThat(blocks)
                .extracting(Received::type)
                .containsExactly("1mint", "1xfer", "1xfer", "2approve", "2xfer", "1burn", "1burn");
        assertThat(blocks.getFirst().has("phash")).isFalse();
        var transfer = blocks.get(2);
        assertThat(transfer.at("tx", "amt")).isEqualTo(LedgerValue.nat(2 * TRILLION));
        assertThat(transfer.at("tx", "fee")).isEqualTo(LedgerValue.nat(100_000_000));
        assertThat(transfer.has("fee")).isFalse();
        assertThat(((LedgerValue.Blob) transfer.at("tx", "memo")).bytes()).isEqualTo(new byte[] {1, 2});
        assertThat(transfer.at("ts")).isEqualTo(LedgerValue.nat(kit.timeNanos()));
        assertAccount(transfer.at("tx", "from"), ALICE.bytes());
        assertAccount(transfer.at("tx", "to"), BOB.bytes());
        var approval = blocks.get(3);
        assertThat(approval.at("fee")).isEqualTo(LedgerValue.nat(100_000_000));
        assertThat(approval.at("tx", "expires_at")).isEqualTo(LedgerValue.nat(2_000_000_000_000_000_000L));
        assertThat(approval.at("tx", "expected_allowance")).isEqualTo(LedgerValue.nat(0));
        assertAccount(approval.at("tx", "spender"), CAROL.bytes());
        assertAccount(blocks.get(4).at("tx", "spender"), CAROL.bytes());
        assertThat(blocks.get(6).at("tx", "ts")).isEqualTo(LedgerValue.nat(kit.timeNanos()));
        assertChain(CYCLES_LEDGER);
    }

    @Test
    void anAccountIsShownAsItWasNamed() {
        var subaccount = new byte[32];
        subaccount[31] = 9;
        kit.as(ALICE)
                .ok(
                        ICP_LEDGER,
                        "icrc1_transfer",
                        "(record { to = record { owner = principal \"" + BOB + "\"; subaccount = opt "
                                + blob(subaccount) + " }; amount = 3 })");
        var id = AccountId.of(BOB);
        kit.as(ALICE)
                .ok(
                        ICP_LEDGER,
                        "transfer",
                        "(record { memo = 7; amount = record { e8s = 1 }; fee = record { e8s = 10_000 }; to = "
                                + blob(id.digits().bytes()) + " })");

        var blocks = blocks(ICP_LEDGER, "record { start = 2; length = 2 }");
        assertAccount(blocks.get(0).at("tx", "to"), BOB.bytes(), subaccount);
        assertAccount(blocks.get(1).at("tx", "from"), ALICE.bytes());
        assertAccount(blocks.get(1).at("tx", "to"), id.digits().bytes());
        assertChain(ICP_LEDGER);
    }

    @Test
    void blocksAreReadByRangesAsFarAsTheyAreKept() {
        for (int i = 0; i < 8; i++) {
            transfer(CYCLES_LEDGER, ALICE, BOB, i, "");
        }
        assertThat(blocks(CYCLES_LEDGER, "record { start = 8; length = 2 }; record { start = 1; length = 1 }"))
                .extracting(Received::id)
                .containsExactly(8L, 9L, 1L);
        assertThat(blocks(
                        CYCLES_LEDGER,
                        "record { start = 10; length = 5 }; record { start = 18_446_744_073_709_551_617; length = 1 };"
                                + " record { start = 3; length = 0 }"))
                .isEmpty();
        for (int i = 0; i < Ledger.BLOCKS_MAX; i++) {
            transfer(CYCLES_LEDGER, ALICE, BOB, i, "");
        }
        assertThat(allBlocks(CYCLES_LEDGER))
                .hasSize(Ledger.BLOCKS_MAX)
                .first()
                .extracting(Received::id)
                .isEqualTo(10L);
        assertThat(blocks(
                        CYCLES_LEDGER,
                        "record { start = 0; length = 3_000 }; record { start = 0; length = 3_000 };"
                                + " record { start = 11; length = 1 }"))
                .hasSize(Ledger.BLOCKS_MAX);
    }

    @Test
    void aCallGetsNoCertificate() {
        assertThat(kit.as(ALICE).call(CYCLES_LEDGER, "icrc3_get_tip_certificate", "()"))
                .isEqualTo(Value.none());
    }
}
