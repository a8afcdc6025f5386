package decant.canister.management;

import static decant.canister.management.ManagementKit.ALICE;
import static decant.canister.management.ManagementKit.BOB;
import static decant.canister.management.ManagementKit.about;
import static decant.canister.management.ManagementKit.blob;
import static decant.canister.management.ManagementKit.ref;
import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Did;
import decant.candid.Value;
import decant.canister.management.ManagementKit.Result;
import decant.canister.state.ErrorCode;
import decant.canister.state.LowMemoryHook;
import decant.canister.state.Payload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/// Code put into canisters through Candid, on modules that the Motoko compiler wrote.
final class InstallationTest {
    private static final String NO_ARGUMENTS = blob(new byte[] {'D', 'I', 'D', 'L', 0, 0});

    private final ManagementKit kit = new ManagementKit();
    private final byte[] v1 = example("counter/v1.wasm");
    private final byte[] v2 = example("counter/v2.wasm");

    @AfterEach
    void close() {
        kit.close();
    }

    private static byte[] example(String name) {
        var file = Path.of(System.getProperty("decant.root", ""), "examples").resolve(name);
        Assumptions.assumeTrue(Files.exists(file), "the example is not at " + file);
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Result install(Principal id, String mode, byte[] module) {
        return kit.as(ALICE)
                .call(
                        "install_code",
                        about(
                                id,
                                "mode = variant { " + mode + " }; wasm_module = " + blob(module) + "; arg = "
                                        + NO_ARGUMENTS + "; sender_canister_version = null"));
    }

    private Value status(Principal id) {
        return kit.as(ALICE).query("canister_status", about(id)).value();
    }

    @Test
    void anInstalledModuleShowsInTheStatusAndTheHistory() {
        var id = kit.create();
        install(id, "install", v1).succeeds();
        var status = status(id);
        assertThat(status.optionalField("module_hash"))
                .contains(Value.blob(Hash.sha256(v1).bytes()));
        assertThat(status.field("version")).isEqualTo(Value.nat64(1));
        var memory = status.field("memory_metrics");
        assertThat(memory.field("wasm_binary_size")).isEqualTo(Value.nat(v1.length));
        assertThat(memory.field("wasm_memory_size").toLong()).isPositive();
        assertThat(memory.field("custom_sections_size").toLong()).isPositive();
        var change = kit.asCanister(id)
                .call("canister_info", about(id, "num_requested_changes = opt 1"))
                .value()
                .field("recent_changes")
                .items()
                .getFirst();
        assertThat(change.field("details"))
                .isEqualTo(Value.variant(
                        "code_deployment",
                        Value.record()
                                .with("mode", Value.variant("install"))
                                .with("module_hash", Value.blob(Hash.sha256(v1).bytes()))));
    }

    @Test
    void aLoadedSnapshotShowsInTheHistory() {
        var source = kit.create();
        install(source, "install", v1).succeeds();
        var id = kit.as(ALICE)
                .call("take_canister_snapshot", about(source))
                .value()
                .field("id");
        var target = kit.create();
        kit.passSeconds(1);
        for (Principal canister : List.of(source, target)) {
            kit.as(ALICE)
                    .call("load_canister_snapshot", about(canister, "snapshot_id = " + id))
                    .succeeds();
            var details = kit.asCanister(canister)
                    .call("canister_info", about(canister, "num_requested_changes = opt 1"))
                    .value()
                    .field("recent_changes")
                    .items()
                    .getFirst()
                    .field("details");
            assertThat(details.tag()).isEqualTo("load_snapshot");
            assertThat(details.payload())
                    .isEqualTo(Value.record()
                            .with(
                                    "from_canister_id",
                                    canister.equals(source) ? Value.none() : Value.some(Value.principal(source)))
                            .with("snapshot_id", id)
                            .with("canister_version", Value.nat64(1))
                            .with("taken_at_timestamp", Value.nat64(1_800_000_000_000_000_000L))
                            .with("source", Value.variant("taken_from_canister", Value.Reserved.RESERVED)));
        }
    }

    @Test
    void aCanisterWithCodeIsNotInstalledAgain() {
        var id = kit.create();
        install(id, "install", v1).succeeds();
        install(id, "install", v1)
                .isRejectedSaying(
                        ErrorCode.CANISTER_NON_EMPTY,
                        "Canister " + id + " cannot be installed because the canister is not empty."
                                + " Try installing with mode='reinstall' instead.");
        install(id, "reinstall", v1).succeeds();
        assertThat(status(id).field("version")).isEqualTo(Value.nat64(2));
    }

    @Test
    void anUpgradeKeepsTheHeapOnlyWhereItIsAskedTo() {
        var id = kit.create();
        install(id, "install", v1).succeeds();
        assertThat(install(id, "upgrade", v2).error()).isEqualTo(ErrorCode.CANISTER_CONTRACT_VIOLATION);
        assertThat(install(id, "upgrade = opt record {}", v2).error()).isEqualTo(ErrorCode.CANISTER_CONTRACT_VIOLATION);
        install(id, "upgrade = opt record { wasm_memory_persistence = opt variant { keep } }", v2)
                .succeeds();
        assertThat(status(id).optionalField("module_hash"))
                .contains(Value.blob(Hash.sha256(v2).bytes()));
    }

    @Test
    void aDryRunRepliesAsTheUpgradeWouldAndChangesNothing() {
        var id = kit.create();
        install(id, "install", v1).succeeds();
        install(id, "upgrade = opt record { wasm_memory_persistence = opt variant { keep }; dry_run = opt true }", v2)
                .succeeds();
        assertThat(install(id, "upgrade = opt record { dry_run = opt true }", v2)
                        .error())
                .isEqualTo(ErrorCode.CANISTER_CONTRACT_VIOLATION);
        assertThat(status(id).optionalField("module_hash"))
                .contains(Value.blob(Hash.sha256(v1).bytes()));
        assertThat(status(id).field("version")).isEqualTo(Value.nat64(1));
    }

    @Test
    void anUpgradeOfAnotherVersionThanExpectedIsRejected() {
        var id = kit.create();
        install(id, "install", v1).succeeds();
        install(id, "upgrade = opt record { expected_version = opt 0 }", v1)
                .isRejectedSaying(
                        ErrorCode.CANISTER_REJECTED_MESSAGE,
                        "Canister " + id + " is at version 1, but the request expects version 0");
        install(
                        id,
                        "upgrade = opt record { expected_version = opt 1; wasm_memory_persistence = opt variant { keep }"
                                + " }",
                        v1)
                .succeeds();
    }

    @Test
    void aHookThatTrapsIsDiscardedWhereTheRequestSaysSo() {
        var stuck = example("counter/v2-stuck.wasm");
        var id = kit.create();
        install(id, "install", stuck).succeeds();
        var keep = "upgrade = opt record { wasm_memory_persistence = opt variant { keep }; ";
        install(id, keep + "on_try_trap = opt variant { revert } }", v2)
                .isRejectedSaying(
                        ErrorCode.CANISTER_CALLED_TRAP, "The upgrade stopped at stage pre_upgrade and changed nothing");
        install(id, keep + "on_try_trap = opt variant { discard } }", v2).succeeds();
        assertThat(status(id).optionalField("module_hash"))
                .contains(Value.blob(Hash.sha256(v2).bytes()));
    }

    @Test
    void aModuleThatIsNoneChangesNothing() {
        var id = kit.create();
        var result = install(id, "install", new byte[] {1, 2, 3});
        assertThat(result.error()).isEqualTo(ErrorCode.CANISTER_INVALID_WASM);
        assertThat(kit.canister(id).code()).isEmpty();
        assertThat(kit.canister(id).version()).isZero();
    }

    @Test
    void aModuleInChunksIsInstalledAsAWhole() {
        var store = kit.create();
        var target = kit.create();
        var hashes = new ArrayList<String>();
        for (int at = 0; at < v1.length; at += 100_000) {
            byte[] chunk = Arrays.copyOfRange(v1, at, Math.min(v1.length, at + 100_000));
            kit.as(ALICE)
                    .call("upload_chunk", about(store, "chunk = " + blob(chunk)))
                    .succeeds();
            hashes.add("record { hash = " + blob(Hash.sha256(chunk).bytes()) + " }");
        }
        var list = hashes.stream().collect(Collectors.joining("; "));
        var argument = "(record { mode = variant { install }; target_canister = " + ref(target)
                + "; store_canister = opt " + ref(store) + "; chunk_hashes_list = vec {" + list
                + "}; wasm_module_hash = " + blob(Hash.sha256(v1).bytes()) + "; arg = " + NO_ARGUMENTS + " })";
        kit.as(ALICE).call("install_chunked_code", argument).succeeds();
        assertThat(status(target).optionalField("module_hash"))
                .contains(Value.blob(Hash.sha256(v1).bytes()));
        assertThat(status(store).field("memory_metrics").field("wasm_chunk_store_size"))
                .isEqualTo(Value.nat((long) hashes.size() << 20));
    }

    @Test
    void publicMetadataIsForAllAndPrivateForControllers() {
        var id = kit.create("controllers = opt vec { " + ref(ALICE) + "; " + ref(Principal.ofCanisterNumber(0)) + " }");
        var stranger = kit.create();
        kit.asCanister(stranger)
                .call("canister_metadata", about(id, "name = \"candid:service\""))
                .isRejected(
                        ErrorCode.CANISTER_REJECTED_MESSAGE,
                        "The canister " + id + " has no Wasm module and hence no metadata is available.");
        install(id, "install", v1).succeeds();
        var service = kit.asCanister(stranger)
                .call("canister_metadata", about(id, "name = \"candid:service\""))
                .value()
                .field("value")
                .toBytes();
        assertThat(Did.parse(new String(service, StandardCharsets.UTF_8))
                        .service()
                        .methods())
                .isNotEmpty();
        var compiler = about(id, "name = \"motoko:compiler\"");
        kit.asCanister(id).call("canister_metadata", compiler).succeeds();
        kit.asCanister(stranger)
                .call("canister_metadata", compiler)
                .isRejected(
                        ErrorCode.CANISTER_REJECTED_MESSAGE,
                        "The canister " + id + " has no metadata section with the name motoko:compiler.");
    }

    @Test
    void uninstallingTakesCodeAndChunksAway() {
        var id = kit.create();
        install(id, "install", v1).succeeds();
        kit.as(ALICE).call("upload_chunk", about(id, "chunk = blob \"x\"")).succeeds();
        kit.as(ALICE).call("uninstall_code", about(id)).succeeds();
        assertThat(status(id).optionalField("module_hash")).isEmpty();
        kit.as(ALICE).call("stored_chunks", about(id)).replies("(vec {})");
    }

    @Test
    void aTighterHeapLimitWakesTheHookOfLowMemory() {
        var id = kit.create();
        install(id, "install", v1).succeeds();
        kit.as(ALICE)
                .call(
                        "update_settings",
                        about(
                                id,
                                "settings = record { wasm_memory_limit = opt 1_000_000;"
                                        + " wasm_memory_threshold = opt 999_999 }"))
                .succeeds();
        assertThat(kit.canister(id).lowMemoryHook()).isEqualTo(LowMemoryHook.READY);
    }

    @Test
    void whoDoesNotControlTheTargetInstallsNothing() {
        var id = kit.create();
        var argument = about(id, "mode = variant { install }; wasm_module = blob \"\"; arg = blob \"\"");
        assertThat(kit.as(BOB).call("install_code", argument).error()).isEqualTo(ErrorCode.CANISTER_INVALID_CONTROLLER);
        assertThat(kit.as(BOB).hindrance("install_code", argument))
                .contains(new Payload.Reject(
                        ErrorCode.CANISTER_INVALID_CONTROLLER,
                        "Only controllers of canister " + id + " can call ic00 method install_code"));
    }
}
