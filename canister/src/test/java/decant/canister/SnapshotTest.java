package decant.canister;

import static decant.canister.Script.script;
import static decant.canister.SnapshotKit.blob;
import static decant.canister.SnapshotKit.loadable;
import static decant.canister.SnapshotKit.named;
import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Value;
import decant.canister.CanisterKit.Canister;
import decant.canister.CanisterKit.Result;
import decant.canister.Script.Call;
import decant.canister.state.Change;
import decant.canister.state.Chronicle.Event;
import decant.canister.state.Code;
import decant.canister.state.ErrorCode;
import decant.canister.state.LowMemoryHook;
import decant.canister.state.RestorePoint.Reason;
import decant.canister.state.SnapshotId;
import decant.canister.state.Snapshots;
import decant.canister.state.StateFormat;
import decant.canister.state.UpgradePolicy;
import decant.canister.state.Visibility;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pcollections.TreePSet;
import org.pcollections.TreePVector;

/// Snapshots that are taken of canisters, and loaded.
final class SnapshotTest {
    private static final byte[] PUPPET = WasmFiles.wasm("puppet");
    private static final byte[] OTHER_PUPPET = WasmFiles.withCustomSection(PUPPET, "other", new byte[0]);
    private static final Principal CONTROLLER = CanisterKit.CONTROLLER;
    private static final Principal STRANGER = CanisterKit.USER;

    private final CanisterKit kit = new CanisterKit();
    private final SnapshotKit snapshots = new SnapshotKit(kit);

    @AfterEach
    void close() {
        kit.close();
    }

    /// {@return a canister with something of everything that a snapshot keeps}
    private Canister rich() {
        var canister = kit.install(PUPPET, script().stableGrow(1).stableWrite(0, "stable"));
        canister.run(script().setValue("heap").certify("certified").reply());
        snapshots.call("upload_chunk", canister, "chunk = blob \"chunk\"").reply();
        return canister;
    }

    private static void spoil(Canister canister) {
        canister.upgrade(OTHER_PUPPET, script().setValue("later")).expectInstalled();
        canister.run(
                script().stableGrow(3).stableWrite(0, "LATER!").certify("later").reply());
    }

    private static Code code(Canister canister) {
        return canister.state().code().orElseThrow();
    }

    private Hash subnetHash() {
        return StateFormat.stateHash(kit.subnet());
    }

    @Test
    void aSnapshotBringsBackEverythingItKeeps() {
        var canister = rich();
        var before = loadable(canister.state());
        long version = canister.state().version();
        long takenNanos = kit.timeNanos();
        var taken = snapshots.call("take_canister_snapshot", canister, "").value("take_canister_snapshot");
        var id = SnapshotKit.id(taken, "id");
        assertThat(id).isEqualTo(new SnapshotId(canister.id(), 0));
        assertThat(taken.field("taken_at_timestamp")).isEqualTo(Value.nat64(takenNanos));
        assertThat(canister.state().version()).as("taking one is no change").isEqualTo(version);

        spoil(canister);
        snapshots.call("clear_chunk_store", canister, "").reply();
        kit.passSeconds(5);
        long versionBefore = canister.state().version();
        snapshots.load(canister, id).reply();

        assertThat(loadable(canister.state())).isEqualTo(before);
        assertThat(canister.state().version()).isEqualTo(versionBefore + 1);
        assertThat(canister.state().lastInstalledNanos()).hasValue(kit.timeNanos());
        assertThat(canister.state().history().recent().getLast())
                .isEqualTo(new Change(
                        kit.timeNanos(),
                        versionBefore + 1,
                        new Change.Origin.FromUser(CONTROLLER),
                        new Change.Details.LoadSnapshot(id, version, takenNanos, false)));
        canister.run(script().appendValue().append(" ").appendStable(0, 6).reply())
                .expectReply("heap stable");
    }

