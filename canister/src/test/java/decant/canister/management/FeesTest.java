package decant.canister.management;

import static decant.canister.management.ManagementKit.ALICE;
import static decant.canister.management.ManagementKit.BOB;
import static decant.canister.management.ManagementKit.about;
import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Value;
import decant.canister.cycles.Tariff;
import decant.canister.state.Cycles;
import decant.canister.state.CyclesUse;
import decant.canister.state.ErrorCode;
import decant.canister.state.Message;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What calls of the management canister cost.
final class FeesTest {
    private static final long CREATION = 500_000_000_000L;

    private final ManagementKit kit = new ManagementKit().charging();
    private final Principal canister = kit.create();

    @AfterEach
    void close() {
        kit.close();
    }

    private Cycles consumed(Principal id, CyclesUse use) {
        return kit.canister(id).account().consumed(use);
    }

    private Cycles limit(Principal id) {
        return Tariff.of(kit.subnet(), id).freezingLimit(kit.canister(id));
    }

    private void balance(Principal id, UnaryOperator<Cycles> ofLimit) {
        var cycles = ofLimit.apply(limit(id));
        kit.change(id, found -> found.with(draft -> draft.cycles = cycles));
    }

    private void freeze(Principal id) {
        balance(id, limit -> limit.minus(Cycles.of(1)));
    }

    @Test
    void aCanisterIsMadeFromTheCyclesThatComeWithTheCallLessAFee() {
        var made = kit.asCanister(canister, CREATION + 7)
                .call("create_canister", "(record {})")
                .refunds(0)
                .value()
                .field("canister_id")
                .toPrincipal();

        assertThat(kit.canister(made).cycles()).isEqualTo(Cycles.of(7));
        assertThat(consumed(made, CyclesUse.CANISTER_CREATION)).isEqualTo(Cycles.of(CREATION));
    }

    @Test
    void aCanisterIsNotMadeFromTooLittle() {
        var result = kit.asCanister(canister, CREATION - 1).call("create_canister", "(record {})");

        result.refunds(CREATION - 1)
                .isRejected(
                        ErrorCode.INSUFFICIENT_CYCLES_FOR_CREATE_CANISTER,
                        "Creating a canister requires a fee of 500000000000 that is deducted from the canister's initial"
                                + " balance but only 499999999999 cycles were received with the create_canister"
                                + " request.");
    }

    @ParameterizedTest
    @CsvSource({
        "memory_allocation = opt 1_000_000_000_000, INSUFFICIENT_CYCLES_IN_MEMORY_ALLOCATION",
        "compute_allocation = opt 50, INSUFFICIENT_CYCLES_IN_COMPUTE_ALLOCATION"
    })
    void anAllocationIsRefusedThatCouldNotBeKept(String setting, ErrorCode error) {
        balance(canister, limit -> limit.plus(Cycles.of(1_000_000)));
        var result = kit.as(ALICE).call("update_settings", about(canister, "settings = record { " + setting + " }"));

        result.isRejectedSaying(error, "due to insufficient cycles");
        assertThat(result.changed()).isFalse();
        kit.asCanister(canister, CREATION)
                .call("create_canister", "(record { settings = opt record { " + setting + " } })")
                .isRejectedSaying(error, "additional cycles are required");
    }

