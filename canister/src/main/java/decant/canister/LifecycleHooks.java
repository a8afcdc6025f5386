package decant.canister;

import decant.wasm.Module;
import decant.wasm.link.Graft;
import decant.wasm.link.GraftResult;
import decant.wasm.link.HeapProof;
import decant.wasm.link.ImportName;
import decant.wasm.link.Obstacle;
import decant.wasm.link.Rescue;
import decant.wasm.link.RescueResult;
import decant.wasm.link.Verdict;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The functions of a canister module that run when code is installed, and only then. They can be replaced while the
/// heap stays: this class judges and makes such replacements.
public final class LifecycleHooks {
    /// The names under which a module exports its hooks. Its start function is a hook, too.
    public static final Set<String> NAMES =
            Set.of("canister_init", "canister_pre_upgrade", "canister_try_pre_upgrade", "canister_post_upgrade");

    private static final Set<String> INITIALISERS = Set.of("canister_init");

    /// The sections in which the Motoko compiler leaves its version.
    private static final Set<String> MOTOKO_COMPILER =
            Set.of("icp:private motoko:compiler", "icp:public motoko:compiler", "motoko:compiler");

    /// For each call that addresses stable memory by 32 bits, the one that does it by 64.
    private static final Map<ImportName, ImportName> STABLE_64 = Map.of(
            systemCall("stable_size"), systemCall("stable64_size"),
            systemCall("stable_grow"), systemCall("stable64_grow"),
            systemCall("stable_read"), systemCall("stable64_read"),
            systemCall("stable_write"), systemCall("stable64_write"));

    private LifecycleHooks() {}

    /// {@return whether the replacement can take over the heap that the installed module has made}
    public static Verdict compare(Module installed, Module replacement) {
        return HeapProof.compare(installed, replacement, NAMES);
    }

    /// Makes the installed module with the hooks of the replacement, which is linked with `--emit-relocs`, or was
    /// compiled by the same Motoko compiler.
    ///
    /// @param installedSymbols the installed module once more, linked in the same way; needed when that itself was
    ///     not, and more than the hooks differs
    public static GraftResult graft(Module installed, Module replacement, Optional<Module> installedSymbols) {
        var compiler = motokoCompiler(installed);
        var other = motokoCompiler(replacement);
        if (compiler.isEmpty() && other.isEmpty()) {
            return Graft.graft(installed, replacement, installedSymbols, NAMES);
        }
        return compiler.equals(other)
                ? Graft.graftUnmoved(installed, replacement, NAMES, INITIALISERS)
                : new GraftResult.Refused(List.of(differentCompilers(compiler, other)), 1);
    }

    private static Obstacle differentCompilers(Optional<String> installed, Optional<String> replacement) {
        return new Obstacle(
                "the replacement",
                replacement.map(compiler -> "compiled by moc " + compiler).orElse("not compiled by moc"),
                installed.map(compiler -> "compiled by moc " + compiler).orElse("not compiled by moc")
                        + ", as what is installed",
                "compile it by the same version of the same compiler, with the same options");
    }

    /// {@return the version of the Motoko compiler that made a module, if it did}
    private static Optional<String> motokoCompiler(Module module) {
        return module.customSections().stream()
                .filter(section -> MOTOKO_COMPILER.contains(section.name()))
                .findFirst()
                .map(section -> new String(section.content(), StandardCharsets.UTF_8));
    }

    /// Makes the installed module with hooks that can address more than 4 GiB of stable memory.
    public static RescueResult rescueStable64(Module installed) {
        return Rescue.widen(installed, NAMES, STABLE_64);
    }

    /// {@return whether hooks address stable memory by 32 bits, which fails once it is larger than 4 GiB}
    public static boolean addressBy32Bits(Module module) {
        boolean imports = module.imports().stream()
                .anyMatch(wanted -> STABLE_64.containsKey(new ImportName(wanted.module(), wanted.name())));
        return imports && !(rescueStable64(module) instanceof RescueResult.Unneeded);
    }

    private static ImportName systemCall(String name) {
        return new ImportName("ic0", name);
    }
}