    @Test
    void takingAndLoadingCopyNoPages() {
        var canister = rich();
        var code = code(canister);
        var id = snapshots.take(canister);
        var content = snapshots.snapshot(id).content();
        assertThat(content.heap().pages()).isSameAs(code.heap().pages());
        assertThat(content.stable().pages()).isSameAs(code.stable().pages());

        spoil(canister);
        snapshots.load(canister, id).reply();
        assertThat(code(canister)).isSameAs(code);
    }

    @Test
    void aSnapshotStaysWhatItIsWhateverTheCanisterDoes() {
        var canister = rich();
        var before = loadable(canister.state());
        var id = snapshots.take(canister);
        snapshots.load(canister, id).reply();
        canister.run(script().setValue("later").stableWrite(0, "LATER!").reply());
        snapshots.load(canister, id).reply();
        assertThat(loadable(canister.state())).isEqualTo(before);
    }

    @Test
    void aSnapshotIsLoadedOnAnotherCanister() {
        var source = rich();
        var before = loadable(source.state());
        var id = snapshots.take(source);
        var target = kit.create();
        snapshots.load(target, id).reply();

        assertThat(loadable(target.state())).isEqualTo(before);
        assertThat(code(target)).isSameAs(code(source));
        target.run(script().setValue("target").reply());
        target.run(script().appendValue().reply()).expectReply("target");
        source.run(script().appendValue().reply()).expectReply("heap");
    }

    @Test
    void onlyWhoControlsBothLoadsOnAnotherCanister() {
        var source = rich();
        var id = snapshots.take(source);
        source.settings(draft -> draft.controllers = TreePSet.singleton(STRANGER));
        var target = kit.create();
        var before = subnetHash();
        snapshots
                .load(target, id)
                .expectRejectSaying(
                        ErrorCode.CANISTER_REJECTED_MESSAGE,
                        "Only a controller of the canister that snapshot " + id + " belongs to can load it on canister "
                                + target.id() + ". Sender: " + CONTROLLER + ".");
        snapshots
                .callAs(STRANGER, "load_canister_snapshot", target, named(id))
                .expectReject(ErrorCode.CANISTER_INVALID_CONTROLLER, "Only the controllers of the canister");
        assertThat(subnetHash()).isEqualTo(before);
    }

    @Test
    void loadingIsUndone() {
        var canister = rich();
        var id = snapshots.take(canister);
        spoil(canister);
        var spoilt = code(canister);
        snapshots.load(canister, id).reply();

        var chronicle = kit.subnet().chronicle(canister.id());
        assertThat(chronicle.entries().getLast().event()).isEqualTo(new Event.LoadSnapshot(id));
        assertThat(chronicle.newestPoint().orElseThrow().reason()).isEqualTo(Reason.SNAPSHOT_LOAD);
        snapshots.call("decant_undo", canister, "").reply();
        assertThat(code(canister)).isSameAs(spoilt);
        canister.run(script().appendValue().reply()).expectReply("later");
    }

    @Test
    void loadingOnAnEmptyCanisterIsUndoneToo() {
        var id = snapshots.take(rich());
        var target = kit.create();
        snapshots.load(target, id).reply();
        snapshots.call("decant_undo", target, "").reply();
        assertThat(target.state().code()).isEmpty();
    }

    @Test
    void aTakenSnapshotLeavesTheTimerAsItIs() {
        var canister = kit.puppet();
        canister.run(script().setTimer(7).reply());
        var id = snapshots.take(canister);
        canister.run(script().setTimer(9).reply());
        snapshots.load(canister, id).reply();
        assertThat(canister.state().globalTimerNanos()).isEqualTo(9);
        assertThat(snapshots.metadata(canister, id).optionalField("global_timer"))
                .contains(Value.variant("active", Value.nat64(7)));
    }

    @Test
    void theLowMemoryHookGoesByTheHeapThatWasLoaded() {
        var canister = kit.puppet();
        var small = snapshots.take(canister);
        canister.run(script().growHeap(100).reply());
        var large = snapshots.take(canister);
        canister.settings(draft -> {
            draft.wasmMemoryLimitBytes = 200 * 65_536;
            draft.wasmMemoryThresholdBytes = 150 * 65_536;
        });
        snapshots.load(canister, small).reply();
        assertThat(canister.state().lowMemoryHook()).isEqualTo(LowMemoryHook.CONDITION_NOT_SATISFIED);
        snapshots.load(canister, large).reply();
        assertThat(canister.state().lowMemoryHook()).isEqualTo(LowMemoryHook.READY);
    }

