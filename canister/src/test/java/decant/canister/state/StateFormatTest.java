package decant.canister.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.base.Hash;
import decant.base.Principal;
import decant.store.PageDelta;
import decant.store.PageMap;
import decant.wasm.Frame;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.pcollections.HashTreePMap;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;
import org.pcollections.TreePVector;

final class StateFormatTest {
    private static final Principal USER = Principal.of(new byte[] {1, 2});
    private static final Principal CALLEE = Principal.ofCanisterNumber(5);

    @Test
    void aStateIsReadBackAsItWas() {
        var state = richState();
        var read = StateFormat.read(StateFormat.records(state), StateFormat.images(state));

        assertThat(bytes(StateFormat.records(read))).isEqualTo(bytes(StateFormat.records(state)));
        assertThat(StateFormat.stateHash(read)).isEqualTo(StateFormat.stateHash(state));
        assertThat(read)
                .usingRecursiveComparison()
                .ignoringFields("canisters", "chronicles", "snapshots")
                .isEqualTo(state);
        assertThat(read.chronicle(Principal.ofCanisterNumber(1)).entries())
                .isEqualTo(richChronicle().entries());
        var canister = read.canisters().firstEntry().getValue();
        var original = state.canisters().firstEntry().getValue();
        assertThat(canister.calls()).usingRecursiveComparison().isEqualTo(original.calls());
        assertThat(canister.settings()).isEqualTo(original.settings());
        assertThat(canister.history()).isEqualTo(original.history());
        assertThat(canister.status()).usingRecursiveComparison().isEqualTo(original.status());
        assertThat(List.copyOf(canister.inputQueue()))
                .usingRecursiveComparison()
                .isEqualTo(List.copyOf(original.inputQueue()));
    }

    @Test
    void everyChangeOfACanisterChangesItsHash() {
        var canister = richCanister();
        var hash = StateFormat.stateHash(canister);
        var changes = List.<Consumer<CanisterState.Draft>>of(
                draft -> draft.name = Optional.empty(),
                draft -> draft.status = new CanisterStatus.Stopped(),
                draft -> draft.settings = Settings.DEFAULT,
                draft -> draft.version++,
                draft -> draft.cycles = Cycles.ZERO,
                draft -> draft.reservedCycles = Cycles.of(77),
                draft -> draft.account = draft.account.withSuspended(true),
                draft -> draft.account = draft.account.plus(CyclesUse.MEMORY, Cycles.of(1)),
                draft -> draft.account = draft.account.chargedUntil(76),
                draft -> draft.code = Optional.empty(),
                draft -> draft.code = draft.code.map(code -> code.withMemory(
                        code.globals(),
                        code.heap(),
                        new MemoryImage(page(3, 9), code.stable().bytes()))),
                draft -> draft.certifiedData = new byte[0],
                draft -> draft.globalTimerNanos++,
                draft -> draft.lowMemoryHook = LowMemoryHook.EXECUTED,
                draft -> draft.calls = Calls.NONE,
                draft -> draft.inputQueue = draft.inputQueue.minus(),
                draft -> draft.history = History.NONE,
                draft -> draft.log = CanisterLog.EMPTY,
                draft -> draft.chunkStore = TreePMap.empty(),
                draft -> draft.queryStats = QueryStats.NONE,
                draft -> draft.createdNanos++,
                draft -> draft.lastInstalledNanos = OptionalLong.empty());

        assertThat(changes)
                .extracting(change -> StateFormat.stateHash(canister.with(change)))
                .doesNotContain(hash)
                .doesNotHaveDuplicates();
    }

    @Test
    void equalImagesInPlaceOfOthersLeaveTheStateAsItIs() {
        var state = richState();
        var replaced = StateFormat.withImages(state, (name, image) -> name.endsWith("/heap") ? page(0, 1) : image);

        assertThat(StateFormat.images(replaced).firstEntry().getValue())
                .isNotSameAs(StateFormat.images(state).firstEntry().getValue());
        assertThat(StateFormat.stateHash(replaced)).isEqualTo(StateFormat.stateHash(state));
        assertThat(StateFormat.withImages(state, (_, image) -> image)).isSameAs(state);
    }

