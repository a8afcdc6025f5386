package decant.canister;

import decant.base.Hash;
import decant.canister.check.CodeFacts;
import decant.canister.state.ModuleBinary;
import decant.canister.state.ModuleBinary.Metadata;
import decant.canister.state.ModuleBinary.TaskExports;
import decant.canister.state.TaskKind;
import decant.wasm.CodeCache;
import decant.wasm.Features;
import decant.wasm.InvalidModuleException;
import decant.wasm.Module;
import decant.wasm.Tracking;
import java.util.Optional;
import java.util.OptionalInt;
import org.pcollections.PSortedMap;

/// A Wasm module that keeps the rules for canisters, with its entry points. Immutable and shared.
final class CanisterModule {
    /// The kinds of methods a canister offers.
    enum MethodKind {
        UPDATE,
        QUERY,
        COMPOSITE_QUERY
    }

    /// A method: what kind it is and which function it runs.
    record Method(MethodKind kind, int function) {}

    private final Module module;
    private final ModuleExports exports;
    private final PSortedMap<String, Metadata> metadata;
    private final long instructions;

    private CanisterModule(
            Module module, ModuleExports exports, PSortedMap<String, Metadata> metadata, long instructions) {
        this.module = module;
        this.exports = exports;
        this.metadata = metadata;
        this.instructions = instructions;
    }

    /// Reads and checks a module as uploaded.
    ///
    /// @throws InvalidCanisterModule where it breaks a rule
    static CanisterModule parse(byte[] uploaded) {
        return parse(uploaded, CodeCache.NONE);
    }

    /// Reads and checks a module as uploaded.
    ///
    /// @param code what keeps its compiled code
    /// @throws InvalidCanisterModule where it breaks a rule
    static CanisterModule parse(byte[] uploaded, CodeCache code) {
        var module = decode(Unpacking.wasmOf(uploaded), code);
        ModuleRules.check(module);
        var exports = ModuleExports.of(module);
        var metadata = ModuleMetadata.of(module);
        return new CanisterModule(module, exports, metadata, ModuleRules.checkFunctions(module));
    }

    private static Module decode(byte[] wasm, CodeCache code) {
        try {
            return Module.parse(wasm, Features.IC, code, Tracking.READS_AND_WRITES);
        } catch (InvalidModuleException e) {
            throw new InvalidCanisterModule(String.valueOf(e.getMessage()));
        }
    }

    Module module() {
        return module;
    }

    /// {@return what is kept of the module in a canister's state}
    ModuleBinary binary(byte[] uploaded) {
        var tasks = new TaskExports(
                task(TaskKind.LOW_WASM_MEMORY).isPresent(),
                task(TaskKind.GLOBAL_TIMER).isPresent(),
                task(TaskKind.HEARTBEAT).isPresent());
        return new ModuleBinary(Hash.sha256(uploaded), uploaded, tasks, metadata);
    }

    /// {@return what the checks before an upgrade look at}
    CodeFacts facts() {
        return CodeFacts.of(module, metadata);
    }

    /// {@return how many instructions its functions have: what compiling it is charged by}
    long instructions() {
        return instructions;
    }

    boolean hasMemory() {
        return !module.memories().isEmpty();
    }

    /// {@return whether its memory has 64-bit addresses}
    boolean is64() {
        return hasMemory() && module.memories().get(0).is64();
    }

    /// {@return the bytes its memory has at least}
    long heapBytesMin() {
        return hasMemory() ? module.memories().get(0).limits().minimum() * 65_536 : 0;
    }

    /// {@return the bytes its memory has at most, by its declaration and by what a canister may have}
    long heapBytesMax() {
        if (!hasMemory()) {
            return 0;
        }
        var declared = module.memories().get(0).limits().maximum();
        long addressable = ModuleLimits.heapBytesMax(is64());
        return declared.isPresent() ? Math.min(declared.getAsLong() * 65_536, addressable) : addressable;
    }

    /// {@return whether it says that its heap may outlive it in upgrades}
    boolean supportsEnhancedPersistence() {
        return metadata.containsKey("enhanced-orthogonal-persistence");
    }

    /// {@return the method with this name}
    Optional<Method> method(String name) {
        return exports.method(name);
    }

    OptionalInt start() {
        return module.start();
    }

    OptionalInt init() {
        return exports.entryPoint("canister_init");
    }

    /// {@return the hook that runs before the canister is upgraded to another module, of whichever name}
    OptionalInt preUpgrade() {
        var plain = exports.entryPoint(ModuleExports.PRE_UPGRADE);
        return plain.isPresent() ? plain : exports.entryPoint(ModuleExports.TRY_PRE_UPGRADE);
    }

    OptionalInt postUpgrade() {
        return exports.entryPoint("canister_post_upgrade");
    }

    OptionalInt inspectMessage() {
        return exports.entryPoint("canister_inspect_message");
    }

    OptionalInt task(TaskKind kind) {
        return exports.entryPoint(kind.exportName());
    }
}
