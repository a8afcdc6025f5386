package decant.canister;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.canister.CanisterModule.Method;
import decant.canister.CanisterModule.MethodKind;
import decant.canister.state.ModuleBinary.TaskExports;
import decant.wasm.FunctionType;
import decant.wasm.ValueType;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CanisterModuleTest {
    private static final FunctionType NOTHING = new FunctionType(List.of(), List.of());
    private static final int NOP = 0x01;

    @Test
    void methodsAndHooksAreFoundByTheirExportNames() {
        var module = parse(new ModuleBuilder()
                .function("canister_update write it")
                .function("canister_query read")
                .function("canister_composite_query ")
                .function("canister_heartbeat")
                .function("helper"));

        assertThat(module.method("write it")).contains(new Method(MethodKind.UPDATE, 0));
        assertThat(module.method("read")).contains(new Method(MethodKind.QUERY, 1));
        assertThat(module.method("")).contains(new Method(MethodKind.COMPOSITE_QUERY, 2));
        assertThat(module.method("helper")).isEmpty();
        assertThat(module.init()).isEmpty();
        assertThat(module.binary(new byte[0]).tasks()).isEqualTo(new TaskExports(false, false, true));
    }

    @Test
    void bytesThatAreNeitherWasmNorGzipAreRefused() {
        assertRefused(new byte[] {'h', 'e', 'l', 'l', 'o'}, "found 68 65 6c 6c");
        assertRefused(new byte[0], "found nothing");
    }

    @Test
    void damagedGzipIsRefused() {
        var gzip = WasmFiles.gzip(new ModuleBuilder().build());
        assertRefused(Arrays.copyOf(gzip, gzip.length - 10), "the module is damaged gzip");
    }

    @Test
    void aModuleHasAtMostAHundredMebibytes() {
        var name = "padding";
        int header = new ModuleBuilder().customSection(name, 100_000_000).build().length - 100_000_000;
        var largest =
                new ModuleBuilder().customSection(name, (100 << 20) - header).build();
        assertThat(largest).hasSize(100 << 20);
        CanisterModule.parse(largest);
        CanisterModule.parse(WasmFiles.gzip(largest));
        var tooLarge = Arrays.copyOf(largest, largest.length + 2);
        assertRefused(tooLarge, "Wasm module size of 104857602 exceeds the maximum allowed size of 104857600");
    }

    @Test
    void gzipThatUnpacksToMoreThanAModuleMayHaveIsRefused() {
        assertRefused(WasmFiles.gzip(new byte[(100 << 20) + 1]), "exceeds the maximum allowed size of 104857600");
    }

    @Test
    void anInvalidModuleIsRefusedWithThePlace() {
        assertRefused(new ModuleBuilder().function(0x6A).build(), "offset");
    }

    @Test
    void anUnknownImportIsRefused() {
        assertRefused(
                new ModuleBuilder().importFunction("ic0", "no_such_thing", NOTHING),
                "Module imports function 'no_such_thing' from 'ic0' that is not exported by the runtime.");
        assertRefused(
                new ModuleBuilder().importFunction("env", "msg_reply", NOTHING),
                "Module imports function 'msg_reply' from 'env' that is not exported by the runtime.");
    }

    @Test
    void anImportOfAnotherTypeIsRefused() {
        var type = new FunctionType(List.of(ValueType.I64), List.of());
        assertRefused(
                new ModuleBuilder().importFunction("ic0", "msg_reply", type),
                "Module imports function 'msg_reply' from 'ic0' with the type");
    }

    @Test
    void importsOfModulesWith64BitMemoryTake64BitAddresses() {
        var narrow = new FunctionType(List.of(ValueType.I32, ValueType.I32), List.of());
        var wide = new FunctionType(List.of(ValueType.I64, ValueType.I64), List.of());
        parse(new ModuleBuilder().importFunction("ic0", "debug_print", narrow));
        parse(new ModuleBuilder().importFunction("ic0", "debug_print", narrow).memory(1, false));
        parse(new ModuleBuilder().importFunction("ic0", "debug_print", wide).memory(1, true));
        assertRefused(
                new ModuleBuilder().importFunction("ic0", "debug_print", narrow).memory(1, true), "debug_print");
        var size = new FunctionType(List.of(), List.of(ValueType.I32));
        assertRefused(
                new ModuleBuilder().importFunction("ic0", "stable_size", size).memory(1, true), "stable_size");
    }

    @Test
    void importedGlobalsAreRefused() {
        assertRefused(new ModuleBuilder().importGlobal("env", "g"), "importing globals is not supported");
    }

    @Test
    void importedMemoriesAreRefused() {
        assertRefused(new ModuleBuilder().importMemory("other", "memory"), "Module imports memory");
    }

    @ParameterizedTest
    @ValueSource(strings = {"canister_", "canister_inits", "canister_updat x", "canister_update", "canister_global"})
    void unknownExportsWithTheReservedPrefixAreRefused(String name) {
        assertRefused(
                new ModuleBuilder().function(name),
                "Exporting reserved function '" + name + "' with \"canister_\" prefix");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "canister counter_instructions",
                "canister_start",
                "canister counter_dirty_pages",
                "canister counter_accessed_pages",
                "stable_memory",
                "stable_memory_bytemap"
            })
    void reservedNamesAreRefused(String name) {
        assertRefused(new ModuleBuilder().function(name), "Exporting reserved symbol '" + name + "'");
    }

    @Test
    void aMethodExportedAsTwoKindsIsRefused() {
        assertRefused(
                new ModuleBuilder().function("canister_update same").function("canister_query same"),
                "Duplicate function 'same' exported multiple times with different call types:"
                        + " update, query, or composite_query.");
    }

    @Test
    void aMethodWithParametersIsRefused() {
        var type = new FunctionType(List.of(), List.of(ValueType.I64));
        assertRefused(
                new ModuleBuilder().importFunction("ic0", "time", type).export("canister_update time", 0),
                "Function 'canister_update time' must have the type () -> ()");
    }

    @Test
    void moreThanAThousandMethodsAreRefused() {
        var builder = new ModuleBuilder();
        IntStream.range(0, 1_000).forEach(i -> builder.function("canister_update " + i));
        parse(builder);
        assertRefused(builder.function("canister_query one more"), "exceeds 1000");
    }

    @Test
    void methodNamesOfMoreThanTwentyThousandBytesAreRefused() {
        parse(new ModuleBuilder().function("canister_update " + "x".repeat(20_000)));
        assertRefused(new ModuleBuilder().function("canister_update " + "x".repeat(20_001)), "exceeds 20000");
    }

    @Test
    void moreThanAThousandGlobalsAreRefused() {
        var builder = new ModuleBuilder();
        IntStream.range(0, 1_000).forEach(_ -> builder.global());
        parse(builder);
        assertRefused(
                builder.global(), "Wasm module defined 1001 globals which exceeds the maximum number allowed 1000.");
    }

    @Test
    void moreThanFiftyThousandFunctionsAreRefused() {
        var builder = new ModuleBuilder();
        IntStream.range(0, 50_000).forEach(_ -> builder.function());
        parse(builder);
        assertRefused(
                builder.function(),
                "Wasm module defined 50001 functions which exceeds the maximum number allowed 50000.");
    }

    @Test
    void aCodeSectionOfMoreThanElevenMebibytesIsRefused() {
        int limit = 11 << 20;
        var builder = new ModuleBuilder();
        IntStream.range(0, 11).forEach(_ -> builder.functionOfBytes(nops(999_999)));
        // The count of functions takes a byte, each body the three of its size, the one for its locals and its end.
        int rest = limit - 1 - 11 * (3 + 1 + 999_999 + 1) - (3 + 1 + 1);
        parse(builder.functionOfBytes(nops(rest)));
        var tooLarge = new ModuleBuilder();
        IntStream.range(0, 11).forEach(_ -> tooLarge.functionOfBytes(nops(999_999)));
        assertRefused(
                tooLarge.functionOfBytes(nops(rest + 1)),
                "Wasm module code section size of 11534337 exceeds the maximum allowed size of 11534336");
    }

    private static byte[] nops(int count) {
        var code = new byte[count];
        Arrays.fill(code, (byte) NOP);
        return code;
    }

    @Test
    void aFunctionNameOfMoreThanAMebibyteIsRefused() {
        parse(new ModuleBuilder().function().functionName(0, "x".repeat(1 << 20)));
        assertRefused(
                new ModuleBuilder().function().functionName(0, "x".repeat((1 << 20) + 1)),
                "Wasm module names a function with 1048577 bytes, which exceeds the maximum allowed 1048576");
    }

    @Test
    void aFunctionOfMoreThanAMillionInstructionsIsRefused() {
        parse(new ModuleBuilder().functionOfBytes(nops(999_999)));
        assertRefused(
                new ModuleBuilder().functionOfBytes(nops(1_000_000)),
                "Wasm module contains a function at index 0 of size 1000001 that exceeds");
    }

    @Test
    void aFunctionThatIsTooHardToCompileIsRefused() {
        // Those behind the calls are `unreachable`, which weighs 1 as `end` does.
        parse(new ModuleBuilder().functionOfBytes(Arrays.copyOf(calls(19_999), 2 * 19_999 + 49)));
        assertRefused(
                new ModuleBuilder().functionOfBytes(calls(20_001)),
                "Wasm module contains a function at index 0 with complexity 1000051 which exceeds the maximum"
                        + " complexity allowed 1000000");
    }

    private static byte[] calls(int count) {
        var code = new byte[2 * count];
        for (int i = 0; i < code.length; i += 2) {
            code[i] = 0x10;
        }
        return code;
    }

    @Test
    void metadataIsFoundByName() {
        var metadata = parse(new ModuleBuilder()
                        .customSection("icp:public candid:service", 3)
                        .customSection("icp:private ", 4)
                        .customSection("name of nothing", 5))
                .binary(new byte[0])
                .metadata();

        assertThat(metadata.keySet()).containsExactly("", "candid:service");
        assertThat(metadata.get("candid:service").isPublic()).isTrue();
        assertThat(metadata.get("candid:service").content()).hasSize(3);
        assertThat(metadata.get("").isPublic()).isFalse();
    }

    @Test
    void metadataThatBreaksItsRulesIsRefused() {
        assertRefused(new ModuleBuilder().customSection("icp:other x", 0), "Invalid custom section: 'icp:other x'");
        assertRefused(new ModuleBuilder().customSection("icp:public", 0), "Invalid custom section: 'icp:public'");
        assertRefused(
                new ModuleBuilder().customSection("icp:public x", 0).customSection("icp:private x", 0),
                "name x already exists");
        parse(new ModuleBuilder().customSection("icp:public x", (1 << 20) - 1));
        assertRefused(new ModuleBuilder().customSection("icp:public x", (1 << 20)), "total size of 1048577 bytes");
        var many = new ModuleBuilder();
        IntStream.range(0, 16).forEach(i -> many.customSection("icp:public " + i, 0));
        parse(many);
        assertRefused(many.customSection("icp:public one more", 0), "17 sections exceed the maximum number allowed 16");
    }

    @Test
    void aMemoryThatIsTooLargeFromTheBeginningIsRefused() {
        parse(new ModuleBuilder().memory(65_536, false));
        parse(new ModuleBuilder().memory(6 * 16_384, true));
        assertRefused(
                new ModuleBuilder().memory(6 * 16_384 + 1, true), "Wasm memory declares a minimum of 98305 pages");
        parse(new ModuleBuilder().memory64UpTo(1, 6 * 16_384));
        assertRefused(
                new ModuleBuilder().memory64UpTo(1, 6 * 16_384 + 1), "Wasm memory declares a maximum of 98305 pages");
    }

    private static CanisterModule parse(ModuleBuilder builder) {
        return CanisterModule.parse(builder.build());
    }

    private static void assertRefused(ModuleBuilder builder, String part) {
        assertRefused(builder.build(), part);
    }

    private static void assertRefused(byte[] module, String part) {
        assertThatThrownBy(() -> CanisterModule.parse(module))
                .isInstanceOf(InvalidCanisterModule.class)
                .hasMessageContaining(part);
    }
}
