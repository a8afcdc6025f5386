package decant.wasm;

import decant.base.Hash;
import decant.wasm.binary.ModuleDecoder;
import decant.wasm.binary.ModuleSections;
import decant.wasm.compile.CompiledModule;
import decant.wasm.validate.ModuleValidator;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// A decoded and valid module. Immutable: share it among instances and threads, and do not change its bytes.
public final class Module {
    private final ModuleSections sections;
    private final Hash hash;
    private final CodeCache cache;
    private final Tracking tracking;
    private @Nullable CompiledModule code;

    private Module(ModuleSections sections, CodeCache cache, Tracking tracking) {
        this.sections = sections;
        this.cache = cache;
        this.tracking = tracking;
        this.hash = Hash.sha256(sections.bytes());
    }

    /// Decodes and validates a module, which keeps the array.
    ///
    /// @throws InvalidModuleException when the bytes are not a valid module with at most these features
    public static Module parse(byte[] bytes, Features features) {
        return parse(bytes, features, Tracking.WRITES);
    }

    /// Decodes and validates a module, which keeps the array.
    ///
    /// @param tracking what its code leaves a trace of
    /// @throws InvalidModuleException when the bytes are not a valid module with at most these features
    public static Module parse(byte[] bytes, Features features, Tracking tracking) {
        return parse(bytes, features, CodeCache.NONE, tracking);
    }

    /// Decodes and validates a module, which keeps the array.
    ///
    /// @param cache where its functions are looked for before they are compiled, and kept afterwards
    /// @param tracking what its code leaves a trace of
    /// @throws InvalidModuleException when the bytes are not a valid module with at most these features
    public static Module parse(byte[] bytes, Features features, CodeCache cache, Tracking tracking) {
        var sections = ModuleDecoder.decode(bytes);
        ModuleValidator.validate(sections, features);
        return new Module(sections, cache, tracking);
    }

    /// {@return the compiled code that all instances share}
    synchronized CompiledModule code() {
        if (code == null) {
            code = new CompiledModule(this, cache.of(hash));
        }
        return code;
    }

    /// {@return what the module's code leaves a trace of}
    public Tracking tracking() {
        return tracking;
    }

    /// {@return the bytes this module was read from, not a copy}
    public byte[] bytes() {
        return sections.bytes();
    }

    /// {@return the SHA-256 of the bytes}
    public Hash hash() {
        return hash;
    }

    public List<FunctionType> types() {
        return sections.types();
    }

    public List<Import> imports() {
        return sections.imports();
    }

    /// {@return how many functions there are, imports included}
    public int functionCount() {
        return sections.functionTypes().length;
    }

    /// {@return how many functions are imported; they have the first indices}
    public int importedFunctionCount() {
        return sections.importedFunctionCount();
    }

    /// {@return for each function, imports first, the index of its type; not a copy}
    public int[] functionTypeIndices() {
        return sections.functionTypes();
    }

    /// {@return the type of a function, imports first}
    public FunctionType functionType(int functionIndex) {
        return sections.types().get(sections.functionTypes()[functionIndex]);
    }

    /// {@return all tables, imports first}
    public List<TableType> tables() {
        return sections.tables();
    }

    /// {@return all memories, imports first: none or one}
    public List<MemoryType> memories() {
        return sections.memories();
    }

    /// {@return the globals that the module itself defines}
    public List<Global> globals() {
        return sections.globals();
    }

    /// {@return the types of all globals, imports first}
    public List<GlobalType> globalTypes() {
        return sections.globalTypes();
    }

    public List<Export> exports() {
        return sections.exports();
    }

    /// {@return the index of the function to run after instantiation}
    public OptionalInt start() {
        return sections.start();
    }

    public List<ElementSegment> elements() {
        return sections.elements();
    }

    public List<DataSegment> data() {
        return sections.data();
    }

    /// {@return how many data segments the data count section announces}
    public OptionalInt dataCount() {
        return sections.dataCount();
    }

    /// {@return the code of the functions that the module itself defines}
    public List<FunctionBody> bodies() {
        return sections.bodies();
    }

    public List<CustomSection> customSections() {
        return sections.customSections();
    }

    /// {@return the function's name by the name section, else `func[N]`}
    public String functionName(int functionIndex) {
        return sections.functionName(functionIndex);
    }
}