    @Test
    void everyChangeOfAChronicleChangesTheHashOfTheState() {
        var state = richState();
        var id = Principal.ofCanisterNumber(1);
        var chronicle = state.chronicle(id);
        var user = new Change.Origin.FromUser(USER);
        var point = chronicle.points().getFirst();
        var otherHeap = point.captured()
                .with(draft -> draft.code = draft.code.map(
                        code -> code.withMemory(code.globals(), new MemoryImage(page(0, 2), 65_536), code.stable())));
        var chronicles = List.of(
                Chronicle.NONE,
                chronicle.plus(3, user, new Chronicle.Event.Uninstall()),
                chronicle.pinned(point.number(), true),
                chronicle.withPoints(List.of()),
                chronicle.withPoints(chronicle.points().with(0, point.withCaptured(otherHeap))));

        assertThat(chronicles)
                .extracting(other -> StateFormat.stateHash(state.withChronicle(id, other)))
                .doesNotContain(StateFormat.stateHash(state))
                .doesNotHaveDuplicates();
    }

    @Test
    void everyChangeOfASnapshotChangesTheHashOfTheState() {
        var state = richState();
        var id = Principal.ofCanisterNumber(1);
        var snapshots = state.snapshots(id);
        var taken = snapshots.find(0).orElseThrow();
        var uploaded = snapshots.find(1).orElseThrow();
        var content = (Snapshot.Uploaded) uploaded.content();
        var other = List.of(
                Snapshots.NONE,
                snapshots.ended(),
                snapshots.without(1),
                snapshots.with(taken.withChunkStore(TreePMap.empty())),
                snapshots.with(taken.withContent(content)),
                snapshots.with(uploaded.withContent(content.withHeap(content.stable()))),
                snapshots.with(uploaded.withContent(content.withStable(content.heap()))),
                snapshots.with(uploaded.withContent(content.withModulePages(page(1, 60)))));

        assertThat(other)
                .extracting(changed -> StateFormat.stateHash(state.withSnapshots(id, changed)))
                .doesNotContain(StateFormat.stateHash(state))
                .doesNotHaveDuplicates();
    }

    @Test
    void theImagesOfACanisterAndOfItsRestorePointsAndSnapshotsAreKin() {
        var images = new TreeMap<String, PageMap>();
        for (String name : List.of(
                "canister/a/heap",
                "canister/a/stable",
                "restore/a/1/heap",
                "restore/a/2/heap",
                "restore/b/1/heap",
                "snapshot/a/0/heap")) {
            images.put(name, PageMap.empty());
        }
        assertThat(StateFormat.kindred("restore/a/2/heap", images))
                .containsExactly("canister/a/heap", "restore/a/1/heap", "snapshot/a/0/heap");
        assertThat(StateFormat.kindred("canister/a/heap", images))
                .containsExactly("restore/a/1/heap", "restore/a/2/heap", "snapshot/a/0/heap");
    }

    @Test
    void aMissingRecordIsNamed() {
        var state = richState();
        var records = new TreeMap<>(StateFormat.records(state));
        var module = records.keySet().stream()
                .filter(name -> name.startsWith("module/"))
                .findFirst()
                .orElseThrow();
        records.remove(module);

        assertThatThrownBy(() -> StateFormat.read(records, StateFormat.images(state)))
                .hasMessage("the state lacks \"" + module + "\"");
    }

    @Test
    void aRecordOfAnotherVersionIsNamed() {
        var state = richState();
        var records = new TreeMap<>(StateFormat.records(state));
        records.put("subnet", () -> new byte[] {9});

        assertThatThrownBy(() -> StateFormat.read(records, StateFormat.images(state)))
                .hasMessageContaining("\"subnet\"")
                .hasMessageContaining("format version 9, expected 6");
    }

    @Test
    void whatIsNotOfTheStateIsLeftAlone() {
        var state = richState();
        var records = new TreeMap<>(StateFormat.records(state));
        records.put("ingress/1", () -> new byte[] {1});

        assertThat(StateFormat.stateHash(StateFormat.read(records, StateFormat.images(state))))
                .isEqualTo(StateFormat.stateHash(state));
    }

    private static SortedMap<String, Hash> bytes(SortedMap<String, Supplier<byte[]>> records) {
        var hashes = new TreeMap<String, Hash>();
        records.forEach((name, record) -> hashes.put(name, Hash.sha256(record.get())));
        return hashes;
    }

