package decant.canister.system;

import static decant.canister.state.SystemId.CYCLES_LEDGER;
import static decant.canister.state.SystemId.CYCLES_MINTING;
import static decant.canister.state.SystemId.ICP_LEDGER;
import static decant.canister.state.SystemId.REGISTRY;
import static decant.canister.system.SystemKit.ALICE;
import static decant.canister.system.SystemKit.BOB;
import static decant.canister.system.SystemKit.CYCLES_FEE;
import static decant.canister.system.SystemKit.ICP;
import static decant.canister.system.SystemKit.ICP_FEE;
import static decant.canister.system.SystemKit.TRILLION;
import static decant.canister.system.SystemKit.account;
import static decant.canister.system.SystemKit.blob;
import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Principal;
import decant.canister.state.AccountId;
import decant.canister.state.Ledger;
import java.math.BigInteger;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class CyclesMintingTest {
    private static final long MINT = 1414416717;
    private static final long TOP_UP = 1347768404;
    private static final long CREATE = 1095062083;
    private static final long CYCLES_PER_ICP = 5 * TRILLION;

    private final SystemKit kit = new SystemKit();

    private static BigInteger big(long value) {
        return BigInteger.valueOf(value);
    }

    private static String transfer(AccountId to, long e8s, long memo, String more) {
        return "(record { to = " + blob(to.digits().bytes()) + "; amount = record { e8s = " + e8s
                + " }; fee = record { e8s = " + ICP_FEE + " }; memo = " + memo + "; " + more + " })";
    }

    /// {@return the block in which Alice paid for the beneficiary}
    private long paid(Principal beneficiary, long e8s, long memo) {
        var to = AccountId.of(CYCLES_MINTING.principal(), AccountId.subaccountFor(beneficiary));
        return kit.as(ALICE)
                .ok(ICP_LEDGER, "transfer", transfer(to, e8s, memo, ""))
                .toLong();
    }

    @Test
    void anAccountIdentifierIsTheOneThatIsKnown() {
        var anonymous = AccountId.of(Principal.ANONYMOUS);
        assertThat(anonymous).hasToString("1c7a48ba6a562aa9eaa2481a9049cdf0433b9738c992d698c31d8abf89cadc79");
        assertThat(AccountId.parse(anonymous.digits().bytes())).contains(anonymous);
        var damaged = anonymous.digits().bytes();
        damaged[31] ^= 1;
        assertThat(AccountId.parse(damaged)).isEmpty();
    }

    @Test
    void theOlderMethodsAndTheNewerOnesKeepOneLedger() {
        var bob = AccountId.of(BOB);
        kit.as(ALICE).ok(ICP_LEDGER, "transfer", transfer(bob, 3 * ICP, 0, ""));
        assertThat(kit.balance(ICP_LEDGER, BOB)).isEqualTo(big(3 * ICP));
        var asked = "(record { account = " + blob(bob.digits().bytes()) + " })";
        assertThat(kit.query(ICP_LEDGER, "account_balance", asked).field("e8s").toLong())
                .isEqualTo(3 * ICP);
        assertThat(kit.query(ICP_LEDGER, "account_balance_dfx", "(record { account = \"" + bob + "\" })")
                        .field("e8s")
                        .toLong())
                .isEqualTo(3 * ICP);
        assertThat(kit.query(ICP_LEDGER, "account_identifier", "(" + account(BOB) + ")")
                        .toBytes())
                .isEqualTo(bob.digits().bytes());
        assertThat(kit.as(BOB)
                        .error(ICP_LEDGER, "transfer", transfer(AccountId.of(ALICE), 3 * ICP, 0, ""))
                        .payload()
                        .field("balance")
                        .field("e8s")
                        .toLong())
                .isEqualTo(3 * ICP);
    }

    @Test
    void aTransferOfTheOlderKindIsDoneOnceAndInItsTime() {
        var to = AccountId.of(BOB);
        var at = "created_at_time = opt record { timestamp_nanos = ";
        var request = transfer(to, ICP, 5, at + kit.timeNanos() + " }");
        long block = kit.as(ALICE).ok(ICP_LEDGER, "transfer", request).toLong();
        var duplicate = kit.as(ALICE).error(ICP_LEDGER, "transfer", request);
        assertThat(duplicate.tag()).isEqualTo("TxDuplicate");
        assertThat(duplicate.payload().field("duplicate_of").toLong()).isEqualTo(block);
        assertThat(kit.as(ALICE)
                        .error(ICP_LEDGER, "transfer", transfer(to, ICP, 5, at + "1 }"))
                        .tag())
                .isEqualTo("TxTooOld");
        var later = at + (kit.timeNanos() + 200 * SystemKit.SECOND) + " }";
        assertThat(kit.as(ALICE)
                        .error(ICP_LEDGER, "transfer", transfer(to, ICP, 5, later))
                        .tag())
                .isEqualTo("TxCreatedInFuture");
        var wrongFee = transfer(to, ICP, 5, "").replace("e8s = " + ICP_FEE, "e8s = 1");
        assertThat(kit.as(ALICE).error(ICP_LEDGER, "transfer", wrongFee).tag()).isEqualTo("BadFee");
        var damaged = to.digits().bytes();
        damaged[0] ^= 1;
        var reject = kit.as(ALICE)
                .rejected(
                        ICP_LEDGER,
                        "transfer",
                        transfer(to, ICP, 5, "").replace(blob(to.digits().bytes()), blob(damaged)));
        assertThat(reject.message()).contains(HexFormat.of().formatHex(damaged));
    }

    @Test
    void cyclesAreMintedForIcpThatIsBurned() {
        var supply = kit.ledger(ICP_LEDGER).supply();
        long block = paid(ALICE, 2 * ICP, MINT);
        var before = kit.cycles(ALICE);
        var minted = kit.as(ALICE).ok(CYCLES_MINTING, "notify_mint_cycles", "(record { block_index = " + block + " })");
        assertThat(minted.field("minted").toLong()).isEqualTo(2 * CYCLES_PER_ICP);
        assertThat(kit.cycles(ALICE)).isEqualTo(before.add(big(2 * CYCLES_PER_ICP - CYCLES_FEE)));
        assertThat(minted.field("balance").toBigInteger()).isEqualTo(kit.cycles(ALICE));
        assertThat(kit.ledger(ICP_LEDGER).supply()).isEqualTo(supply.subtract(big(2 * ICP + ICP_FEE)));
    }

    @Test
    void aPaymentIsUsedOnceAndAnsweredAlike() {
        long block = paid(ALICE, 2 * ICP, MINT);
        var request = "(record { block_index = " + block + " })";
        var first = kit.as(ALICE).ok(CYCLES_MINTING, "notify_mint_cycles", request);
        var balance = kit.cycles(ALICE);
        assertThat(kit.as(ALICE).ok(CYCLES_MINTING, "notify_mint_cycles", request))
                .isEqualTo(first);
        assertThat(kit.cycles(ALICE)).isEqualTo(balance);
    }

    @Test
    void aCanisterIsToppedUp() {
        var canister = kit.create(ALICE);
        long block = paid(canister, ICP, TOP_UP);
        var request = "(record { block_index = " + block + "; canister_id = principal \"" + canister + "\" })";
        assertThat(kit.as(ALICE).ok(CYCLES_MINTING, "notify_top_up", request).toLong())
                .isEqualTo(CYCLES_PER_ICP);
        assertThat(kit.canister(canister).cycles().toBigInteger()).isEqualTo(big(TRILLION + CYCLES_PER_ICP));
    }

    @Test
    void aCanisterIsCreated() {
        long block = paid(BOB, ICP, CREATE);
        var request = "(record { block_index = " + block + "; controller = principal \"" + BOB
                + "\"; settings = opt record { freezing_threshold = opt 5 } })";
        var made = kit.as(ALICE)
                .ok(CYCLES_MINTING, "notify_create_canister", request)
                .toPrincipal();
        assertThat(kit.canister(made).settings().controllers()).containsExactly(BOB);
        assertThat(kit.canister(made).settings().freezingThresholdSeconds()).isEqualTo(5);
        assertThat(kit.canister(made).cycles().toBigInteger()).isEqualTo(big(CYCLES_PER_ICP));
        assertThat(kit.as(ALICE)
                        .ok(CYCLES_MINTING, "notify_create_canister", request)
                        .toPrincipal())
                .isEqualTo(made);
    }

    @Test
    void whatCannotBeUsedGoesBackLessAFee() {
        var nowhere = Principal.ofCanisterNumber(3);
        long block = paid(nowhere, ICP, TOP_UP);
        var balance = kit.balance(ICP_LEDGER, ALICE);
        var request = "(record { block_index = " + block + "; canister_id = principal \"" + nowhere + "\" })";
        for (int i = 0; i < 2; i++) {
            var error =
                    kit.as(ALICE).call(CYCLES_MINTING, "notify_top_up", request).payload();
            assertThat(error.tag()).isEqualTo("Refunded");
            assertThat(error.payload().field("reason").toText()).contains("not found");
            assertThat(kit.balance(ICP_LEDGER, ALICE)).isEqualTo(balance.add(big(ICP - ICP_FEE)));
        }
        long dust = paid(ALICE, 1, MINT);
        var tooLittle = kit.as(ALICE)
                .call(CYCLES_MINTING, "notify_mint_cycles", "(record { block_index = " + dust + " })")
                .payload();
        assertThat(tooLittle.tag()).isEqualTo("Refunded");
        assertThat(tooLittle.payload().optionalField("block_index")).isEmpty();
    }

    @Test
    void whatIsNoPaymentIsSaidToBeNone() {
        long block = paid(ALICE, ICP, MINT);
        var topUp = "(record { block_index = " + block + "; canister_id = principal \"" + ALICE + "\" })";
        assertThat(kit.as(ALICE)
                        .error(CYCLES_MINTING, "notify_top_up", topUp)
                        .payload()
                        .toText())
                .contains("another memo");
        assertThat(kit.as(BOB)
                        .error(CYCLES_MINTING, "notify_mint_cycles", "(record { block_index = " + block + " })")
                        .payload()
                        .toText())
                .contains("is no payment to");
        assertThat(kit.as(ALICE)
                        .error(CYCLES_MINTING, "notify_mint_cycles", "(record { block_index = 18446744073709551615 })")
                        .payload()
                        .toText())
                .contains("has no block 18446744073709551615");
    }

    @Test
    void aPaymentThatTheLedgerHasForgottenIsTooOld() {
        long block = paid(ALICE, ICP, MINT);
        var request = "(record { block_index = " + block + " })";
        kit.as(ALICE).ok(CYCLES_MINTING, "notify_mint_cycles", request);
        for (int i = 0; i < Ledger.BLOCKS_MAX; i++) {
            kit.as(ALICE).ok(ICP_LEDGER, "transfer", transfer(AccountId.of(BOB), 1, 0, ""));
        }
        assertThat(kit.as(ALICE)
                        .error(CYCLES_MINTING, "notify_mint_cycles", request)
                        .tag())
                .isEqualTo("TransactionTooOld");
        long next = paid(ALICE, ICP, MINT);
        kit.as(ALICE).ok(CYCLES_MINTING, "notify_mint_cycles", "(record { block_index = " + next + " })");
        assertThat(kit.subnet().system().payments()).containsOnlyKeys(next);
    }

    @Test
    void theRateAndTheSubnetsCanBeAskedFor() {
        assertThat(kit.query(CYCLES_MINTING, "get_icp_xdr_conversion_rate", "()")
                        .field("data")
                        .field("xdr_permyriad_per_icp")
                        .toBigInteger())
                .isEqualTo(big(CYCLES_PER_ICP / ICP));
        assertThat(kit.query(CYCLES_MINTING, "get_default_subnets", "()").items())
                .singleElement()
                .returns(SystemKit.SUBNET, subnet -> subnet.toPrincipal());
    }

    @Test
    void theRegistryKnowsWhereCanistersAre() {
        var canister = kit.create(ALICE);
        for (var here : new Principal[] {canister, CYCLES_LEDGER.principal()}) {
            var found = kit.query(
                    REGISTRY, "get_subnet_for_canister", "(record { \"principal\" = opt principal \"" + here + "\" })");
            assertThat(found.payload().optionalField("subnet_id").orElseThrow().toPrincipal())
                    .isEqualTo(SystemKit.SUBNET);
        }
        var unknown = kit.query(
                REGISTRY,
                "get_subnet_for_canister",
                "(record { \"principal\" = opt principal \"" + Principal.ofCanisterNumber(1) + "\" })");
        assertThat(unknown.is("Err")).isTrue();
    }
}
