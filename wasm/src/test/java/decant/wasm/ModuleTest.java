package decant.wasm;

import static decant.wasm.ValueType.EXTERNREF;
import static decant.wasm.ValueType.F64;
import static decant.wasm.ValueType.FUNCREF;
import static decant.wasm.ValueType.I32;
import static decant.wasm.ValueType.I64;
import static decant.wasm.ValueType.V128;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.base.Hash;
import decant.wasm.WasmBuilder.Code;
import decant.wasm.binary.Opcode;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

final class ModuleTest {
    @Test
    void aModuleSaysWhatItsBytesSay() {
        var builder = new WasmBuilder();
        int unary = builder.type(List.of(I32), List.of(I64));
        int nothing = builder.type(List.of(), List.of());
        int imported = builder.importFunction("env", "f", unary);
        builder.importGlobal("env", "base", I32, false);
        int function = builder.function(nothing, List.of(I32, F64), _ -> {});
        int global = builder.global(I64, true, code -> code.i64(-5));
        builder.memory64(3, 9)
                .table64(FUNCREF, 2)
                .export("run", ExportKind.FUNCTION, function)
                .export("g", ExportKind.GLOBAL, global)
                .elements(code -> code.i64(1), imported)
                .data(code -> code.i64(7), new byte[] {1, 2, 3})
                .passiveData(new byte[] {4})
                .start(function)
                .custom("icp:public candid:service", new byte[] {42})
                .functionName(function, "main");

        byte[] bytes = builder.build();
        var module = Module.parse(bytes, Features.IC);

        assertThat(module.hash()).isEqualTo(Hash.sha256(bytes));
        assertThat(module.imports())
                .containsExactly(
                        new Import("env", "f", new ExternType.Function(unary)),
                        new Import("env", "base", new ExternType.Global(new GlobalType(I32, false))));
        assertThat(module.functionCount()).isEqualTo(2);
        assertThat(module.importedFunctionCount()).isEqualTo(1);
        assertThat(module.functionType(imported)).isEqualTo(new FunctionType(List.of(I32), List.of(I64)));
        assertThat(module.memories()).containsExactly(new MemoryType(true, new Limits(3, OptionalLong.of(9))));
        assertThat(module.tables()).containsExactly(new TableType(FUNCREF, true, new Limits(2, OptionalLong.empty())));
        assertThat(module.globals())
                .containsExactly(new Global(new GlobalType(I64, true), new ConstantExpression.I64Const(-5)));
        assertThat(module.globalTypes()).hasSize(2);
        assertThat(module.exports())
                .containsExactly(
                        new Export("run", ExportKind.FUNCTION, function), new Export("g", ExportKind.GLOBAL, global));
        assertThat(module.start()).isEqualTo(OptionalInt.of(function));
        assertThat(module.elements().getFirst().elements()).containsExactly(new ConstantExpression.RefFunc(imported));
        assertThat(module.dataCount()).isEqualTo(OptionalInt.of(2));
        assertThat(module.data().getFirst().offset()).isEqualTo(Optional.of(new ConstantExpression.I64Const(7)));
        assertThat(bytes[module.data().get(1).start()]).isEqualTo((byte) 4);
        assertThat(module.customSections().getFirst().name()).isEqualTo("icp:public candid:service");
        assertThat(module.functionName(function)).isEqualTo("main");
        assertThat(module.functionName(imported)).isEqualTo("func[0]");
        var body = module.bodies().getFirst();
        assertThat(body.locals()).containsExactly(new LocalGroup(1, I32), new LocalGroup(1, F64));
        assertThat(bytes[body.start()]).isEqualTo((byte) Opcode.END);
        assertThat(body.end()).isEqualTo(body.start() + 1);
    }

    @Test
    void aFaultNamesTheFunctionTheTypesAndThePlace() {
        var builder = new WasmBuilder();
        int function = builder.function(
                builder.type(List.of(I32), List.of(I32)),
                code -> code.localGet(0).f64(1).op(Opcode.I32_ADD));
        builder.functionName(function, "sum");
        assertThatThrownBy(builder::parse)
                .hasMessage("sum: type mismatch: i32 is expected, found f64 (at offset 0x24)");
    }

    @Test
    void theInternetComputerForbidsChangingTables() {
        Consumer<Code> setTable =
                code -> code.i32(0).op(Opcode.REF_NULL).u8(FUNCREF.code()).op(Opcode.TABLE_SET, 0);
        var builder = new WasmBuilder().table(FUNCREF, 1);
        builder.function(builder.type(List.of(), List.of()), setTable);
        assertThat(Module.parse(builder.build(), Features.ALL).tables()).hasSize(1);
        assertRefused(builder, Features.IC, "unsupported instruction table.set");
    }

    @Test
    void featuresThatAreOffAreRefused() {
        var none = new Features(false, false, false, false);

        var tailCall = new WasmBuilder();
        int type = tailCall.type(List.of(), List.of());
        tailCall.function(type, code -> code.op(Opcode.RETURN_CALL, 0));
        assertRefused(tailCall, none, "tail calls are not allowed");

        assertRefused(new WasmBuilder().memory64(1), none, "64-bit addresses are not allowed");
        assertRefused(new WasmBuilder().table64(EXTERNREF, 1), none, "64-bit addresses are not allowed");

        var vectors = new WasmBuilder();
        vectors.type(List.of(V128), List.of());
        assertRefused(vectors, none, "vectors are not allowed");

        var vectorLocal = new WasmBuilder();
        vectorLocal.function(vectorLocal.type(List.of(), List.of()), List.of(V128), _ -> {});
        assertRefused(vectorLocal, none, "vectors are not allowed");
    }

    @Test
    void onlyOneMemoryIsSupported() {
        assertRefused(new WasmBuilder().memory(1).memory(1), Features.ALL, "multiple memories");
    }

    @Test
    void threadsAreNotSupported() {
        byte[] bytes = new WasmBuilder().memory(1, 1).build();
        bytes[bytes.length - 3] = 3;
        assertThatThrownBy(() -> Module.parse(bytes, Features.ALL)).hasMessageContaining("threads must be enabled");
    }

    private static void assertRefused(WasmBuilder builder, Features features, String reason) {
        byte[] bytes = builder.build();
        assertThatThrownBy(() -> Module.parse(bytes, features))
                .isInstanceOf(InvalidModuleException.class)
                .hasMessageContaining(reason);
    }
}