    private static SubnetState richState() {
        return SubnetState.create(Hash.sha256(new byte[] {1}), 123)
                .withNextCanisterNumber(7)
                .withRandomness(new Randomness(Hash.sha256(new byte[] {2}), 3))
                .withCharter(new Charter(UpgradePolicy.CHECKED, Optional.of(USER), true, CostSchedule.NORMAL))
                .with(richCanister())
                .with(CanisterState.create(CALLEE, Settings.DEFAULT, Cycles.of(5), 6))
                .withChronicle(richCanister().id(), richChronicle())
                .withSnapshots(richCanister().id(), richSnapshots());
    }

    private static Snapshots richSnapshots() {
        var canister = richCanister();
        var code = canister.code().orElseThrow();
        var uploaded = new Snapshot.Uploaded(
                5_000,
                page(1, 61),
                TreePVector.from(List.of(
                        new GlobalValue(GlobalValue.Type.I32, 62, 0), new GlobalValue(GlobalValue.Type.V128, 63, -64))),
                new MemoryImage(page(0, 1), 65_536),
                new MemoryImage(page(3, 66), 65_536));
        return Snapshots.NONE
                .plus(Snapshot.of(canister, code, new SnapshotId(canister.id(), 0), 67))
                .plus(new Snapshot(
                        new SnapshotId(canister.id(), 1),
                        68,
                        69,
                        uploaded,
                        new byte[] {70},
                        TreePMap.singleton(Hash.sha256(new byte[] {71}), new byte[] {71}),
                        OptionalLong.empty(),
                        Optional.empty()));
    }

    private static Chronicle richChronicle() {
        var user = new Change.Origin.FromUser(USER);
        var report = new InstallReport(
                InstallReport.Mode.UPGRADE,
                true,
                InstallReport.Outcome.REJECTED,
                Stage.PRE_UPGRADE,
                Optional.of(new InstallReport.Failure(
                        ErrorCode.CANISTER_TRAPPED, "trapped", List.of(new Frame(1, "hook", 2)))),
                InstallReport.Hook.TRAPPED,
                true,
                Optional.of(new Hint("code", "text")),
                TreePVector.singleton(new Finding("c", Finding.Severity.ERROR, "p", "f", "e", "why", "how")),
                new InstallReport.Usage(TreePMap.singleton(Stage.CHECK, 45L), 46, 47, 48),
                InstallReport.Standing.of(richCanister()),
                new InstallReport.Standing(49, Optional.empty(), 50, 51),
                OptionalLong.of(52));
        return Chronicle.NONE
                .plus(53, user, new Chronicle.Event.Installation(report))
                .plusUndoable(
                        richCanister(),
                        RestorePoint.Reason.DELETION,
                        54,
                        new Change.Origin.FromCanister(CALLEE, OptionalLong.empty()),
                        _ -> new Chronicle.Event.Deletion())
                .plus(55, user, new Chronicle.Event.Uninstall())
                .plus(56, user, new Chronicle.Event.Undo(57))
                .plus(58, user, new Chronicle.Event.Pinning(59, true))
                .plus(59, user, new Chronicle.Event.LoadSnapshot(new SnapshotId(CALLEE, 60)))
                .plus(60, user, new Chronicle.Event.PolicyChange(UpgradePolicy.OPEN, UpgradePolicy.CHECKED, true));
    }

