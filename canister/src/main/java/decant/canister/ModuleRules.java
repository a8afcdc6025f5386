package decant.canister;

import decant.canister.ic0.SystemApi;
import decant.wasm.ConstantExpression;
import decant.wasm.CustomSection;
import decant.wasm.DataSegment;
import decant.wasm.ExternType;
import decant.wasm.FunctionBody;
import decant.wasm.FunctionType;
import decant.wasm.GlobalType;
import decant.wasm.Import;
import decant.wasm.Module;
import decant.wasm.binary.CodeReader;
import decant.wasm.binary.NameSection;
import decant.wasm.binary.SectionId;
import java.util.Optional;
import java.util.OptionalLong;

/// What a canister module must keep beside the rules of WebAssembly. Specification: "Canister module format".
final class ModuleRules {
    private static final long WASM_PAGE_BYTES = 65_536;
    private static final int HEADER_BYTES = 8;

    private ModuleRules() {}

    /// Checks everything but the functions' code.
    static void check(Module module) {
        checkSizes(module);
        checkFunctionNames(module);
        checkMemory(module);
        boolean addresses64 =
                !module.memories().isEmpty() && module.memories().get(0).is64();
        for (Import wanted : module.imports()) {
            checkImport(module, wanted, addresses64);
        }
        checkGlobals(module);
        for (DataSegment segment : module.data()) {
            checkOffset(segment);
        }
    }

    /// Checks the functions' code, and returns how many instructions there are in all.
    static long checkFunctions(Module module) {
        long instructions = 0;
        for (FunctionBody body : module.bodies()) {
            var complexity = Complexity.of(module, body);
            if (complexity.instructions() > ModuleLimits.FUNCTION_INSTRUCTIONS_MAX) {
                throw new InvalidCanisterModule("Wasm module contains a function at index " + body.functionIndex()
                        + " of size " + complexity.instructions() + " that exceeds the maximum allowed size of "
                        + ModuleLimits.FUNCTION_INSTRUCTIONS_MAX);
            }
            if (complexity.weight() > ModuleLimits.FUNCTION_COMPLEXITY_MAX) {
                throw new InvalidCanisterModule("Wasm module contains a function at index " + body.functionIndex()
                        + " with complexity " + complexity.weight() + " which exceeds the maximum complexity allowed "
                        + ModuleLimits.FUNCTION_COMPLEXITY_MAX);
            }
            instructions += complexity.instructions();
        }
        return instructions;
    }

    private static void checkSizes(Module module) {
        int functions = module.bodies().size();
        if (functions > ModuleLimits.FUNCTIONS_MAX) {
            throw new InvalidCanisterModule("Wasm module defined " + functions
                    + " functions which exceeds the maximum number allowed " + ModuleLimits.FUNCTIONS_MAX + ".");
        }
        int globals = module.globals().size();
        if (globals > ModuleLimits.GLOBALS_MAX) {
            throw new InvalidCanisterModule("Wasm module defined " + globals
                    + " globals which exceeds the maximum number allowed " + ModuleLimits.GLOBALS_MAX + ".");
        }
        int code = codeBytes(module);
        if (code > ModuleLimits.CODE_BYTES_MAX) {
            throw new InvalidCanisterModule("Wasm module code section size of " + code
                    + " exceeds the maximum allowed size of " + ModuleLimits.CODE_BYTES_MAX);
        }
    }

    private static void checkGlobals(Module module) {
        for (GlobalType global : module.globalTypes()) {
            if (global.type().isReference()) {
                throw new InvalidCanisterModule("Wasm module has a global of the type " + global.type()
                        + "; the globals of a canister are of the types i32, i64, f32, f64 and v128.");
            }
        }
    }

    /// {@return the size of the code section's content}
    private static int codeBytes(Module module) {
        var reader = new CodeReader(module.bytes(), HEADER_BYTES, module.bytes().length);
        while (!reader.atEnd()) {
            int id = reader.u8();
            int size = reader.u32();
            if (id == SectionId.CODE) {
                return size;
            }
            reader.seek(reader.position() + size);
        }
        return 0;
    }

