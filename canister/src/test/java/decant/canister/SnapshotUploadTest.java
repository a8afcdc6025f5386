package decant.canister;

import static decant.canister.Script.script;
import static decant.canister.SnapshotKit.blob;
import static decant.canister.SnapshotKit.loadable;
import static decant.canister.SnapshotKit.named;
import static org.assertj.core.api.Assertions.assertThat;

import decant.canister.CanisterKit.Canister;
import decant.canister.state.Change;
import decant.canister.state.Code;
import decant.canister.state.ErrorCode;
import decant.canister.state.LowMemoryHook;
import decant.canister.state.MemoryImage;
import decant.canister.state.Snapshot;
import decant.canister.state.SnapshotId;
import decant.canister.state.StateFormat;
import decant.store.PageDelta;
import decant.store.PageMap;
import decant.wasm.ValueType;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Snapshots that are uploaded, and loaded.
final class SnapshotUploadTest {
    private static final byte[] PUPPET = WasmFiles.wasm("puppet");
    private static final String NOTHING =
            "globals = vec {}; wasm_memory_size = 0; stable_memory_size = 0; certified_data" + " = blob \"\"; ";

    private final CanisterKit kit = new CanisterKit();
    private final SnapshotKit snapshots = new SnapshotKit(kit);

    @AfterEach
    void close() {
        kit.close();
    }

    private SnapshotId begin(Canister canister, String fields) {
        var reply = snapshots
                .call("upload_canister_snapshot_metadata", canister, fields)
                .value("upload_canister_snapshot_metadata");
        return SnapshotKit.id(reply, "snapshot_id");
    }

    private SnapshotId upload(Canister canister, byte[] module, String fields) {
        var id = begin(canister, "wasm_module_size = " + module.length + "; " + fields);
        snapshots.write(canister, id, "wasm_module", 0, module).reply();
        return id;
    }

