package decant.canister.system;

import static decant.canister.state.SystemId.CYCLES_LEDGER;
import static decant.canister.system.SystemKit.ALICE;
import static decant.canister.system.SystemKit.BOB;
import static decant.canister.system.SystemKit.CAROL;
import static decant.canister.system.SystemKit.CYCLES_FEE;
import static decant.canister.system.SystemKit.SUBNET;
import static decant.canister.system.SystemKit.TRILLION;
import static decant.canister.system.SystemKit.account;
import static decant.canister.system.SystemKit.blob;
import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Principal;
import decant.canister.state.ErrorCode;
import decant.canister.state.Ledger;
import decant.canister.state.StateFormat;
import decant.canister.state.SystemId;
import java.math.BigInteger;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class CyclesLedgerTest {
    private final SystemKit kit = new SystemKit();

    private static String transfer(Principal to, long amount, String more) {
        return "(record { to = " + account(to) + "; amount = " + amount + "; " + more + " })";
    }

    private static BigInteger big(long value) {
        return BigInteger.valueOf(value);
    }

    private String now(long secondsAgo) {
        return "created_at_time = opt " + (kit.timeNanos() - secondsAgo * SystemKit.SECOND);
    }

    @Test
    void aTransferMovesTheAmountAndBurnsTheFee() {
        var supply = kit.ledger(CYCLES_LEDGER).supply();
        long next = kit.ledger(CYCLES_LEDGER).height();
        var block = kit.as(ALICE).ok(CYCLES_LEDGER, "icrc1_transfer", transfer(BOB, TRILLION, ""));
        assertThat(block.toLong()).isEqualTo(next);
        assertThat(kit.cycles(BOB)).isEqualTo(big(TRILLION));
        assertThat(kit.cycles(ALICE)).isEqualTo(big(99 * TRILLION - CYCLES_FEE));
        assertThat(kit.ledger(CYCLES_LEDGER).supply()).isEqualTo(supply.subtract(big(CYCLES_FEE)));
    }

    @Test
    void subaccountsAreAccountsOfTheirOwn() {
        var subaccount = "opt " + blob(new byte[32]).replace("\\00\"", "\\07\"");
        var to = "record { owner = principal \"" + BOB + "\"; subaccount = " + subaccount + " }";
        kit.as(ALICE).ok(CYCLES_LEDGER, "icrc1_transfer", "(record { to = " + to + "; amount = 5_000_000_000 })");
        assertThat(kit.cycles(BOB)).isZero();
        assertThat(kit.query(CYCLES_LEDGER, "icrc1_balance_of", "(" + to + ")").toLong())
                .isEqualTo(5_000_000_000L);
        kit.as(BOB).ok(CYCLES_LEDGER, "icrc1_transfer", transfer(CAROL, 1_000, "from_subaccount = " + subaccount));
        assertThat(kit.cycles(CAROL)).isEqualTo(big(1_000));
        var reject = kit.as(BOB)
                .rejected(CYCLES_LEDGER, "icrc1_transfer", transfer(CAROL, 1, "from_subaccount = opt blob \"abc\""));
        assertThat(reject.message()).contains("a subaccount has 32 bytes, found 3");
    }

    @Test
    void whatIsNotThereIsNotTransferred() {
        var error = kit.as(BOB).error(CYCLES_LEDGER, "icrc1_transfer", transfer(ALICE, 1, ""));
        assertThat(error.tag()).isEqualTo("InsufficientFunds");
        assertThat(error.payload().field("balance").toLong()).isZero();
        var all = kit.as(ALICE).error(CYCLES_LEDGER, "icrc1_transfer", transfer(BOB, 100 * TRILLION, ""));
        assertThat(all.tag()).isEqualTo("InsufficientFunds");
        var endless = "(record { to = " + account(BOB) + "; amount = " + BigInteger.TWO.pow(4_000) + " })";
        assertThat(kit.as(ALICE).error(CYCLES_LEDGER, "icrc1_transfer", endless).tag())
                .isEqualTo("InsufficientFunds");
    }

    @Test
    void aWrongFeeIsCorrected() {
        var error = kit.as(ALICE).error(CYCLES_LEDGER, "icrc1_transfer", transfer(BOB, 1, "fee = opt 1"));
        assertThat(error.tag()).isEqualTo("BadFee");
        assertThat(error.payload().field("expected_fee").toLong()).isEqualTo(CYCLES_FEE);
        kit.as(ALICE).ok(CYCLES_LEDGER, "icrc1_transfer", transfer(BOB, 1, "fee = opt " + CYCLES_FEE));
    }

    @Test
    void aTransferThatSaysWhenItWasMadeIsDoneOnce() {
        var request = transfer(BOB, TRILLION, now(10));
        var block = kit.as(ALICE).ok(CYCLES_LEDGER, "icrc1_transfer", request);
        var error = kit.as(ALICE).error(CYCLES_LEDGER, "icrc1_transfer", request);
        assertThat(error.tag()).isEqualTo("Duplicate");
        assertThat(error.payload().field("duplicate_of")).isEqualTo(block);
        kit.as(ALICE).ok(CYCLES_LEDGER, "icrc1_transfer", transfer(BOB, TRILLION, now(11)));
        kit.as(ALICE).ok(CYCLES_LEDGER, "icrc1_transfer", transfer(BOB, TRILLION, ""));
        kit.as(ALICE).ok(CYCLES_LEDGER, "icrc1_transfer", transfer(BOB, TRILLION, ""));
        assertThat(kit.cycles(BOB)).isEqualTo(big(4 * TRILLION));
    }

    @Test
    void theDuplicateOfATransferThatTookTheLastCyclesIsStillADuplicate() {
        var request = transfer(BOB, 100 * TRILLION - 2 * CYCLES_FEE, now(0));
        kit.as(ALICE).ok(CYCLES_LEDGER, "icrc1_transfer", request);
        assertThat(kit.as(ALICE).error(CYCLES_LEDGER, "icrc1_transfer", request).tag())
                .isEqualTo("Duplicate");
    }

    @Test
    void transfersOfAnotherTimeAreNotDone() {
        var tooOld = kit.as(ALICE).error(CYCLES_LEDGER, "icrc1_transfer", transfer(BOB, 1, now(24 * 3600 + 121)));
        assertThat(tooOld.tag()).isEqualTo("TooOld");
        kit.as(ALICE).ok(CYCLES_LEDGER, "icrc1_transfer", transfer(BOB, 1, now(24 * 3600)));
        var early = kit.as(ALICE).error(CYCLES_LEDGER, "icrc1_transfer", transfer(BOB, 1, now(-121)));
        assertThat(early.tag()).isEqualTo("CreatedInFuture");
        var never = transfer(BOB, 1, "created_at_time = opt 18446744073709551615");
        assertThat(kit.as(ALICE).error(CYCLES_LEDGER, "icrc1_transfer", never).tag())
                .isEqualTo("CreatedInFuture");
    }

    @Test
    void receiptsAreForgottenWhenTheyCannotBeAskedForAnyMore() {
        kit.as(ALICE).ok(CYCLES_LEDGER, "icrc1_transfer", transfer(BOB, 1, now(0)));
        assertThat(kit.ledger(CYCLES_LEDGER).receipts()).hasSize(1);
        kit.passSeconds(24 * 3600 + 121);
        kit.as(ALICE).ok(CYCLES_LEDGER, "icrc1_transfer", transfer(BOB, 1, ""));
        assertThat(kit.ledger(CYCLES_LEDGER).receipts()).isEmpty();
    }

    @Test
    void onlyTheLastBlocksAreKept() {
        for (int i = 0; i < Ledger.BLOCKS_MAX + 10; i++) {
            kit.as(ALICE).ok(CYCLES_LEDGER, "icrc1_transfer", transfer(BOB, 1, ""));
        }
        assertThat(kit.ledger(CYCLES_LEDGER).blocks()).hasSize(Ledger.BLOCKS_MAX);
        assertThat(kit.ledger(CYCLES_LEDGER).blocks().lastKey())
                .isEqualTo(kit.ledger(CYCLES_LEDGER).height() - 1);
    }

    @Test
    void anAllowanceIsUsedUpAndItsFeesCountToo() {
        kit.as(ALICE)
                .ok(
                        CYCLES_LEDGER,
                        "icrc2_approve",
                        "(record { spender = " + account(BOB) + "; amount = " + (TRILLION + CYCLES_FEE) + " })");
        var from = "(record { from = " + account(ALICE) + "; to = " + account(CAROL) + "; amount = ";
        kit.as(BOB).ok(CYCLES_LEDGER, "icrc2_transfer_from", from + TRILLION / 2 + " })");
        var error = kit.as(BOB).error(CYCLES_LEDGER, "icrc2_transfer_from", from + TRILLION / 2 + " })");
        assertThat(error.tag()).isEqualTo("InsufficientAllowance");
        assertThat(error.payload().field("allowance").toLong()).isEqualTo(TRILLION / 2);
        kit.as(BOB).ok(CYCLES_LEDGER, "icrc2_transfer_from", from + (TRILLION / 2 - CYCLES_FEE) + " })");
        assertThat(kit.ledger(CYCLES_LEDGER).allowances()).isEmpty();
        assertThat(kit.as(CAROL)
                        .error(CYCLES_LEDGER, "icrc2_transfer_from", from + "1 })")
                        .tag())
                .isEqualTo("InsufficientAllowance");
    }

    @Test
    void anAllowanceIsOverWhenItsTimeIs() {
        var until = "expires_at = opt " + (kit.timeNanos() + 60 * SystemKit.SECOND);
        kit.as(ALICE)
                .ok(
                        CYCLES_LEDGER,
                        "icrc2_approve",
                        "(record { spender = " + account(BOB) + "; amount = " + TRILLION + "; " + until + " })");
        var asked = "(record { account = " + account(ALICE) + "; spender = " + account(BOB) + " })";
        assertThat(kit.query(CYCLES_LEDGER, "icrc2_allowance", asked)
                        .field("allowance")
                        .toLong())
                .isEqualTo(TRILLION);
        kit.passSeconds(60);
        assertThat(kit.query(CYCLES_LEDGER, "icrc2_allowance", asked)
                        .field("allowance")
                        .toLong())
                .isZero();
        var late = "(record { spender = " + account(BOB) + "; amount = 1; expires_at = opt " + kit.timeNanos() + " })";
        assertThat(kit.as(ALICE).error(CYCLES_LEDGER, "icrc2_approve", late).tag())
                .isEqualTo("Expired");
    }

    @Test
    void anApprovalThatExpectsAnotherAllowanceIsRefused() {
        var approval = "(record { spender = " + account(BOB) + "; amount = 7; expected_allowance = opt ";
        kit.as(ALICE).ok(CYCLES_LEDGER, "icrc2_approve", approval + "0 })");
        var error = kit.as(ALICE).error(CYCLES_LEDGER, "icrc2_approve", approval + "0 })");
        assertThat(error.tag()).isEqualTo("AllowanceChanged");
        assertThat(error.payload().field("current_allowance").toLong()).isEqualTo(7);
        var self = "(record { spender = " + account(ALICE) + "; amount = 7 })";
        assertThat(kit.as(ALICE).error(CYCLES_LEDGER, "icrc2_approve", self).tag())
                .isEqualTo("GenericError");
    }

    @Test
    void aCanisterDepositsTheCyclesOfItsCall() {
        var to = "(record { to = " + account(BOB) + " })";
        var deposited = kit.asCanister(CAROL, 3 * TRILLION).call(CYCLES_LEDGER, "deposit", to);
        assertThat(deposited.field("balance").toLong()).isEqualTo(3 * TRILLION - CYCLES_FEE);
        assertThat(kit.cycles(BOB)).isEqualTo(big(3 * TRILLION - CYCLES_FEE));
        var reject = kit.asCanister(CAROL, CYCLES_FEE - 1).rejected(CYCLES_LEDGER, "deposit", to);
        assertThat(reject.error()).isEqualTo(ErrorCode.CANISTER_CALLED_TRAP);
        assertThat(reject.message()).contains("is less than the cycles ledger fee");
    }

    @Test
    void aWithdrawalGoesIntoTheCanister() {
        var canister = kit.create(ALICE);
        var before = kit.allCycles();
        var request = "(record { amount = " + 5 * TRILLION + "; to = principal \"" + canister + "\"; " + now(1) + " })";
        kit.as(ALICE).ok(CYCLES_LEDGER, "withdraw", request);
        assertThat(kit.canister(canister).cycles().toBigInteger()).isEqualTo(big(6 * TRILLION));
        assertThat(kit.allCycles()).isEqualTo(before.subtract(big(CYCLES_FEE)));
        assertThat(kit.as(ALICE).error(CYCLES_LEDGER, "withdraw", request).tag())
                .isEqualTo("Duplicate");
    }

    @Test
    void aWithdrawalThatCannotArriveCostsNothing() {
        var nowhere = Principal.ofCanisterNumber(77);
        var request = "(record { amount = 5_000_000_000; to = principal \"" + nowhere + "\" })";
        var error = kit.as(ALICE).error(CYCLES_LEDGER, "withdraw", request);
        assertThat(error.tag()).isEqualTo("FailedToWithdraw");
        assertThat(error.payload().field("rejection_reason").toText()).contains(nowhere + " not found");
        var self = "(record { amount = 5_000_000_000; to = principal \"" + CYCLES_LEDGER.principal() + "\" })";
        assertThat(kit.as(ALICE).error(CYCLES_LEDGER, "withdraw", self).tag()).isEqualTo("FailedToWithdraw");
    }

    @Test
    void aNewCanisterIsItsMakersUnlessTheSettingsSayOtherwise() {
        var before = kit.allCycles();
        var own = kit.create(ALICE);
        assertThat(kit.canister(own).settings().controllers()).containsExactly(ALICE);
        assertThat(kit.canister(own).cycles().toBigInteger()).isEqualTo(big(TRILLION));
        assertThat(kit.allCycles()).isEqualTo(before.subtract(big(CYCLES_FEE)));
        var settings = "settings = opt record { controllers = opt vec { principal \"" + BOB + "\" };"
                + " freezing_threshold = opt 77; environment_variables = opt vec { record { name = \"A\"; value = \"b\" } } }";
        var given = kit.as(ALICE)
                .ok(
                        CYCLES_LEDGER,
                        "create_canister",
                        "(record { amount = " + TRILLION + "; creation_args = opt record { " + settings + " } })")
                .field("canister_id")
                .toPrincipal();
        assertThat(kit.canister(given).settings().controllers()).containsExactly(BOB);
        assertThat(kit.canister(given).settings().freezingThresholdSeconds()).isEqualTo(77);
        assertThat(kit.canister(given).settings().environmentVariables()).containsEntry("A", "b");
    }

    @Test
    void aCanisterIsMadeOnceAndTheDuplicateTellsWhich() {
        var request = "(record { amount = " + TRILLION + "; " + now(0) + " })";
        var made = kit.as(ALICE)
                .ok(CYCLES_LEDGER, "create_canister", request)
                .field("canister_id")
                .toPrincipal();
        var error = kit.as(ALICE).error(CYCLES_LEDGER, "create_canister", request);
        assertThat(error.tag()).isEqualTo("Duplicate");
        assertThat(error.payload().optionalField("canister_id").orElseThrow().toPrincipal())
                .isEqualTo(made);
        assertThat(kit.subnet().canisters()).hasSize(1);
    }

    @Test
    void aCreationThatFailsCostsNothing() {
        var elsewhere = "creation_args = opt record { subnet_selection = opt variant { Subnet = record { subnet ="
                + " principal \"" + BOB + "\" } } }";
        var error =
                kit.as(ALICE).error(CYCLES_LEDGER, "create_canister", "(record { amount = 1_000; " + elsewhere + " })");
        assertThat(error.tag()).isEqualTo("FailedToCreate");
        assertThat(error.payload().field("error").toText()).contains("the one subnet of this node is " + SUBNET);
        var settings = "creation_args = opt record { settings = opt record { compute_allocation = opt 101 } }";
        assertThat(kit.as(ALICE)
                        .error(CYCLES_LEDGER, "create_canister", "(record { amount = 1_000; " + settings + " })")
                        .tag())
                .isEqualTo("FailedToCreate");
        assertThat(kit.as(BOB)
                        .error(CYCLES_LEDGER, "create_canister", "(record { amount = 1_000 })")
                        .tag())
                .isEqualTo("InsufficientFunds");
    }

    @Test
    void whoIsAllowedToSpendMakesCanistersFromIt() {
        kit.as(ALICE)
                .ok(
                        CYCLES_LEDGER,
                        "icrc2_approve",
                        "(record { spender = " + account(BOB) + "; amount = " + 3 * TRILLION + " })");
        var request = "(record { from = " + account(ALICE) + "; amount = " + 2 * TRILLION + " })";
        var made = kit.as(BOB)
                .ok(CYCLES_LEDGER, "create_canister_from", request)
                .field("canister_id")
                .toPrincipal();
        assertThat(kit.canister(made).settings().controllers()).containsExactly(BOB);
        assertThat(kit.as(BOB)
                        .error(CYCLES_LEDGER, "create_canister_from", request)
                        .tag())
                .isEqualTo("InsufficientAllowance");
        var into = "(record { from = " + account(ALICE) + "; amount = 1_000; to = principal \"" + made + "\" })";
        kit.as(BOB).ok(CYCLES_LEDGER, "withdraw_from", into);
        assertThat(kit.canister(made).cycles().toBigInteger()).isEqualTo(big(2 * TRILLION + 1_000));
    }

    @Test
    void noCyclesAreMadeOrLostButFeesInWhateverOrder() {
        var random = new Random(7);
        var canister = kit.create(ALICE);
        for (var owner : SystemKit.everybody()) {
            kit.as(ALICE).ok(CYCLES_LEDGER, "icrc1_transfer", transfer(owner, 10 * TRILLION, ""));
        }
        for (int i = 0; i < 500; i++) {
            var before = kit.allCycles();
            long blocks = kit.ledger(CYCLES_LEDGER).height();
            var caller = SystemKit.everybody().get(random.nextInt(3));
            var other = SystemKit.everybody().get(random.nextInt(3));
            long amount = random.nextLong(4 * TRILLION);
            var to = random.nextInt(4) == 0 ? Principal.ofCanisterNumber(random.nextLong()) : canister;
            switch (random.nextInt(5)) {
                case 0 -> kit.as(caller).call(CYCLES_LEDGER, "icrc1_transfer", transfer(other, amount, ""));
                case 1 ->
                    kit.as(caller)
                            .call(
                                    CYCLES_LEDGER,
                                    "withdraw",
                                    "(record { amount = " + amount + "; to = principal \"" + to + "\" })");
                case 2 ->
                    kit.as(caller)
                            .call(
                                    CYCLES_LEDGER,
                                    "icrc2_approve",
                                    "(record { spender = " + account(CAROL) + "; amount = " + amount + " })");
                case 3 ->
                    kit.as(caller)
                            .call(
                                    CYCLES_LEDGER,
                                    "icrc2_transfer_from",
                                    "(record { from = " + account(other) + "; to = " + account(BOB) + "; amount = "
                                            + amount + " })");
                default ->
                    kit.as(caller).call(CYCLES_LEDGER, "create_canister", "(record { amount = " + amount + " })");
            }
            long done = kit.ledger(CYCLES_LEDGER).height() - blocks;
            assertThat(kit.allCycles()).isEqualTo(before.subtract(big(done * CYCLES_FEE)));
            assertThat(kit.ledger(CYCLES_LEDGER).balances().values()).allMatch(balance -> balance.signum() > 0);
        }
    }

    @Test
    void theBytesOfAStateHoldItsLedgersWhole() {
        kit.as(ALICE)
                .ok(CYCLES_LEDGER, "icrc1_transfer", transfer(BOB, TRILLION, now(3) + "; memo = opt blob \"abc\""));
        kit.as(ALICE)
                .ok(
                        CYCLES_LEDGER,
                        "icrc2_approve",
                        "(record { spender = " + account(BOB) + "; amount = 9; expected_allowance = opt 0; expires_at ="
                                + " opt " + (kit.timeNanos() + 5) + " })");
        kit.as(ALICE).ok(CYCLES_LEDGER, "create_canister", "(record { amount = 1_000; " + now(4) + " })");
        var subnet = kit.subnet();
        var read = StateFormat.read(StateFormat.records(subnet), StateFormat.images(subnet));
        assertThat(StateFormat.stateHash(read)).isEqualTo(StateFormat.stateHash(subnet));
        assertThat(read.system().ledgers().keySet())
                .isEqualTo(subnet.system().ledgers().keySet());
        assertThat(new TreeMap<>(StateFormat.records(read)))
                .containsOnlyKeys(StateFormat.records(subnet).keySet());
        kit.subnet(read);
        assertThat(kit.as(ALICE)
                        .error(CYCLES_LEDGER, "create_canister", "(record { amount = 1_000; " + now(4) + " })")
                        .tag())
                .isEqualTo("Duplicate");
    }

    @Test
    void everyBlockChangesTheTip() {
        var before = kit.ledger(CYCLES_LEDGER).tip();
        kit.as(ALICE).ok(CYCLES_LEDGER, "icrc1_transfer", transfer(BOB, 1, ""));
        var after = kit.ledger(CYCLES_LEDGER).tip();
        assertThat(after).isNotEqualTo(before);
        assertThat(kit.as(BOB)
                        .call(CYCLES_LEDGER, "icrc1_transfer", transfer(ALICE, TRILLION, ""))
                        .is("Err"))
                .isTrue();
        assertThat(kit.ledger(CYCLES_LEDGER).tip()).isEqualTo(after);
    }

    @ParameterizedTest
    @EnumSource(
            value = SystemId.class,
            names = {"CYCLES_LEDGER", "ICP_LEDGER"})
    void eachLedgerDescribesItself(SystemId keeper) {
        var metadata = kit.query(keeper, "icrc1_metadata", "()").items();
        assertThat(metadata).hasSize(5);
        assertThat(kit.query(keeper, "icrc1_supported_standards", "()").items()).hasSize(3);
        assertThat(kit.query(keeper, "icrc1_minting_account", "()").optional()).isEmpty();
        assertThat(kit.query(keeper, "icrc1_total_supply", "()").toBigInteger())
                .isEqualTo(kit.ledger(keeper).supply());
        boolean isIcp = keeper == SystemId.ICP_LEDGER;
        assertThat(kit.query(keeper, "icrc1_decimals", "()").toLong()).isEqualTo(isIcp ? 8 : 12);
        assertThat(kit.query(keeper, "icrc1_symbol", "()").toText()).isEqualTo(isIcp ? "ICP" : "TCYCLES");
        assertThat(kit.query(keeper, "icrc1_fee", "()").toLong()).isEqualTo(isIcp ? SystemKit.ICP_FEE : CYCLES_FEE);
    }
}