    @Test
    void anEmptyCanisterHasNothingToTakeASnapshotOf() {
        var canister = kit.create();
        snapshots
                .call("take_canister_snapshot", canister, "")
                .expectRejectSaying(
                        ErrorCode.CANISTER_REJECTED_MESSAGE,
                        "Failed to create snapshot for empty canister " + canister.id() + ":");
    }

    @Test
    void tenSnapshotsAreTheMost() {
        var canister = kit.puppet();
        for (int i = 0; i < Snapshots.COUNT_MAX; i++) {
            snapshots.take(canister);
        }
        var before = subnetHash();
        var message = "Canister " + canister.id() + " has reached the maximum number of snapshots allowed: 10.";
        snapshots
                .call("take_canister_snapshot", canister, "")
                .expectRejectSaying(ErrorCode.CANISTER_REJECTED_MESSAGE, message);
        snapshots
                .call(
                        "upload_canister_snapshot_metadata",
                        canister,
                        "wasm_module_size = 1; globals = vec {}; wasm_memory_size = 0; stable_memory_size = 0;"
                                + " certified_data = blob \"\"")
                .expectRejectSaying(ErrorCode.CANISTER_REJECTED_MESSAGE, message);
        assertThat(subnetHash()).isEqualTo(before);

        var third = new SnapshotId(canister.id(), 2);
        var replaced = snapshots
                .call("take_canister_snapshot", canister, "replace_snapshot = opt " + blob(third.bytes()))
                .value("take_canister_snapshot");
        assertThat(SnapshotKit.id(replaced, "id").number()).isEqualTo(10);
        assertThat(kit.subnet().snapshots(canister.id()).byNumber().keySet())
                .containsExactly(0L, 1L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
    }

    @Test
    void whatIsToBeReplacedMustBeThere() {
        var canister = kit.puppet();
        snapshots
                .call("take_canister_snapshot", canister, "replace_snapshot = opt blob \"\\01\\02\"")
                .expectRejectSaying(
                        ErrorCode.CANISTER_SNAPSHOT_NOT_FOUND,
                        "Could not find the snapshot ID 0102 for canister " + canister.id() + ".");
        assertThat(kit.subnet().snapshots(canister.id())).isEqualTo(Snapshots.NONE);
    }

    @Test
    void aSnapshotIsTakenAndTheCodeUninstalledAtOnce() {
        var canister = rich();
        var caller = kit.puppet();
        var open = canister.submit(
                script().call(Call.of(caller.id(), "run", script())).reply("too late"));
        canister.executeNext();

        var id = SnapshotKit.id(
                snapshots
                        .call("take_canister_snapshot", canister, "uninstall_code = opt true")
                        .value("take_canister_snapshot"),
                "id");

        assertThat(canister.state().code()).isEmpty();
        assertThat(canister.state().chunkStore()).isEmpty();
        assertThat(kit.subnet()
                        .chronicle(canister.id())
                        .newestPoint()
                        .orElseThrow()
                        .reason())
                .isEqualTo(Reason.UNINSTALL);
        assertThat(canister.hasAnswered(open)).isTrue();
        kit.drain();
        snapshots.load(canister, id).reply();
        canister.run(script().appendValue().reply()).expectReply("heap");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "load_canister_snapshot",
                "delete_canister_snapshot",
                "read_canister_snapshot_metadata",
                "read_canister_snapshot_data",
                "upload_canister_snapshot_data"
            })
    void unknownSnapshotsAndThoseOfOthersAreRefused(String method) {
        var canister = kit.puppet();
        var other = kit.puppet();
        var foreign = snapshots.take(other);
        var unknown = new SnapshotId(canister.id(), 77);
        var before = subnetHash();
        snapshots
                .call(method, canister, named(unknown) + rest(method))
                .expectRejectSaying(
                        ErrorCode.CANISTER_SNAPSHOT_NOT_FOUND,
                        "Could not find the snapshot ID " + unknown + " for canister " + canister.id() + ".");
        if (!method.equals("load_canister_snapshot")) {
            snapshots
                    .call(method, canister, named(foreign) + rest(method))
                    .expectRejectSaying(
                            ErrorCode.CANISTER_REJECTED_MESSAGE,
                            "The snapshot " + foreign + " does not belong to canister " + canister.id() + ".");
        }
        assertThat(subnetHash()).isEqualTo(before);
    }