    @Test
    void anAllocationOnAFullSubnetReservesCycles() {
        var tebibyte = about(canister, "settings = record { memory_allocation = opt 1_099_511_627_776 }");
        balance(canister, _ -> Cycles.of(10_000_000_000_000_000L));
        kit.as(ALICE)
                .call("update_settings", tebibyte)
                .isRejectedSaying(
                        ErrorCode.RESERVED_CYCLES_LIMIT_EXCEEDED_IN_MEMORY_ALLOCATION,
                        "due to its reserved cycles limit. The current limit (5000000000000) would be exceeded by");

        kit.as(ALICE)
                .call(
                        "update_settings",
                        about(canister, "settings = record { reserved_cycles_limit = opt 10_000_000_000_000_000 }"))
                .succeeds();
        var before = kit.canister(canister).cycles();
        kit.as(ALICE).call("update_settings", tebibyte).succeeds();
        long secondsHalved = 300_000_000L * 274 / (2048 - 750) / 2;
        var reserved = Cycles.of(274 * 317_500L * secondsHalved);
        assertThat(kit.canister(canister).reservedCycles()).isEqualTo(reserved);
        assertThat(kit.canister(canister).cycles())
                .isEqualTo(before.minus(reserved).minus(Cycles.of(1_200_000)));
    }

    @Test
    void aFrozenCanisterIsToldToOthersOnlyAsFar() {
        freeze(canister);
        var ingress = ingress("stop_canister", Value.record(), 1_000);
        assertThat(Induction.of(kit.subnet(), ingress)).isInstanceOfSatisfying(Induction.Refused.class, refused -> {
            assertThat(refused.reject().error()).isEqualTo(ErrorCode.CANISTER_OUT_OF_CYCLES);
            assertThat(refused.reject().message())
                    .isEqualTo("Canister " + canister
                            + " is out of cycles: please top up the canister with at least 3200001 additional cycles");
        });
    }

    @Test
    void aMessageIsPaidForByTheCanisterThatItIsAbout() {
        var taken = (Induction.Taken) Induction.of(kit.subnet(), ingress("stop_canister", Value.record(), 1_000));

        assertThat(taken.payer().orElseThrow().account().consumed(CyclesUse.INGRESS_INDUCTION))
                .isEqualTo(Cycles.of(3_200_000));
    }

    @ParameterizedTest
    @CsvSource({"provisional_top_up_canister", "decant_undo", "provisional_create_canister_with_cycles"})
    void messagesThatTheNetworkDoesNotHaveAreFree(String method) {
        freeze(canister);
        assertThat(Induction.of(kit.subnet(), ingress(method, Value.record(), 1_000)))
                .isEqualTo(new Induction.Taken(Optional.empty()));
    }

    @Test
    void theThresholdOfAFrozenCanisterCanBeLoweredByASmallMessage() {
        kit.change(
                canister,
                found -> found.with(draft -> draft.settings =
                        draft.settings.with(settings -> settings.freezingThresholdSeconds = 1L << 50)));
        var settings =
                Value.record().with("settings", Value.record().with("freezing_threshold", Value.some(Value.nat(0))));
        assertThat(Induction.of(kit.subnet(), ingress("update_settings", settings, 500)))
                .isEqualTo(new Induction.Taken(Optional.empty()));
        var large = Value.record().with("padding", Value.blob(new byte[366]));
        assertThat(Induction.of(kit.subnet(), ingress("update_settings", large, 500)))
                .isInstanceOf(Induction.Refused.class);

        kit.as(ALICE)
                .call("update_settings", about(canister, "settings = record { freezing_threshold = opt 0 }"))
                .succeeds();
        assertThat(consumed(canister, CyclesUse.INGRESS_INDUCTION)).isEqualTo(Cycles.of(1_200_000));
        balance(canister, _ -> Cycles.ZERO);
        kit.as(ALICE)
                .call("update_settings", about(canister, "settings = record { freezing_threshold = opt 1 }"))
                .isRejectedSaying(ErrorCode.CANISTER_OUT_OF_CYCLES, "is out of cycles");
    }

    private Message.Ingress ingress(String method, Value argument, int bytes) {
        var whole = ((Value.Record) argument).with("canister_id", Value.principal(canister));
        return new Message.Ingress(
                Hash.sha256(),
                ALICE,
                Optional.empty(),
                Principal.MANAGEMENT_CANISTER,
                method,
                method.startsWith("provisional_create")
                        ? Candid.encode(List.of(Value.record()))
                        : Candid.encode(List.of(whole)),
                Long.MAX_VALUE,
                bytes);
    }