    private static CanisterState richCanister() {
        var user = new CallOrigin.FromUser(
                Hash.sha256(new byte[] {3}), USER, Optional.of(new SenderInfo(CALLEE, new byte[] {4})));
        var context = CallContext.of(user, 11, new Cycles(1, 2)).plusInstructions(12);
        var callback = new Callback(
                1,
                CALLEE,
                Cycles.of(13),
                new Closure(1, 0xFFFF_FFFFL),
                new Closure(-1, 2),
                Optional.of(new Closure(3, 4)),
                14,
                new Prepaid(Cycles.of(15), Cycles.of(16)),
                17);
        var calls = Calls.NONE
                .open(context)
                .open(CallContext.of(new CallOrigin.FromCanister(CALLEE, 9, 15), 16, Cycles.ZERO))
                .open(CallContext.of(new CallOrigin.FromSystem(), 17, Cycles.ZERO))
                .await(callback)
                .await(callback);
        var metadata = new ModuleBinary.Metadata(true, new byte[] {5});
        var module = new ModuleBinary(
                Hash.sha256(new byte[] {6}),
                new byte[] {6},
                new ModuleBinary.TaskExports(true, false, true),
                TreePMap.singleton("candid:service", metadata));
        var code = new Code(
                module, new long[] {1, -1}, new MemoryImage(page(0, 1), 65_536), new MemoryImage(page(3, 8), 131_072));
        return CanisterState.create(Principal.ofCanisterNumber(1), richSettings(), new Cycles(3, 4), 18)
                .with(draft -> {
                    draft.name = Optional.of("my canister");
                    draft.status = new CanisterStatus.Stopping(
                            TreePVector.singleton(new CanisterStatus.StopCall(user, Cycles.of(19), 20)));
                    draft.version = 21;
                    draft.reservedCycles = Cycles.of(22);
                    draft.account = Account.opened(23).plus(CyclesUse.INSTRUCTIONS, Cycles.of(24));
                    draft.code = Optional.of(code);
                    draft.certifiedData = new byte[] {23};
                    draft.globalTimerNanos = 24;
                    draft.lowMemoryHook = LowMemoryHook.READY;
                    draft.calls = calls;
                    draft.history = richHistory();
                    draft.log = CanisterLog.EMPTY.plus(25, new byte[] {26}, 4096);
                    draft.chunkStore = TreePMap.singleton(Hash.sha256(new byte[] {27}), new byte[] {27});
                    draft.queryStats = new QueryStats(28, 29, 30, 31);
                    draft.lastInstalledNanos = OptionalLong.of(32);
                })
                .enqueue(new Message.Ingress(
                        Hash.sha256(), USER, Optional.empty(), CALLEE, "method", new byte[] {33}, 34))
                .enqueue(new Message.Request(CALLEE, 35, USER, "method", new byte[] {36}, Cycles.of(37), 38))
                .enqueue(new Message.Response(CALLEE, 39, USER, new Payload.Reply(new byte[] {40}), Cycles.of(41)))
                .enqueue(new Message.Response(
                        CALLEE, 42, USER, new Payload.Reject(ErrorCode.CANISTER_TRAPPED, "trapped"), Cycles.ZERO))
                .enqueue(new Message.Task(TaskKind.GLOBAL_TIMER));
    }

    private static Settings richSettings() {
        return Settings.DEFAULT.with(draft -> {
            draft.controllers = TreePSet.from(List.of(USER, CALLEE));
            draft.logVisibility = new Visibility.Public();
            draft.statusVisibility = new Visibility.AllowedViewers(TreePVector.singleton(USER));
            draft.environmentVariables = draft.environmentVariables.plusAll(HashTreePMap.singleton("NAME", "value"));
            draft.minimumIncomingCallCycles = Cycles.of(43);
            draft.upgradePolicy = UpgradePolicy.REHEARSED;
        });
    }

    private static History richHistory() {
        var user = new Change.Origin.FromUser(USER);
        var canister = new Change.Origin.FromCanister(CALLEE, OptionalLong.of(44));
        return History.NONE
                .plus(new Change(
                        1,
                        2,
                        user,
                        new Change.Details.Creation(TreePVector.singleton(USER), Optional.of(Hash.sha256()))))
                .plus(new Change(3, 4, canister, new Change.Details.CodeUninstall()))
                .plus(new Change(5, 6, user, new Change.Details.CodeDeployment(InstallMode.UPGRADE, Hash.sha256())))
                .plus(new Change(7, 8, canister, new Change.Details.ControllersChange(TreePVector.singleton(CALLEE))))
                .plus(new Change(
                        9, 10, user, new Change.Details.LoadSnapshot(new SnapshotId(CALLEE, 11), 12, 13, true)));
    }

    private static PageMap page(long index, int fill) {
        var content = new byte[PageMap.PAGE_BYTES];
        content[0] = (byte) fill;
        var delta = new PageDelta();
        delta.put(index, content);
        return PageMap.empty().with(delta);
    }
}