    private static String rest(String method) {
        return switch (method) {
            case "read_canister_snapshot_data" -> "kind = variant { wasm_module = record { offset = 0; size = 1 } }";
            case "upload_canister_snapshot_data" ->
                "kind = variant { wasm_module = record { offset = 0 } }; chunk = blob \"\"";
            default -> "";
        };
    }

    @Test
    void snapshotsAreListedAndDeleted() {
        var canister = rich();
        var first = snapshots.take(canister);
        kit.passSeconds(1);
        var second = snapshots.take(canister);
        assertThat(listed(snapshots.call("list_canister_snapshots", canister, "")))
                .containsExactly(first, second);
        snapshots.call("delete_canister_snapshot", canister, named(first)).reply();
        assertThat(listed(snapshots.call("list_canister_snapshots", canister, "")))
                .containsExactly(second);
        snapshots
                .load(canister, first)
                .expectReject(ErrorCode.CANISTER_SNAPSHOT_NOT_FOUND, "Could not find the snapshot ID");
    }

    private static List<SnapshotId> listed(Result result) {
        return result.value("list_canister_snapshots").items().stream()
                .map(snapshot -> SnapshotKit.id(snapshot, "id"))
                .toList();
    }

    @Test
    void theSizeOfSnapshotsIsAmongTheMemoryMetrics() {
        var canister = rich();
        long one = snapshots
                .call("take_canister_snapshot", canister, "")
                .value("take_canister_snapshot")
                .field("total_size")
                .toLong();
        snapshots.take(canister);
        var code = code(canister);
        assertThat(one)
                .isEqualTo(PUPPET.length
                        + code.heap().bytes()
                        + code.stable().bytes()
                        + 8L * code.globals().length
                        + "certified".length()
                        + (1 << 20));
        var status = snapshots.call("canister_status", canister, "").value("canister_status");
        assertThat(status.field("memory_metrics").field("snapshots_size")).isEqualTo(Value.nat(2 * one));
        assertThat(status.field("memory_size").toLong()).isGreaterThan(2 * one);
    }

    @Test
    void snapshotsGoWithTheCanisterAndRestorePointsStay() {
        var canister = rich();
        var id = snapshots.take(canister);
        snapshots.call("stop_canister", canister, "").reply();
        snapshots.call("delete_canister", canister, "").reply();
        assertThat(kit.subnet().snapshot(id)).isEmpty();

        snapshots.call("decant_undo", canister, "").reply();
        assertThat(snapshots.take(canister)).as("an id is given once").isEqualTo(new SnapshotId(canister.id(), 1));
    }

    @Test
    void viewersSeeSnapshotsAndChangeNothing() {
        var canister = rich();
        var id = snapshots.take(canister);
        snapshots
                .callAs(STRANGER, "list_canister_snapshots", canister, "")
                .expectReject(ErrorCode.CANISTER_INVALID_CONTROLLER, "Only the controllers of the canister");
        canister.settings(
                draft -> draft.snapshotVisibility = new Visibility.AllowedViewers(TreePVector.singleton(STRANGER)));

        assertThat(listed(snapshots.callAs(STRANGER, "list_canister_snapshots", canister, "")))
                .containsExactly(id);
        snapshots
                .callAs(STRANGER, "read_canister_snapshot_metadata", canister, named(id))
                .reply();
        snapshots
                .callAs(
                        STRANGER,
                        "read_canister_snapshot_data",
                        canister,
                        named(id) + "kind = variant { wasm_module = record { offset = 0; size = 4 } }")
                .reply();
        for (String method : List.of("load_canister_snapshot", "delete_canister_snapshot")) {
            snapshots
                    .callAs(STRANGER, method, canister, named(id))
                    .expectReject(ErrorCode.CANISTER_INVALID_CONTROLLER, "Only the controllers of the canister");
        }
        snapshots
                .callAs(STRANGER, "take_canister_snapshot", canister, "")
                .expectReject(ErrorCode.CANISTER_INVALID_CONTROLLER, "Only the controllers of the canister");
    }

