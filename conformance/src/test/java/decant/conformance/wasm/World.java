package decant.conformance.wasm;

import static decant.wasm.ValueType.F32;
import static decant.wasm.ValueType.F64;
import static decant.wasm.ValueType.FUNCREF;
import static decant.wasm.ValueType.I32;
import static decant.wasm.ValueType.I64;

import decant.wasm.Extern;
import decant.wasm.FunctionType;
import decant.wasm.GlobalType;
import decant.wasm.GlobalVariable;
import decant.wasm.HostImport;
import decant.wasm.Import;
import decant.wasm.Imports;
import decant.wasm.Instance;
import decant.wasm.InstanceLimits;
import decant.wasm.Limits;
import decant.wasm.Memory;
import decant.wasm.MemoryType;
import decant.wasm.Module;
import decant.wasm.Table;
import decant.wasm.TableType;
import decant.wasm.ValueType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// The instances that a script has made, and the module "spectest" that the suite expects of every host.
final class World implements AutoCloseable {
    private static final long PAGE_BYTES = 65_536;
    private static final int TABLE_MAX = 100_000;
    private static final InstanceLimits LIMITS = InstanceLimits.DEFAULT.withMemoryBytesMax(PAGE_BYTES * PAGE_BYTES);

    private final Map<String, Extern> spectest = new HashMap<>();
    private final Map<String, Target> registered = new HashMap<>();
    private final List<Instance> instances = new ArrayList<>();
    private final Memory spectestMemory;

    /// What a name or the script's last module stands for.
    sealed interface Target {
        /// An instance.
        ///
        /// @param leftOutExports what its module would also export were it whole, and why it does not
        record Running(Instance instance, Map<String, String> leftOutExports) implements Target {}

        /// No instance, because its module is left out.
        record Missing(String reason) implements Target {}

        /// {@return the instance, if nothing keeps it from offering this name}
        default Instance offering(String name) {
            return switch (this) {
                case Running(Instance instance, Map<String, String> leftOut) -> {
                    if (leftOut.containsKey(name)) {
                        throw new LeftOutException(leftOut.get(name));
                    }
                    yield instance;
                }
                case Missing(String reason) -> throw new LeftOutException(reason);
            };
        }
    }

    World() {
        print("print");
        print("print_i32", I32);
        print("print_i64", I64);
        print("print_f32", F32);
        print("print_f64", F64);
        print("print_i32_f32", I32, F32);
        print("print_f64_f64", F64, F64);
        global("global_i32", I32, 666);
        global("global_i64", I64, 666);
        global("global_f32", F32, Float.floatToRawIntBits(666.6f));
        global("global_f64", F64, Double.doubleToRawLongBits(666.6));
        var tableLimits = new Limits(10, OptionalLong.of(20));
        spectest.put("table", new Table(new TableType(FUNCREF, false, tableLimits), TABLE_MAX));
        spectest.put("table64", new Table(new TableType(FUNCREF, true, tableLimits), TABLE_MAX));
        spectestMemory =
                new Memory(new MemoryType(false, new Limits(1, OptionalLong.of(2))), 2 * PAGE_BYTES, _ -> true);
        spectest.put("memory", spectestMemory);
    }

    private void print(String name, ValueType... parameters) {
        spectest.put(name, new HostImport(new FunctionType(List.of(parameters), List.of()), (_, _) -> {}));
    }

    private void global(String name, ValueType type, long value) {
        spectest.put(name, new GlobalVariable(new GlobalType(type, false), value));
    }

    /// Lets later modules import from this target.
    void register(String name, Target target) {
        registered.put(name, target);
    }

    /// {@return a new instance, its start function not yet called}
    Instance instantiate(Module module) {
        var imports = new Imports.Builder();
        for (Import wanted : module.imports()) {
            find(wanted).ifPresent(extern -> imports.add(wanted.module(), wanted.name(), extern));
        }
        var instance = Instance.instantiate(module, imports.build(), LIMITS);
        instance.setFuel(Long.MAX_VALUE);
        instances.add(instance);
        return instance;
    }

    private Optional<Extern> find(Import wanted) {
        if (wanted.module().equals("spectest")) {
            return Optional.ofNullable(spectest.get(wanted.name()));
        }
        var target = registered.get(wanted.module());
        return target == null
                ? Optional.empty()
                : target.offering(wanted.name()).export(wanted.name());
    }

    @Override
    public void close() {
        instances.reversed().forEach(Instance::close);
        spectestMemory.close();
    }
}