    @Test
    void aChunkCostsWorkAndTheRoomItTakes() {
        kit.as(ALICE)
                .call("upload_chunk", about(canister, "chunk = blob \"x\""))
                .succeeds();
        assertThat(consumed(canister, CyclesUse.INSTRUCTIONS)).isEqualTo(Cycles.of(200_000_000));

        balance(canister, limit -> limit.plus(Cycles.of(200_000_000)));
        kit.as(ALICE)
                .call("upload_chunk", about(canister, "chunk = blob \"y\""))
                .isRejectedSaying(ErrorCode.CANISTER_OUT_OF_CYCLES, "Error from Wasm chunk store with: `Canister");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // The bytes sent: the URL, which has 18, headers, body, and the transform's method and context.
                "                                                                | 18   | 2000000",
                "max_response_bytes = opt 0;                                     | 18   | 0",
                "max_response_bytes = opt 1;                                     | 18   | 1",
                "max_response_bytes = opt 1000; body = opt blob \"0123456789\";   | 28   | 1000",
                "max_response_bytes = opt 1000; transform = opt record { function = func %s.tidy; context = blob \"abc\" };"
                        + "                                                      | 25   | 1000",
                "max_response_bytes = opt 2000000; body = opt blob \"\";          | 18   | 2000000"
            })
    void anOutcallIsPaidFromTheCyclesThatComeWithTheCall(String more, int sent, long received) {
        var fields = more == null ? "" : more.formatted("\"" + canister + "\"");
        var argument =
                "(record { url = \"https://example/12\"; method = variant { get }; headers = vec {};" + fields + "})";
        // 13 nodes, each (3,000,000 + 60,000 for a node of the subnet + 400 a byte sent + 800 a byte received).
        long price = 13 * (3_000_000 + 13 * 60_000 + 400L * sent + 800 * received);

        kit.asCanister(canister, price - 1)
                .call("http_request", argument)
                .refunds(price - 1)
                .isRejected(
                        ErrorCode.CANISTER_REJECTED_MESSAGE,
                        "http_request request sent with " + (price - 1) + " cycles, but " + price
                                + " cycles are required.");
        assertThat(kit.asCanister(canister, price + 7)
                        .call("http_request", argument)
                        .isPending())
                .isTrue();
        assertThat(consumed(canister, CyclesUse.HTTP_OUTCALLS)).isEqualTo(Cycles.of(price));
        assertThat(kit.subnet().outcalls().find(0).orElseThrow().refund()).isEqualTo(Cycles.of(7));
    }

    @Test
    void metricsAreForControllers() {
        kit.as(ALICE)
                .call("upload_chunk", about(canister, "chunk = blob \"x\""))
                .succeeds();
        for (var consumed : List.of(
                kit.as(ALICE).call("canister_metrics", about(canister)).value(),
                kit.as(ALICE).query("canister_metrics", about(canister)).value())) {
            assertThat(consumed.field("cycles_consumed").field("instructions").toLong())
                    .isEqualTo(200_000_000);
            assertThat(consumed.field("cycles_consumed").field("uninstall").toLong())
                    .isZero();
        }
        assertThat(kit.as(BOB).query("canister_metrics", about(canister)).error())
                .isEqualTo(ErrorCode.CANISTER_INVALID_CONTROLLER);
        assertThat(kit.as(BOB).hindrance("canister_metrics", about(canister))).isPresent();
    }

    @Test
    void theStatusTellsWhatADayCosts() {
        var status = kit.as(ALICE).call("canister_status", about(canister)).value();
        long bytes = status.field("memory_size").toLong();

        assertThat(status.field("idle_cycles_burned_per_day").toLong())
                .isEqualTo(864_000_000L + bytes * 317_500 * 86_400 / (1L << 30));
    }
}