    /// The names only serve people: whatever else is wrong with their section is no fault of the module.
    private static void checkFunctionNames(Module module) {
        for (CustomSection section : module.customSections()) {
            if (section.name().equals("name")) {
                long longest = NameSection.longestFunctionName(section.content());
                if (longest > ModuleLimits.FUNCTION_NAME_BYTES_MAX) {
                    throw new InvalidCanisterModule("Wasm module names a function with " + longest
                            + " bytes, which exceeds the maximum allowed " + ModuleLimits.FUNCTION_NAME_BYTES_MAX);
                }
            }
        }
    }

    private static void checkMemory(Module module) {
        if (module.memories().size() > 1) {
            throw new InvalidCanisterModule("a canister has at most one memory, found "
                    + module.memories().size());
        }
        for (var memory : module.memories()) {
            long pagesMax = ModuleLimits.heapBytesMax(memory.is64()) / WASM_PAGE_BYTES;
            checkMemoryPages("minimum", OptionalLong.of(memory.limits().minimum()), pagesMax);
            if (memory.is64()) {
                checkMemoryPages("maximum", memory.limits().maximum(), pagesMax);
            }
        }
    }

    private static void checkMemoryPages(String which, OptionalLong pages, long pagesMax) {
        if (pages.isPresent() && Long.compareUnsigned(pages.getAsLong(), pagesMax) > 0) {
            throw new InvalidCanisterModule("Wasm memory declares a " + which + " of "
                    + Long.toUnsignedString(pages.getAsLong()) + " pages of 64 KiB, which exceeds the maximum allowed "
                    + pagesMax);
        }
    }

    private static void checkImport(Module module, Import wanted, boolean addresses64) {
        switch (wanted.type()) {
            case ExternType.Function(int typeIndex) ->
                checkFunctionImport(wanted, module.types().get(typeIndex), addresses64);
            case ExternType.Memory _ -> checkEnvironmentImport(wanted, "memory");
            case ExternType.Table _ -> checkEnvironmentImport(wanted, "table");
            case ExternType.Global _ ->
                throw new InvalidCanisterModule("Module imports global '" + wanted.name() + "' from '" + wanted.module()
                        + "': importing globals is not supported.");
        }
    }

    private static void checkFunctionImport(Import wanted, FunctionType type, boolean addresses64) {
        var offered = wanted.module().equals(SystemApi.MODULE)
                ? SystemApi.type(wanted.name(), addresses64)
                : Optional.<FunctionType>empty();
        if (offered.isEmpty()) {
            throw new InvalidCanisterModule("Module imports function '" + wanted.name() + "' from '" + wanted.module()
                    + "' that is not exported by the runtime.");
        }
        if (!offered.get().equals(type)) {
            throw new InvalidCanisterModule("Module imports function '" + wanted.name() + "' from '"
                    + wanted.module() + "' with the type " + type.parameters() + " -> " + type.results()
                    + ", expected " + offered.get().parameters() + " -> "
                    + offered.get().results());
        }
    }

    private static void checkEnvironmentImport(Import wanted, String kind) {
        if (!wanted.module().equals("env") || !wanted.name().equals(kind)) {
            throw new InvalidCanisterModule("Module imports " + kind + " '" + wanted.name() + "' from '"
                    + wanted.module() + "' that is not exported by the runtime: only 'env." + kind + "' is.");
        }
    }

    private static void checkOffset(DataSegment segment) {
        boolean allowed = segment.offset()
                .map(offset -> switch (offset) {
                    case ConstantExpression.I32Const _, ConstantExpression.I64Const _ -> true;
                    case ConstantExpression.F32Const _,
                            ConstantExpression.F64Const _,
                            ConstantExpression.V128Const _,
                            ConstantExpression.RefNull _,
                            ConstantExpression.RefFunc _,
                            ConstantExpression.GlobalGet _ -> false;
                })
                .orElse(true);
        if (!allowed) {
            throw new InvalidCanisterModule(
                    "the offset of an active data segment must be a constant number, found " + segment.offset());
        }
    }
}