    @Test
    void anImmutableCanisterIsNotLoadedAndNotUninstalled() {
        var canister = rich();
        var id = snapshots.take(canister);
        canister.settings(draft -> draft.upgradePolicy = UpgradePolicy.IMMUTABLE);
        var before = subnetHash();
        snapshots.load(canister, id).expectReject(ErrorCode.CANISTER_REJECTED_MESSAGE, "is immutable");
        snapshots
                .call("take_canister_snapshot", canister, "uninstall_code = opt true")
                .expectReject(ErrorCode.CANISTER_REJECTED_MESSAGE, "is immutable");
        assertThat(subnetHash()).isEqualTo(before);
        snapshots.take(canister);
    }

    @ParameterizedTest
    @EnumSource(
            value = UpgradePolicy.class,
            names = {"CHECKED", "REHEARSED"})
    void whereUpgradesAreCheckedOpenCallsKeepASnapshotFromBeingLoaded(UpgradePolicy policy) {
        var canister = rich();
        var id = snapshots.take(canister);
        openCall(canister);
        canister.settings(draft -> draft.upgradePolicy = policy);
        snapshots.load(canister, id).expectReject(ErrorCode.CANISTER_NOT_STOPPED, "open call contexts");
        kit.drain();
        snapshots.load(canister, id).reply();
    }

    @Test
    void elsewhereAnswersReachTheCodeThatWasLoaded() {
        var canister = rich();
        var id = snapshots.take(canister);
        openCall(canister);
        snapshots.load(canister, id).reply();
        assertThat(canister.state().calls().callbacks()).hasSize(1);
        kit.drain();
        canister.run(script().appendValue().reply()).expectReply("heap");
    }

    private void openCall(Canister canister) {
        var callee = kit.puppet();
        canister.submit(
                script().call(Call.of(callee.id(), "run", script().reply("")).onReply(script().reply("answered"))));
        canister.executeNext();
        assertThat(canister.state().calls().isEmpty()).isFalse();
    }

    @Test
    void theMetadataTellsWhatIsThere() {
        var canister = rich();
        var id = snapshots.take(canister);
        var metadata = snapshots.metadata(canister, id);
        assertThat(metadata.field("source").tag()).isEqualTo("taken_from_canister");
        assertThat(metadata.field("wasm_module_size")).isEqualTo(Value.nat64(PUPPET.length));
        assertThat(metadata.field("wasm_memory_size"))
                .isEqualTo(Value.nat64(code(canister).heap().bytes()));
        assertThat(metadata.field("stable_memory_size")).isEqualTo(Value.nat64(65_536));
        assertThat(metadata.field("canister_version"))
                .isEqualTo(Value.nat64(canister.state().version()));
        assertThat(metadata.field("certified_data"))
                .isEqualTo(Value.blob("certified".getBytes(StandardCharsets.UTF_8)));
        assertThat(metadata.optionalField("global_timer")).contains(Value.variant("inactive"));
        assertThat(metadata.optionalField("on_low_wasm_memory_hook_status"))
                .contains(Value.variant("condition_not_satisfied"));
        assertThat(metadata.field("wasm_chunk_store").items()).hasSize(1);
        assertThat(metadata.field("globals").items()).hasSize(5).allMatch(global -> global.is("i32"));
    }

