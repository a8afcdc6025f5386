package decant.canister.management;

import static decant.canister.management.ManagementKit.ALICE;
import static decant.canister.management.ManagementKit.BOB;
import static decant.canister.management.ManagementKit.about;
import static decant.canister.management.ManagementKit.blob;
import static decant.canister.management.ManagementKit.ref;
import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Type;
import decant.candid.Value;
import decant.canister.Env;
import decant.canister.Lifecycle;
import decant.canister.Limits;
import decant.canister.state.CallContext;
import decant.canister.state.CanisterStatus;
import decant.canister.state.Cycles;
import decant.canister.state.ErrorCode;
import decant.canister.state.Payload;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class ManagementTest {
    private final ManagementKit kit = new ManagementKit();

    @AfterEach
    void close() {
        kit.close();
    }

    @Test
    void theInterfaceHasExactlyTheMethodsThatAreCarriedOut() {
        var names = Arrays.stream(Method.values()).map(Method::methodName).collect(Collectors.toSet());
        assertThat(Interface.methods()).isEqualTo(names);
    }

    @Test
    void aUserCreatesACanisterOutOfNothingAndControlsIt() {
        var id = kit.create();
        var canister = kit.canister(id);
        assertThat(canister.settings().controllers()).containsExactly(ALICE);
        assertThat(canister.cycles()).isEqualTo(Cycles.of(100_000_000_000_000L));
        assertThat(canister.isRunning()).isTrue();
        assertThat(canister.version()).isZero();
        assertThat(canister.createdNanos()).isEqualTo(kit.subnet().timeNanos());
    }

    @Test
    void canistersGetIdsOneAfterTheOther() {
        assertThat(List.of(kit.create(), kit.create()))
                .containsExactly(Principal.ofCanisterNumber(0), Principal.ofCanisterNumber(1));
    }

    @Test
    void aCanisterIsCreatedAtTheIdOfTheCallersChoiceOnce() {
        var id = Principal.ofCanisterNumber(1);
        var argument = "(record { amount = opt 7; specified_id = opt " + ref(id) + " })";
        kit.as(ALICE).call("provisional_create_canister_with_cycles", argument).succeeds();
        assertThat(kit.canister(id).cycles()).isEqualTo(Cycles.of(7));
        kit.as(ALICE)
                .call("provisional_create_canister_with_cycles", argument)
                .isRejected(
                        ErrorCode.CANISTER_ID_ALREADY_EXISTS,
                        "Unsuccessful canister creation: canister id " + id + " already exists.");
        assertThat(List.of(kit.create(), kit.create()))
                .containsExactly(Principal.ofCanisterNumber(0), Principal.ofCanisterNumber(2));
    }

    @Test
    void aCanisterCreatesACanisterFromTheCyclesItSends() {
        var parent = kit.create();
        var result =
                kit.asCanister(parent, 500).call("create_canister", "(record { sender_canister_version = opt 3 })");
        var child = result.refunds(0).value().field("canister_id").toPrincipal();
        assertThat(kit.canister(child).cycles()).isEqualTo(Cycles.of(500));
        assertThat(kit.canister(child).settings().controllers()).containsExactly(parent);
        kit.asCanister(parent)
                .call("canister_info", about(child, "num_requested_changes = opt 9"))
                .replies("""
                        (record {
                          total_num_changes = 1;
                          recent_changes = vec { record {
                            timestamp_nanos = 1_800_000_000_000_000_000;
                            canister_version = 0;
                            origin = variant { from_canister = record { canister_id = %s; canister_version = opt 3 } };
                            details = variant { creation = record { controllers = vec { %s } } };
                          } };
                          controllers = vec { %s };
                        })
                        """.formatted(ref(parent), ref(parent), ref(parent)));
    }

    @Test
    void aFailedCreationGivesTheCyclesBack() {
        var parent = kit.create();
        kit.asCanister(parent, 500)
                .call("create_canister", "(record { settings = opt record { compute_allocation = opt 101 } })")
                .refunds(500)
                .isRejected(
                        ErrorCode.CANISTER_CONTRACT_VIOLATION,
                        "Could not validate the settings: "
                                + "compute_allocation expected to be in the range [0..100], got 101");
    }

    @Test
    void cyclesAreDepositedByCanistersAndToppedUpByAnyone() {
        var giver = kit.create();
        var receiver = kit.create();
        kit.asCanister(giver, 11)
                .call("deposit_cycles", about(receiver))
                .refunds(0)
                .succeeds();
        kit.as(BOB)
                .call("provisional_top_up_canister", about(receiver, "amount = 5"))
                .succeeds();
        assertThat(kit.canister(receiver).cycles()).isEqualTo(Cycles.of(100_000_000_000_016L));
        var nobody = Principal.ofCanisterNumber(77);
        kit.asCanister(giver, 11)
                .call("deposit_cycles", about(nobody))
                .refunds(11)
                .isRejected(ErrorCode.CANISTER_NOT_FOUND, "Canister " + nobody + " not found.");
    }

    @Test
    void everySettingIsSetAndToldAgain() {
        var id = kit.create();
        var settings = """
                controllers = %1$s vec { %2$s; %3$s };
                compute_allocation = %1$s 5;
                memory_allocation = %1$s 1_000_000;
                freezing_threshold = %1$s 86_400;
                reserved_cycles_limit = %1$s 340_282_366_920_938_463_463_374_607_431_768_211_455;
                minimum_incoming_canister_call_cycles = %1$s 17;
                log_visibility = %1$s variant { public };
                log_memory_limit = %1$s 8192;
                snapshot_visibility = %1$s variant { allowed_viewers = vec { %3$s } };
                status_visibility = %1$s variant { public };
                wasm_memory_limit = %1$s 281_474_976_710_656;
                wasm_memory_threshold = %1$s 0;
                environment_variables = %1$s vec { record { name = "a"; value = "1" }; record { name = "b"; value = "" } };
                upgrade_policy = %1$s variant { rehearsed };
                """;
        kit.as(ALICE)
                .call(
                        "update_settings",
                        about(id, "settings = record {" + settings.formatted("opt", ref(ALICE), ref(BOB)) + "}"))
                .succeeds();
        var status =
                kit.as(Principal.ANONYMOUS).call("canister_status", about(id)).value();
        var definite = Type.parse("""
                record {
                  controllers : vec principal; compute_allocation : nat; memory_allocation : nat;
                  freezing_threshold : nat; reserved_cycles_limit : nat;
                  minimum_incoming_canister_call_cycles : nat;
                  log_visibility : variant { controllers; public; allowed_viewers : vec principal };
                  log_memory_limit : nat;
                  snapshot_visibility : variant { controllers; public; allowed_viewers : vec principal };
                  status_visibility : variant { controllers; public; allowed_viewers : vec principal };
                  wasm_memory_limit : nat; wasm_memory_threshold : nat;
                  environment_variables : vec record { name : text; value : text };
                  upgrade_policy : variant { open; checked; rehearsed; immutable };
                }
                """);
        var expected = Candid.parse(
                        "(record {" + settings.formatted("", ref(ALICE), ref(BOB)) + "})", List.of(definite))
                .getFirst();
        assertThat(status.field("settings")).isEqualTo(expected);
        assertThat(status.field("version")).isEqualTo(Value.nat64(1));
    }

    @Test
    void settingsThatAreNotMentionedStay() {
        var id = kit.create("compute_allocation = opt 3; freezing_threshold = opt 1");
        kit.as(ALICE)
                .call("update_settings", about(id, "settings = record { freezing_threshold = opt 2 }"))
                .succeeds();
        var settings = kit.canister(id).settings();
        assertThat(settings.computeAllocationPercent()).isEqualTo(3);
        assertThat(settings.freezingThresholdSeconds()).isEqualTo(2);
        assertThat(settings.controllers()).containsExactly(ALICE);
        assertThat(kit.canister(id).history().totalChanges()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            freezing_threshold = opt 9_223_372_036_854_775_808 | CANISTER_CONTRACT_VIOLATION | Could not validate the settings: freezing_threshold expected to be in the range [0..9223372036854775807], got 9223372036854775808
            wasm_memory_limit = opt 281_474_976_710_657 | CANISTER_CONTRACT_VIOLATION | Could not validate the settings: wasm_memory_limit expected to be in the range [0..281474976710656], got 281474976710657
            memory_allocation = opt 2_199_023_255_553   | SUBNET_OVERSUBSCRIBED | Canister requested 2199023255553 bytes of memory but only 2199023255552 bytes are available in the subnet.
            log_memory_limit = opt 1                    | CANISTER_REJECTED_MESSAGE | The canister log memory limit 1 is too low. It must be at least 4096.
            log_memory_limit = opt 2_097_153            | CANISTER_REJECTED_MESSAGE | The canister log memory limit 2097153 is too high. It must be at most 2097152.
            environment_variables = opt vec { record { name = "a"; value = "1" }; record { name = "a"; value = "2" } } | INVALID_MANAGEMENT_PAYLOAD | Duplicate environment variable name: a
            """)
    void aSettingOutsideItsRangeIsRefused(String setting, ErrorCode error, String message) {
        var id = kit.create();
        kit.as(ALICE)
                .call("update_settings", about(id, "settings = record { " + setting + "}"))
                .isRejected(error, message);
    }

    @Test
    void moreThanTenControllersAreRefused() {
        var id = kit.create();
        var eleven = (ref(ALICE) + ";").repeat(11);
        kit.as(ALICE)
                .call("update_settings", about(id, "settings = record { controllers = opt vec {" + eleven + "} }"))
                .isRejected(
                        ErrorCode.INVALID_MANAGEMENT_PAYLOAD,
                        "The number of elements of controllers exceeds the maximum allowed: 11 > 10");
    }

    @Test
    void tooManyOrTooLongEnvironmentVariablesAreRefused() {
        var id = kit.create();
        var many = IntStream.range(0, 33)
                .mapToObj(i -> "record { name = \"n" + i + "\"; value = \"\" };")
                .collect(Collectors.joining());
        kit.as(ALICE)
                .call(
                        "update_settings",
                        about(id, "settings = record { environment_variables = opt vec {" + many + "} }"))
                .isRejected(ErrorCode.INVALID_MANAGEMENT_PAYLOAD, "Too many environment variables: 33 (max: 32)");
        var longName = "record { name = \"" + "é".repeat(65) + "\"; value = \"\" }";
        kit.as(ALICE)
                .call(
                        "update_settings",
                        about(id, "settings = record { environment_variables = opt vec {" + longName + "} }"))
                .isRejected(
                        ErrorCode.INVALID_MANAGEMENT_PAYLOAD,
                        "Environment variable name is too long: 130 bytes (max: 128 bytes)");
    }

    @Test
    void aChangeOfControllersIsKeptInTheHistory() {
        var id = kit.create();
        kit.as(ALICE)
                .call("update_settings", about(id, "settings = record { controllers = opt vec { " + ref(BOB) + " } }"))
                .succeeds();
        kit.as(ALICE).call("update_settings", about(id, "settings = record {}")).answer();
        var newest = kit.asCanister(id)
                .call("canister_info", about(id, "num_requested_changes = opt 1"))
                .value()
                .field("recent_changes")
                .items();
        assertThat(newest).hasSize(1);
        assertThat(newest.getFirst().field("details").tag()).isEqualTo("controllers_change");
        assertThat(newest.getFirst().field("origin").tag()).isEqualTo("from_user");
        assertThat(newest.getFirst().field("canister_version")).isEqualTo(Value.nat64(1));
    }

    @ParameterizedTest
    @EnumSource(
            value = Method.class,
            names = {
                "UPDATE_SETTINGS",
                "INSTALL_CODE",
                "UPLOAD_CHUNK",
                "CLEAR_CHUNK_STORE",
                "STORED_CHUNKS",
                "INSTALL_CHUNKED_CODE",
                "UNINSTALL_CODE",
                "START_CANISTER",
                "STOP_CANISTER",
                "DELETE_CANISTER",
                "CANISTER_STATUS",
                "TAKE_CANISTER_SNAPSHOT",
                "LOAD_CANISTER_SNAPSHOT",
                "LIST_CANISTER_SNAPSHOTS",
                "DELETE_CANISTER_SNAPSHOT",
                "READ_CANISTER_SNAPSHOT_METADATA",
                "READ_CANISTER_SNAPSHOT_DATA",
                "UPLOAD_CANISTER_SNAPSHOT_METADATA",
                "UPLOAD_CANISTER_SNAPSHOT_DATA",
                "DECANT_NAME_CANISTER"
            })
    void whoDoesNotControlACanisterCannotTouchIt(Method method) {
        var id = kit.create();
        var orphan = kit.create("controllers = opt vec {}");
        for (var target : List.of(id, orphan)) {
            var controllers = target.equals(id) ? ALICE.toString() : "";
            var sender = target.equals(id) ? BOB : ALICE;
            kit.as(sender)
                    .call(method.methodName(), argumentOf(method, target))
                    .isRejected(
                            ErrorCode.CANISTER_INVALID_CONTROLLER,
                            "Only the controllers of the canister " + target + " can control it.\n"
                                    + "Canister's controllers: " + controllers + "\nSender's ID: " + sender);
            assertThat(kit.as(sender).hindrance(method.methodName(), argumentOf(method, target)))
                    .map(Payload.Reject::error)
                    .contains(ErrorCode.CANISTER_INVALID_CONTROLLER);
        }
        assertThat(kit.as(ALICE).hindrance(method.methodName(), argumentOf(method, id)))
                .isEmpty();
    }

    private static String argumentOf(Method method, Principal id) {
        return switch (method) {
            case UPDATE_SETTINGS -> about(id, "settings = record {}");
            case INSTALL_CODE -> about(id, "mode = variant { reinstall }; wasm_module = blob \"\"; arg = blob \"\"");
            case UPLOAD_CHUNK -> about(id, "chunk = blob \"\"");
            case INSTALL_CHUNKED_CODE ->
                "(record { target_canister = " + ref(id) + "; mode = variant { install }; chunk_hashes_list = vec {};"
                        + "wasm_module_hash = blob \"\"; arg = blob \"\" })";
            case DECANT_NAME_CANISTER -> about(id, "name = \"x\"");
            case LOAD_CANISTER_SNAPSHOT, DELETE_CANISTER_SNAPSHOT, READ_CANISTER_SNAPSHOT_METADATA ->
                about(id, "snapshot_id = blob \"\"");
            case READ_CANISTER_SNAPSHOT_DATA ->
                about(id, "snapshot_id = blob \"\"; kind = variant { wasm_chunk = record { hash = blob \"\" } }");
            case UPLOAD_CANISTER_SNAPSHOT_METADATA ->
                about(
                        id,
                        "wasm_module_size = 1; globals = vec {}; wasm_memory_size = 0; stable_memory_size = 0;"
                                + "certified_data = blob \"\"");
            case UPLOAD_CANISTER_SNAPSHOT_DATA ->
                about(id, "snapshot_id = blob \"\"; kind = variant { wasm_chunk }; chunk = blob \"\"");
            default -> about(id);
        };
    }

    @ParameterizedTest
    @CsvSource({"create_canister", "deposit_cycles", "canister_info", "raw_rand"})
    void someMethodsAreForCanistersOnly(String method) {
        var id = kit.create();
        var argument = method.equals("raw_rand") ? "()" : method.equals("create_canister") ? "(record {})" : about(id);
        var message = "Only canisters can call ic00 method " + method;
        kit.as(ALICE).call(method, argument).isRejected(ErrorCode.CANISTER_REJECTED_MESSAGE, message);
        assertThat(kit.as(ALICE).hindrance(method, argument))
                .contains(new Payload.Reject(ErrorCode.CANISTER_REJECTED_MESSAGE, message));
    }

    @Test
    void anUnknownMethodIsRefusedEverywhere() {
        kit.as(ALICE)
                .call("make_coffee", "()")
                .isRejected(ErrorCode.CANISTER_METHOD_NOT_FOUND, "Management canister has no method 'make_coffee'.");
        kit.as(ALICE)
                .query("raw_rand", "()")
                .isRejected(ErrorCode.CANISTER_METHOD_NOT_FOUND, "Management canister has no query method 'raw_rand'.");
        assertThat(kit.as(ALICE).hindrance("make_coffee", "()")).isPresent();
    }

    @Test
    void anArgumentOfAnotherTypeIsRefusedWithItsPlace() {
        var result = kit.management()
                .execute(
                        kit.subnet(),
                        new ManagementCall(
                                kit.as(ALICE).origin(),
                                "start_canister",
                                Candid.encode(List.of(Value.text("x"))),
                                Cycles.ZERO),
                        new Env(0, ALICE, new byte[0], Limits.DEFAULT));
        assertThat(result.answers().getFirst().payload())
                .isEqualTo(
                        new Payload.Reject(
                                ErrorCode.INVALID_MANAGEMENT_PAYLOAD,
                                "Error decoding candid: byte 7: expected record { canister_id : principal }, found text (in argument 1)"));
    }

    @Test
    void aCanisterThatIsNotThereIsNotFound() {
        var nobody = Principal.ofCanisterNumber(5);
        kit.as(ALICE)
                .call("canister_status", about(nobody))
                .isRejected(ErrorCode.CANISTER_NOT_FOUND, "Canister " + nobody + " not found.");
        kit.as(ALICE)
                .query("canister_status", about(nobody))
                .isRejected(ErrorCode.CANISTER_NOT_FOUND, "Canister " + nobody + " not found.");
    }

    @Test
    void theStatusOfAFreshCanisterHasEveryField() {
        var id = kit.create("log_memory_limit = opt 4096");
        kit.as(ALICE).query("canister_status", about(id)).replies("""
                (record {
                  status = variant { running };
                  ready_for_migration = false;
                  version = 0;
                  settings = record {
                    controllers = vec { %s };
                    compute_allocation = 0;
                    memory_allocation = 0;
                    freezing_threshold = 2_592_000;
                    reserved_cycles_limit = 5_000_000_000_000;
                    minimum_incoming_canister_call_cycles = 0;
                    log_visibility = variant { controllers };
                    log_memory_limit = 4096;
                    snapshot_visibility = variant { controllers };
                    status_visibility = variant { controllers };
                    wasm_memory_limit = 3_221_225_472;
                    wasm_memory_threshold = 0;
                    environment_variables = vec {};
                    upgrade_policy = variant { open };
                  };
                  module_hash = null;
                  memory_size = 94;
                  memory_metrics = record {
                    wasm_memory_size = 0;
                    stable_memory_size = 0;
                    global_memory_size = 0;
                    wasm_binary_size = 0;
                    custom_sections_size = 0;
                    canister_history_size = 94;
                    wasm_chunk_store_size = 0;
                    snapshots_size = 0;
                    log_memory_store_size = 0;
                  };
                  cycles = 100_000_000_000_000;
                  reserved_cycles = 0;
                  idle_cycles_burned_per_day = 0;
                  query_stats = record {
                    num_calls_total = 0;
                    num_instructions_total = 0;
                    request_payload_bytes_total = 0;
                    response_payload_bytes_total = 0;
                  };
                })
                """.formatted(ref(ALICE)));
    }

    @Test
    void aCanisterSeesItsOwnStatus() {
        var id = kit.create();
        kit.asCanister(id).call("canister_status", about(id)).succeeds();
    }

    @Test
    void aStatusIsShownToWhomTheSettingsNameAsWellAsToControllers() {
        var id = kit.create("status_visibility = opt variant { allowed_viewers = vec { " + ref(BOB) + " } }");
        kit.as(BOB).query("canister_status", about(id)).succeeds();
        kit.as(ALICE).query("canister_status", about(id)).succeeds();
        assertThat(kit.as(Principal.ANONYMOUS)
                        .query("canister_status", about(id))
                        .error())
                .isEqualTo(ErrorCode.CANISTER_INVALID_CONTROLLER);
    }

    @Test
    void anIdleCanisterStopsAtOnceAndStartsAgain() {
        var id = kit.create();
        kit.as(ALICE).call("stop_canister", about(id)).succeeds();
        assertThat(kit.canister(id).status()).isInstanceOf(CanisterStatus.Stopped.class);
        kit.as(ALICE).call("stop_canister", about(id)).succeeds();
        kit.as(ALICE).call("start_canister", about(id)).succeeds();
        assertThat(kit.canister(id).isRunning()).isTrue();
    }

    @Test
    void stoppingABusyCanisterWaitsUntilItsCallsAreFinished() {
        var id = kit.create();
        busy(id);
        assertThat(kit.as(ALICE).call("stop_canister", about(id)).isPending()).isTrue();
        assertThat(kit.canister(id).status()).isInstanceOf(CanisterStatus.Stopping.class);
    }

    @Test
    void startingAStoppingCanisterCancelsTheCallsThatStopIt() {
        var id = kit.create();
        busy(id);
        var stopper = kit.as(ALICE);
        stopper.call("stop_canister", about(id));
        var started = kit.as(ALICE).call("start_canister", about(id)).succeeds();
        assertThat(started.answerTo(stopper.origin()).payload())
                .isEqualTo(new Payload.Reject(
                        ErrorCode.CANISTER_STOPPING_CANCELLED,
                        "Canister " + id + "'s stop request was cancelled by a start request."));
    }

    @Test
    void aCallThatStopsACanisterIsGivenUpAfterFiveMinutes() {
        var id = kit.create();
        busy(id);
        var stopper = kit.as(ALICE);
        stopper.call("stop_canister", about(id));
        kit.passSeconds(299);
        assertThat(Lifecycle.expireStopCalls(kit.canister(id), kit.subnet().timeNanos())
                        .answers())
                .isEmpty();
        kit.passSeconds(1);
        var answers = Lifecycle.expireStopCalls(kit.canister(id), kit.subnet().timeNanos())
                .answers();
        assertThat(answers).hasSize(1);
        assertThat(answers.getFirst().payload())
                .isEqualTo(
                        new Payload.Reject(ErrorCode.STOP_CANISTER_REQUEST_TIMEOUT, "Stop canister request timed out"));
    }

    private void busy(Principal id) {
        var context = CallContext.of(kit.as(BOB).origin(), kit.subnet().timeNanos(), Cycles.ZERO);
        kit.change(id, canister -> canister.with(draft -> draft.calls = draft.calls.open(context)));
    }

    @Test
    void onlyAStoppedCanisterIsDeleted() {
        var id = kit.create();
        kit.as(ALICE)
                .call("delete_canister", about(id))
                .isRejected(
                        ErrorCode.CANISTER_NOT_STOPPED, "Canister " + id + " must be stopped before it is deleted.");
        kit.as(ALICE).call("stop_canister", about(id));
        kit.as(ALICE).call("delete_canister", about(id)).succeeds();
        assertThat(kit.subnet().canister(id)).isEmpty();
        assertThat(kit.create()).isNotEqualTo(id);
    }

    @Test
    void aCanisterCannotDeleteItself() {
        var id = kit.create("controllers = opt vec { " + ref(Principal.ofCanisterNumber(0)) + " }");
        kit.asCanister(id)
                .call("delete_canister", about(id))
                .isRejected(ErrorCode.CANISTER_INVALID_CONTROLLER, "Canister " + id + " cannot delete itself.");
    }

    @Test
    void uninstallingLeavesTheCanisterAndAnswersItsOpenCalls() {
        var id = kit.create();
        var waiting = kit.as(BOB).origin();
        kit.change(
                id,
                canister -> canister.with(draft -> draft.calls =
                        draft.calls.open(CallContext.of(waiting, kit.subnet().timeNanos(), Cycles.ZERO))));
        var result = kit.as(ALICE).call("uninstall_code", about(id)).succeeds();
        assertThat(result.answerTo(waiting).payload())
                .isEqualTo(new Payload.Reject(ErrorCode.CANISTER_REJECTED_MESSAGE, "Canister has been uninstalled."));
        assertThat(kit.canister(id).version()).isEqualTo(1);
    }

    @Test
    void chunksAreStoredByTheirHashesOnceEach() {
        var id = kit.create();
        var hash = Hash.sha256(new byte[] {1, 2});
        for (int i = 0; i < 2; i++) {
            kit.as(ALICE)
                    .call("upload_chunk", about(id, "chunk = blob \"\\01\\02\""))
                    .replies("(record { hash = " + blob(hash.bytes()) + "})");
        }
        kit.asCanister(id)
                .call("stored_chunks", about(id))
                .replies("(vec { record { hash = " + blob(hash.bytes()) + "} })");
        kit.as(ALICE).call("clear_chunk_store", about(id)).succeeds();
        kit.as(ALICE).call("stored_chunks", about(id)).replies("(vec {})");
    }

    @Test
    void aChunkHasAtMostAMebibyte() {
        var id = kit.create();
        var hex = "\\00".repeat((1 << 20) + 1);
        kit.as(ALICE)
                .call("upload_chunk", about(id, "chunk = blob \"" + hex + "\""))
                .isRejected(
                        ErrorCode.CANISTER_CONTRACT_VIOLATION,
                        "Error from Wasm chunk store: Wasm chunk size 1048577 exceeds the maximum chunk size of 1048576");
    }

    @Test
    void aChunkStoreHoldsAHundredChunks() {
        var id = kit.create();
        for (int i = 0; i < 100; i++) {
            kit.as(ALICE)
                    .call("upload_chunk", about(id, "chunk = " + blob(new byte[] {(byte) i})))
                    .succeeds();
        }
        kit.as(ALICE)
                .call("upload_chunk", about(id, "chunk = blob \"more\""))
                .isRejected(
                        ErrorCode.CANISTER_CONTRACT_VIOLATION,
                        "Error from Wasm chunk store: Wasm chunk store has already reached maximum capacity of "
                                + "104857600 bytes or the maximum number of entries, 100");
    }

    @Test
    void chunksThatDoNotMakeTheModuleAreRefused() {
        var id = kit.create();
        var hash = Hash.sha256(new byte[] {1});
        var list = "mode = variant { install }; arg = blob \"\"; wasm_module_hash = blob \"\\ff\"; "
                + "chunk_hashes_list = vec { record { hash = " + blob(hash.bytes()) + " } }";
        kit.as(ALICE)
                .call("install_chunked_code", "(record { target_canister = " + ref(id) + ";" + list + "})")
                .isRejected(
                        ErrorCode.CANISTER_CONTRACT_VIOLATION,
                        "Error from Wasm chunk store: Chunk hash " + hash + " was not found");
        kit.as(ALICE).call("upload_chunk", about(id, "chunk = blob \"\\01\"")).succeeds();
        kit.as(ALICE)
                .call("install_chunked_code", "(record { target_canister = " + ref(id) + ";" + list + "})")
                .isRejected(
                        ErrorCode.CANISTER_CONTRACT_VIOLATION,
                        "Error from Wasm chunk store: Wasm module hash " + hash + " does not match given hash ff");
    }

    @Test
    void aStoreOfSomebodyElseIsNotTakenFrom() {
        var id = kit.create();
        var foreign = kit.create("controllers = opt vec { " + ref(BOB) + " }");
        var argument = "(record { target_canister = " + ref(id) + "; store_canister = opt " + ref(foreign)
                + "; mode = variant { install }; arg = blob \"\"; wasm_module_hash = blob \"\";"
                + " chunk_hashes_list = vec {} })";
        assertThat(kit.as(ALICE).call("install_chunked_code", argument).error())
                .isEqualTo(ErrorCode.CANISTER_INVALID_CONTROLLER);
    }

    @Test
    void randomBytesDifferFromDrawToDrawAndAreTheSameInAReplay() {
        var id = kit.create();
        var before = kit.subnet().randomness();
        var first = kit.asCanister(id).call("raw_rand", "()").value().toBytes();
        var second = kit.asCanister(id).call("raw_rand", "()").value().toBytes();
        assertThat(first)
                .hasSize(32)
                .isNotEqualTo(second)
                .isEqualTo(before.draw().bytes());
    }

    @Test
    void canistersLearnOfTheirOwnSubnet() {
        var id = kit.create();
        var own = "(record { subnet_id = " + ref(Principal.of(new byte[] {9})) + "; start_at_timestamp_nanos = 0 })";
        kit.asCanister(id)
                .call("subnet_info", own)
                .replies("(record { replica_version = \"decant\"; registry_version = 1 })");
        kit.asCanister(id).call("node_metrics_history", own).replies("(vec {})");
        var other = "(record { subnet_id = " + ref(BOB) + "; start_at_timestamp_nanos = 0 })";
        assertThat(kit.asCanister(id).call("subnet_info", other).error()).isEqualTo(ErrorCode.SUBNET_NOT_FOUND);
        assertThat(kit.asCanister(id).call("node_metrics_history", other).error())
                .isEqualTo(ErrorCode.SUBNET_NOT_FOUND);
    }

    @Test
    void aSubnetWithoutKeysSaysSo() {
        var id = kit.create();
        kit.asCanister(id)
                .call(
                        "ecdsa_public_key",
                        "(record { derivation_path = vec {}; key_id = record { curve = variant { secp256k1 }; name ="
                                + " \"key_1\" } })")
                .isRejected(
                        ErrorCode.CANISTER_REJECTED_MESSAGE, "This subnet holds no keys to sign with for canisters.");
    }

    @Test
    void logsAreToldToWhomTheyAreVisible() {
        var id = kit.create();
        kit.change(id, canister -> canister.with(draft -> draft.log = draft.log.plus(7, new byte[] {'h', 'i'}, 4096)));
        kit.as(ALICE)
                .query("fetch_canister_logs", about(id))
                .replies("(record { canister_log_records = vec {"
                        + " record { idx = 0; timestamp_nanos = 7; content = blob \"hi\" } } })");
        kit.as(BOB)
                .query("fetch_canister_logs", about(id))
                .isRejected(
                        ErrorCode.CANISTER_REJECTED_MESSAGE,
                        "Caller " + BOB + " is not allowed to access canister logs");
        kit.as(ALICE)
                .call("fetch_canister_logs", about(id))
                .isRejected(
                        ErrorCode.CANISTER_REJECTED_MESSAGE,
                        "fetch_canister_logs API is only accessible in non-replicated mode");
    }

    @Test
    void aFilterKeepsTheLinesOfARange() {
        var id = kit.create();
        kit.change(
                id,
                canister -> canister.with(draft -> {
                    for (int i = 0; i < 5; i++) {
                        draft.log = draft.log.plus(100 + 10 * i, new byte[] {(byte) ('a' + i)}, 4096);
                    }
                }));
        assertThat(linesOf(id, "by_idx = record { start = 1; end = 3 }")).containsExactly("b", "c");
        assertThat(linesOf(id, "by_idx = record { start = 3; end = 18446744073709551615 }"))
                .containsExactly("d", "e");
        assertThat(linesOf(id, "by_timestamp_nanos = record { start = 110; end = 120 }"))
                .containsExactly("b");
        assertThat(linesOf(id, "by_idx = record { start = 9; end = 3 }")).isEmpty();
    }

    private List<String> linesOf(Principal id, String filter) {
        return kit
                .as(ALICE)
                .query("fetch_canister_logs", about(id, "filter = opt variant { " + filter + " }"))
                .value()
                .field("canister_log_records")
                .items()
                .stream()
                .map(line -> new String(line.field("content").toBytes(), StandardCharsets.UTF_8))
                .toList();
    }

    @Test
    void aSmallerLogLimitCutsTheLog() {
        var id = kit.create("log_memory_limit = opt 10_000");
        kit.change(
                id,
                canister -> canister.with(draft -> {
                    for (int i = 0; i < 9; i++) {
                        draft.log = draft.log.plus(i, new byte[1000], 10_000);
                    }
                }));
        kit.as(ALICE)
                .call("update_settings", about(id, "settings = record { log_memory_limit = opt 4096 }"))
                .succeeds();
        assertThat(kit.canister(id).log().lines()).hasSize(4);
    }

    @Test
    void aNameBelongsToOneCanisterOfTheNode() {
        var first = kit.create();
        var second = kit.create();
        kit.as(ALICE)
                .call("decant_name_canister", about(first, "name = \"shop\""))
                .succeeds();
        kit.as(ALICE)
                .call("decant_name_canister", about(second, "name = \"shop\""))
                .isRejected(
                        ErrorCode.CANISTER_REJECTED_MESSAGE,
                        "The name \"shop\" belongs to canister " + first + "; rename or delete that one first.");
        kit.as(ALICE)
                .call("decant_name_canister", about(first, "name = \"old shop\""))
                .succeeds();
        kit.as(ALICE)
                .call("decant_name_canister", about(second, "name = \"shop\""))
                .succeeds();
        assertThat(kit.as(BOB).query("decant_list_canisters", "()").value().items().stream()
                        .map(item -> item.field("canister_id").toPrincipal() + " "
                                + item.optionalField("name").orElseThrow().toText() + " "
                                + item.field("status").tag())
                        .toList())
                .containsExactly(first + " old shop running", second + " shop running");
    }

    @ParameterizedTest
    @CsvSource({"' '", "aaaaa-aa", "'a\tb'"})
    void aNameIsVisibleAndNoPrincipal(String name) {
        var id = kit.create();
        assertThat(kit.as(ALICE)
                        .call("decant_name_canister", about(id, "name = \"" + name.replace("\t", "\\t") + "\""))
                        .error())
                .isEqualTo(ErrorCode.INVALID_MANAGEMENT_PAYLOAD);
    }

    @Test
    void aCallIsAboutTheCanisterItsArgumentNames() {
        var id = Principal.ofCanisterNumber(3);
        var type = Type.parse("record { canister_id : principal; target_canister : principal }");
        var argument = Candid.encode(
                Value.record().with("canister_id", Value.principal(id)).with("target_canister", Value.principal(ALICE)),
                type);
        var management = kit.management();
        assertThat(management.effectiveCanister("install_code", argument)).contains(id);
        assertThat(management.effectiveCanister("install_chunked_code", argument))
                .contains(ALICE);
        assertThat(management.effectiveCanister("make_coffee", argument)).isEmpty();
        assertThat(management.effectiveCanister("install_code", new byte[] {1})).isEmpty();
        assertThat(management.effectiveCanister("create_canister", Candid.encode(List.of(Value.record()))))
                .isEmpty();
    }

    @Test
    void methodNamesAreThoseOfTheInterface() {
        assertThat(Method.CREATE_CANISTER.methodName())
                .isEqualTo("create_canister")
                .isEqualTo("CREATE_CANISTER".toLowerCase(Locale.ROOT));
        assertThat(Method.ofName("CREATE_CANISTER")).isEmpty();
    }
}