    @Test
    void aSnapshotThatIsReadAndUploadedElsewhereIsTheSame() {
        var source = kit.install(PUPPET, script().stableGrow(70).stableWrite(70 * 65_536 - 6, "stable"));
        source.run(script().setValue("heap").certify("certified").setTimer(7).reply());
        snapshots.call("upload_chunk", source, "chunk = blob \"chunk\"").reply();
        var taken = snapshots.take(source);
        var target = kit.create();
        kit.passSeconds(3);
        var copy = snapshots.copy(source, taken, target);
        snapshots.load(target, copy).reply();

        assertThat(loadable(target.state())).isEqualTo(loadable(source.state()));
        assertThat(target.state().globalTimerNanos()).isEqualTo(7);
        target.run(script().appendValue().reply()).expectReply("heap");
        assertThat(target.state().history().recent().getLast().details())
                .isEqualTo(new Change.Details.LoadSnapshot(
                        copy, 0, snapshots.snapshot(copy).takenNanos(), true));
        assertThat(snapshots.metadata(target, copy).field("source").tag()).isEqualTo("metadata_upload");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void whateverThePagesAreTheyArriveAsTheyWere(long seed) {
        var random = new Random(seed);
        var source = kit.puppet();
        source.change(draft -> draft.code = draft.code.map(code -> code.withMemory(
                code.globals(),
                scribbled(random, code.heap()),
                scribbled(random, new MemoryImage(PageMap.empty(), 90 << 16)))));
        var taken = snapshots.take(source);
        var target = kit.create();
        snapshots.load(target, snapshots.copy(source, taken, target)).reply();
        assertThat(StateFormat.canisterHash(source.state().with(draft -> draft.version = 0)))
                .isNotEqualTo(StateFormat.canisterHash(target.state()));
        assertThat(loadable(target.state())).isEqualTo(loadable(source.state()));
    }

    private static MemoryImage scribbled(Random random, MemoryImage memory) {
        var delta = new PageDelta();
        for (int i = 0; i < 40; i++) {
            var page = new byte[PageMap.PAGE_BYTES];
            if (random.nextInt(4) > 0) {
                random.nextBytes(page);
            }
            delta.put(random.nextLong(memory.bytes() / PageMap.PAGE_BYTES), page);
        }
        return new MemoryImage(memory.pages().with(delta), memory.bytes());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void slicesMayComeInAnyOrderAndOverlap(long seed) {
        var random = new Random(seed);
        var canister = kit.create();
        var id = begin(
                canister,
                "wasm_module_size = 9_000; "
                        + NOTHING.replace("stable_memory_size = 0", "stable_memory_size = 131_072"));
        var module = new byte[9_000];
        var stable = new byte[131_072];
        for (int i = 0; i < 60; i++) {
            write(canister, id, "wasm_module", module, random);
            write(canister, id, "stable_memory", stable, random);
        }
        assertThat(snapshots.read(canister, id, "wasm_module", 0, module.length))
                .isEqualTo(module);
        assertThat(snapshots.read(canister, id, "stable_memory", 0, stable.length))
                .isEqualTo(stable);
    }

    private void write(Canister canister, SnapshotId id, String kind, byte[] model, Random random) {
        int offset = random.nextInt(model.length);
        var bytes = new byte[random.nextInt(Math.min(9_000, model.length - offset) + 1)];
        random.nextBytes(bytes);
        System.arraycopy(bytes, 0, model, offset, bytes.length);
        snapshots.write(canister, id, kind, offset, bytes).reply();
    }

    @Test
    void onlyWhatWasUploadedIsHeldInMemory() {
        var canister = kit.create();
        var id = begin(
                canister,
                "wasm_module_size = 1; "
                        + NOTHING.replace("stable_memory_size = 0", "stable_memory_size = 54_760_833_024"));
        snapshots
                .write(canister, id, "stable_memory", 54_760_833_023L, new byte[] {1})
                .reply();
        assertThat(snapshots.snapshot(id).content().stable().pages().deltaPages())
                .isEqualTo(1);
        assertThat(snapshots.read(canister, id, "stable_memory", 54_760_833_022L, 2))
                .containsExactly(0, 1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            wasm_module_size = 0;           | WasmModuleEmpty (wasm_module_size is 0)
            wasm_module_size = 104_857_601; | WasmModuleTooLarge (wasm_module_size is 104857601, at most 104857600 are allowed)
            wasm_memory_size = 1;           | WasmMemoryNotPageAligned (wasm_memory_size is 1, expected a multiple of 65536)
            wasm_memory_size = 6_442_516_480; | WasmMemoryTooLarge (wasm_memory_size is 6442516480, at most 6442450944 are allowed)
            stable_memory_size = 65_535;    | StableMemoryNotPageAligned (stable_memory_size is 65535, expected a multiple of 65536)
            stable_memory_size = 18_446_744_073_709_486_080; | StableMemoryTooLarge (stable_memory_size is 18446744073709486080, at most 536870912000 are allowed)
            certified_data = blob "012345678901234567890123456789012"; | CertifiedDataTooLarge (certified_data has 33, at most 32 are allowed)
            """)
    void metadataThatNoCanisterCanHaveAreRefused(String field, String message) {
        var canister = kit.create();
        var before = StateFormat.stateHash(kit.subnet());
        var fields = "wasm_module_size = 1; " + NOTHING;
        var name = field.substring(0, field.indexOf('='));
        snapshots
                .call("upload_canister_snapshot_metadata", canister, fields.replaceAll(name + "= [^;]*;", "") + field)
                .expectRejectSaying(
                        ErrorCode.INVALID_MANAGEMENT_PAYLOAD, "Snapshot Metadata contains invalid data: " + message);
        assertThat(StateFormat.stateHash(kit.subnet())).isEqualTo(before);
    }

    @Test
    void tooManyGlobalsAreRefused() {
        var globals = "globals = vec {" + "variant { i32 = 0 };".repeat(1_001) + "}; ";
        snapshots
                .call(
                        "upload_canister_snapshot_metadata",
                        kit.create(),
                        "wasm_module_size = 1; " + NOTHING.replace("globals = vec {}; ", globals))
                .expectRejectSaying(
                        ErrorCode.INVALID_MANAGEMENT_PAYLOAD,
                        "Snapshot Metadata contains invalid data: ExportedGlobalsTooLarge (globals has 1001, at most"
                                + " 1000 are allowed)");
    }

    @Test
    void bytesBeyondTheEndAreRefused() {
        var canister = kit.create();
        var id = begin(canister, "wasm_module_size = 4; " + NOTHING);
        var before = StateFormat.stateHash(kit.subnet());
        for (String kind : List.of("wasm_module", "wasm_memory", "stable_memory")) {
            snapshots
                    .write(canister, id, kind, 3, new byte[] {1, 2})
                    .expectRejectSaying(
                            ErrorCode.INVALID_MANAGEMENT_PAYLOAD,
                            "Invalid subslice into wasm module / main memory / stable memory: offset: 3, size: 2");
        }
        assertThat(StateFormat.stateHash(kit.subnet())).isEqualTo(before);
    }

    @Test
    void aTakenSnapshotIsNotWritten() {
        var canister = kit.puppet();
        var id = snapshots.take(canister);
        snapshots
                .write(canister, id, "wasm_memory", 0, new byte[] {1})
                .expectRejectSaying(
                        ErrorCode.CANISTER_SNAPSHOT_IMMUTABLE,
                        "Only canister snapshots created by metadata upload can be mutated.");
    }

    @Test
    void chunksGoIntoTheSnapshotsOwnStore() {
        var canister = kit.create();
        var id = upload(canister, WasmFiles.wasm("puppet"), NOTHING);
        var place = named(id) + "kind = variant { wasm_chunk }; chunk = ";
        snapshots
                .call("upload_canister_snapshot_data", canister, place + "blob \"a\"")
                .reply();
        snapshots
                .call("upload_canister_snapshot_data", canister, place + "blob \"a\"")
                .reply();
        assertThat(snapshots.snapshot(id).chunkStore()).hasSize(1);
        assertThat(canister.state().chunkStore()).isEmpty();
        snapshots
                .call("upload_canister_snapshot_data", canister, place + blob(new byte[(1 << 20) + 1]))
                .expectRejectSaying(
                        ErrorCode.CANISTER_CONTRACT_VIOLATION,
                        "Error from Wasm chunk store: Wasm chunk size 1048577 exceeds the maximum chunk size of 1048576");
    }

    @Test
    void whatIsNoModuleIsNotLoaded() {
        var canister = kit.puppet();
        var id = begin(canister, "wasm_module_size = 4; " + NOTHING);
        var before = StateFormat.stateHash(kit.subnet());
        snapshots
                .load(canister, id)
                .expectRejectSaying(
                        ErrorCode.CANISTER_INVALID_WASM,
                        "Error from Canister " + canister.id()
                                + ": Canister's Wasm module is not valid: the module must"
                                + " begin with the bytes 00 61 73 6d of Wasm or 1f 8b 08 of gzip, found 00 00 00 00");
        assertThat(StateFormat.stateHash(kit.subnet())).isEqualTo(before);
    }

    @Test
    void aHeapTheModuleHasNoRoomForIsNotLoaded() {
        var canister = kit.create();
        var module = new ModuleBuilder().memory(2, false).build();
        snapshots
                .load(canister, upload(canister, module, NOTHING))
                .expectRejectSaying(
                        ErrorCode.CANISTER_INVALID_WASM,
                        "Error from Canister " + canister.id()
                                + ": Canister's Wasm module is not valid: the Wasm memory"
                                + " (0 bytes) is smaller than the minimum Wasm memory (131072 bytes) declared by the"
                                + " canister module");
        var none = new ModuleBuilder().build();
        var heap = NOTHING.replace("wasm_memory_size = 0", "wasm_memory_size = 65_536");
        snapshots
                .load(canister, upload(canister, none, heap))
                .expectReject(ErrorCode.CANISTER_INVALID_WASM, "is not empty, but the canister module declares no");
    }

    /// Globals in the order of their indices, exported in another; one of them twice, one of them is immutable.
    private static byte[] moduleWithGlobals() {
        return new ModuleBuilder()
                .global(ValueType.I32, true, 0x41, 1)
                .global(ValueType.I64, true, 0x42, 2)
                .global(ValueType.F32, false, 0x43, 0, 0, 0, 0)
                .global(ValueType.F64, true, 0x44, 0, 0, 0, 0, 0, 0, 0, 0)
                .global(ValueType.V128, true, 0xFD, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
                .global(ValueType.I32, false, 0x41, 9)
                .exportGlobal("b", 4)
                .exportGlobal("a", 2)
                .exportGlobal("again", 4)
                .exportGlobal("c", 0)
                .build();
    }

    @Test
    void globalsAreInTheOrderOfTheExportsThenOfTheIndices() {
        var source = kit.create();
        long nan = 0x7FF8_0000_0000_0123L;
        var globals = "globals = vec { variant { v128 = 36_893_488_147_419_103_235 }; variant { f32 = 1.5 };"
                + " variant { v128 = 36_893_488_147_419_103_235 }; variant { i32 = -5 }; variant { i64 = -6 };"
                + " variant { f64 = -2.25 } }; ";
        var id = upload(source, moduleWithGlobals(), NOTHING.replace("globals = vec {}; ", globals));
        snapshots.load(source, id).reply();

        assertThat(source.state().code().map(Code::globals).orElseThrow())
                .containsExactly(
                        0xFFFF_FFFBL, -6, Float.floatToRawIntBits(1.5f), Double.doubleToRawLongBits(-2.25), 3, 2, 9);
        var taken = snapshots.take(source);
        assertThat(snapshots.metadata(source, taken).field("globals"))
                .isEqualTo(snapshots.metadata(source, id).field("globals"));
        source.change(draft -> draft.code.orElseThrow().globals()[3] = nan);
        var copy = snapshots.copy(source, snapshots.take(source), source);
        snapshots.load(source, copy).reply();
        assertThat(source.state().code().map(Code::globals).orElseThrow()[3])
                .as("a NaN keeps its bits")
                .isEqualTo(nan);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "variant { i64 = 0 }", "variant { i32 = 0 }; variant { i32 = 0 }"})
    void globalsOfOtherTypesOrNumberAreNotLoaded(String globals) {
        var canister = kit.create();
        var module = new ModuleBuilder().global().build();
        var id = upload(canister, module, NOTHING.replace("globals = vec {}", "globals = vec {" + globals + "}"));
        snapshots
                .load(canister, id)
                .expectRejectSaying(
                        ErrorCode.INVALID_MANAGEMENT_PAYLOAD,
                        "Wasm exported globals of canister module and snapshot metadata do not match.");
    }

    @Test
    void globalsThatReferToFunctionsAreNoCanisters() {
        assertThat(ModuleReading.of(new ModuleBuilder()
                        .global(ValueType.FUNCREF, true, 0xD0, 0x70)
                        .build()))
                .isEqualTo(new ModuleReading.Invalid("Wasm module has a global of the type funcref; the globals of a"
                        + " canister are of the types i32, i64, f32, f64 and v128."));
    }

    @Test
    void anUploadSaysWhereTimerAndHookStandIfItWants() {
        var canister = kit.puppet();
        canister.run(script().setTimer(7).reply());
        var silent = upload(canister, new ModuleBuilder().build(), NOTHING);
        snapshots.load(canister, silent).reply();
        assertThat(canister.state().globalTimerNanos()).isEqualTo(7);

        var saying = upload(
                canister,
                new ModuleBuilder().build(),
                NOTHING + "global_timer = opt variant { inactive }; on_low_wasm_memory_hook_status = opt variant {"
                        + " condition_not_satisfied };");
        snapshots.load(canister, saying).reply();
        assertThat(canister.state().globalTimerNanos()).isZero();
        assertThat(canister.state().lowMemoryHook()).isEqualTo(LowMemoryHook.CONDITION_NOT_SATISFIED);
    }

    @ParameterizedTest
    @CsvSource({
        "ready, false, Ready",
        "executed, false, Executed",
        "condition_not_satisfied, true, ConditionNotSatisfied"
    })
    void aHookThatContradictsTheMemoryIsNotLoaded(String status, boolean low, String name) {
        var canister = kit.create();
        if (low) {
            canister.settings(draft -> {
                draft.wasmMemoryLimitBytes = 200 * 65_536;
                draft.wasmMemoryThresholdBytes = 200 * 65_536;
            });
        }
        var module = new ModuleBuilder().memory(1, false).build();
        var fields = NOTHING.replace("wasm_memory_size = 0", "wasm_memory_size = 65_536")
                + "on_low_wasm_memory_hook_status = opt variant { " + status + " };";
        snapshots
                .load(canister, upload(canister, module, fields))
                .expectRejectSaying(
                        ErrorCode.INVALID_MANAGEMENT_PAYLOAD,
                        "Hook status (Some(" + name
                                + ")) of uploaded snapshot is inconsistent with the canister's state"
                                + " (hook condition satisfied: " + low + ").");
    }

    @Test
    void anUploadGoesOnInACheckpoint() {
        var canister = kit.create();
        var id = begin(canister, "wasm_module_size = 5_000; " + NOTHING);
        snapshots
                .write(canister, id, "wasm_module", 4_000, new byte[] {1, 2, 3})
                .reply();
        var state = kit.subnet();
        var read = StateFormat.read(StateFormat.records(state), StateFormat.images(state));
        assertThat(StateFormat.stateHash(read)).isEqualTo(StateFormat.stateHash(state));
        kit.subnet(read);
        assertThat(snapshots.read(canister, id, "wasm_module", 3_999, 5)).containsExactly(0, 1, 2, 3, 0);
        assertThat(read.snapshot(id).map(Snapshot::bytes))
                .isEqualTo(state.snapshot(id).map(Snapshot::bytes));
    }
}