    @Test
    void theBytesAreReadSliceBySlice() {
        var canister = rich();
        var id = snapshots.take(canister);
        assertThat(snapshots.read(canister, id, "wasm_module", 0, PUPPET.length))
                .isEqualTo(PUPPET);
        assertThat(snapshots.read(canister, id, "wasm_module", 0, 4)).containsExactly(0, 'a', 's', 'm');
        assertThat(snapshots.read(canister, id, "stable_memory", 2, 3))
                .isEqualTo("abl".getBytes(StandardCharsets.UTF_8));
        assertThat(snapshots.read(canister, id, "wasm_memory", 516, 4))
                .isEqualTo("heap".getBytes(StandardCharsets.UTF_8));
        assertThat(snapshots.read(canister, id, "stable_memory", 65_536, 0)).isEmpty();
    }

    @Test
    void slicesThatAreTooLargeOrOutsideAreRefused() {
        var canister = rich();
        var id = snapshots.take(canister);
        expectSlice(canister, id, "stable_memory", "0", "2_000_001", "Requested slice too large: 2000001 > 2000000");
        for (String kind : List.of("wasm_module", "wasm_memory", "stable_memory")) {
            expectSlice(
                    canister,
                    id,
                    kind,
                    "18_446_744_073_709_551_615",
                    "1",
                    "Invalid subslice into wasm module / main memory / stable memory: offset: 18446744073709551615,"
                            + " size: 1");
        }
        expectSlice(
                canister,
                id,
                "stable_memory",
                "65_535",
                "2",
                "Invalid subslice into wasm module / main memory / stable memory: offset: 65535, size: 2");
        snapshots
                .call(
                        "read_canister_snapshot_data",
                        canister,
                        named(id) + "kind = variant { wasm_chunk = record { hash = blob \"\\01\" } }")
                .expectRejectSaying(
                        ErrorCode.CANISTER_CONTRACT_VIOLATION,
                        "Error from Wasm chunk store: Chunk hash 01 was not found");
    }

    private void expectSlice(
            Canister canister, SnapshotId id, String kind, String offset, String size, String message) {
        snapshots
                .call(
                        "read_canister_snapshot_data",
                        canister,
                        named(id) + "kind = variant { " + kind + " = record { offset = " + offset + "; size = " + size
                                + " } }")
                .expectRejectSaying(ErrorCode.INVALID_MANAGEMENT_PAYLOAD, message);
    }

    @Test
    void zerosAreLeftOutWhereThatIsAskedFor() {
        var canister = kit.install(PUPPET, script().stableGrow(1_000).stableWrite(30_000_001, "far"));
        var id = snapshots.take(canister);
        long page = 30_000_001 / 4096 * 4096;

        var next = next(canister, id, "stable_memory", 0);
        assertThat(next.field("offset")).isEqualTo(Value.nat64(page));
        assertThat(next.field("chunk").toBytes()).hasSize(4096).containsSubsequence('f', 'a', 'r');
        assertThat(next(canister, id, "stable_memory", 30_000_003)
                        .field("offset")
                        .toLong())
                .isEqualTo(30_000_003);
        var end = next(canister, id, "stable_memory", page + 4096);
        assertThat(end.field("offset")).isEqualTo(Value.nat64(1_000 * 65_536));
        assertThat(end.field("chunk").toBytes()).isEmpty();
        assertThat(next(canister, id, "wasm_module", 1).field("chunk").toBytes())
                .hasSize(PUPPET.length - 1);
    }

    private Value next(Canister canister, SnapshotId id, String kind, long offset) {
        var text = "(record { canister_id = principal \"" + canister.id() + "\"; " + named(id) + "kind = variant {"
                + kind + "}; offset = " + offset + " })";
        return kit.query(CONTROLLER, "decant_next_snapshot_data", text).value("decant_next_snapshot_data");
    }

    @Test
    void nobodyElseAsksForTheBytes() {
        var canister = rich();
        var id = snapshots.take(canister);
        var text = "(record { canister_id = principal \"" + canister.id() + "\"; " + named(id)
                + "kind = variant { wasm_memory }; offset = 0 })";
        kit.query(STRANGER, "decant_next_snapshot_data", text)
                .expectReject(ErrorCode.CANISTER_INVALID_CONTROLLER, "Only the controllers of the canister");
    }
}
