package decant.canister;

import decant.canister.CanisterModule.Method;
import decant.canister.CanisterModule.MethodKind;
import decant.wasm.Export;
import decant.wasm.ExportKind;
import decant.wasm.Module;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

/// The entry points of a canister module, found in its exported functions by their names.
final class ModuleExports {
    static final String PRE_UPGRADE = "canister_pre_upgrade";
    static final String TRY_PRE_UPGRADE = "canister_try_pre_upgrade";

    private static final String PREFIX = "canister_";

    private static final Map<String, MethodKind> METHOD_PREFIXES = Map.of(
            "canister_update ", MethodKind.UPDATE,
            "canister_query ", MethodKind.QUERY,
            "canister_composite_query ", MethodKind.COMPOSITE_QUERY);

    private static final Set<String> ENTRY_POINTS = Set.of(
            "canister_init",
            PRE_UPGRADE,
            TRY_PRE_UPGRADE,
            "canister_post_upgrade",
            "canister_inspect_message",
            "canister_heartbeat",
            "canister_global_timer",
            "canister_on_low_wasm_memory");

    private static final Set<String> RESERVED = Set.of(
            "canister counter_instructions",
            "canister_start",
            "canister counter_dirty_pages",
            "canister counter_accessed_pages",
            "stable_memory",
            "stable_memory_bytemap");

    private final Map<String, Method> methods = new TreeMap<>();
    private final Map<String, Integer> entryPoints = new TreeMap<>();
    private int methodNameBytes;

    private ModuleExports() {}

    /// {@return the entry points}
    /// @throws InvalidCanisterModule where a name or a type is not allowed
    static ModuleExports of(Module module) {
        var exports = new ModuleExports();
        for (Export export : module.exports()) {
            exports.add(module, export);
        }
        exports.checkHooks();
        return exports;
    }

    private void checkHooks() {
        if (entryPoints.containsKey(PRE_UPGRADE) && entryPoints.containsKey(TRY_PRE_UPGRADE)) {
            throw new InvalidCanisterModule("The module exports both '" + PRE_UPGRADE + "' and '" + TRY_PRE_UPGRADE
                    + "', which stand for the same hook. Export one of them.");
        }
    }

    private void add(Module module, Export export) {
        var name = export.name();
        if (RESERVED.contains(name)) {
            throw new InvalidCanisterModule("Exporting reserved symbol '" + name + "'");
        }
        if (export.kind() != ExportKind.FUNCTION || !name.startsWith(PREFIX)) {
            return;
        }
        for (var prefix : METHOD_PREFIXES.entrySet()) {
            if (name.startsWith(prefix.getKey())) {
                checkType(module, export);
                addMethod(name.substring(prefix.getKey().length()), new Method(prefix.getValue(), export.index()));
                return;
            }
        }
        if (!ENTRY_POINTS.contains(name)) {
            throw new InvalidCanisterModule("Exporting reserved function '" + name + "' with \"canister_\" prefix");
        }
        checkType(module, export);
        entryPoints.put(name, export.index());
    }

    private void addMethod(String name, Method method) {
        if (methods.put(name, method) != null) {
            throw new InvalidCanisterModule("Duplicate function '" + name
                    + "' exported multiple times with different call types: update, query, or composite_query.");
        }
        methodNameBytes += name.getBytes(StandardCharsets.UTF_8).length;
        if (methods.size() > ModuleLimits.METHODS_MAX) {
            throw new InvalidCanisterModule("The number of exported functions called `canister_update <name>`,"
                    + " `canister_query <name>`, or `canister_composite_query <name>` exceeds "
                    + ModuleLimits.METHODS_MAX + ".");
        }
        if (methodNameBytes > ModuleLimits.METHOD_NAME_BYTES_MAX) {
            throw new InvalidCanisterModule("The sum of `<name>` lengths in exported functions called"
                    + " `canister_update <name>`, `canister_query <name>`, or `canister_composite_query <name>`"
                    + " exceeds " + ModuleLimits.METHOD_NAME_BYTES_MAX + ".");
        }
    }

    private static void checkType(Module module, Export export) {
        var type = module.functionType(export.index());
        if (!type.parameters().equals(List.of()) || !type.results().equals(List.of())) {
            throw new InvalidCanisterModule("Function '" + export.name() + "' must have the type () -> (), found "
                    + type.parameters() + " -> " + type.results());
        }
    }

    Optional<Method> method(String name) {
        return Optional.ofNullable(methods.get(name));
    }

    OptionalInt entryPoint(String name) {
        var function = entryPoints.get(name);
        return function == null ? OptionalInt.empty() : OptionalInt.of(function);
    }
}
