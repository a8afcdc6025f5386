package decant.wasm.binary;

import decant.wasm.CustomSection;
import decant.wasm.DataSegment;
import decant.wasm.ElementSegment;
import decant.wasm.Export;
import decant.wasm.FunctionBody;
import decant.wasm.FunctionType;
import decant.wasm.Global;
import decant.wasm.GlobalType;
import decant.wasm.Import;
import decant.wasm.MemoryType;
import decant.wasm.TableType;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// All that a module's bytes say, section by section.
///
/// The index spaces of functions, tables and memories begin with the imports; `globals` holds defined globals only.
///
/// @param functionTypes for each function, imports first, the index of its type
/// @param globalTypes the types of all globals, imports first
/// @param offsets for each section that is there, by its id, where it begins
public record ModuleSections(
        byte[] bytes,
        List<FunctionType> types,
        List<Import> imports,
        int[] functionTypes,
        List<TableType> tables,
        List<MemoryType> memories,
        List<Global> globals,
        List<GlobalType> globalTypes,
        List<Export> exports,
        OptionalInt start,
        List<ElementSegment> elements,
        List<DataSegment> data,
        OptionalInt dataCount,
        List<FunctionBody> bodies,
        List<CustomSection> customSections,
        Map<Integer, String> functionNames,
        int[] offsets) {
    /// {@return what to call a function in messages: its name by the name section, else `func[N]`}
    public String functionName(int functionIndex) {
        return functionNames.getOrDefault(functionIndex, "func[" + functionIndex + "]");
    }

    /// {@return how many functions are imported; they have the first indices}
    public int importedFunctionCount() {
        return functionTypes.length - bodies.size();
    }
}
