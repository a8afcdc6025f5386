package decant.wasm.link;

import decant.wasm.Export;
import decant.wasm.ExportKind;
import decant.wasm.Features;
import decant.wasm.InvalidModuleException;
import decant.wasm.Module;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/// Gives an installed module the hooks of another build of the same program.
///
/// The new hooks use the functions, variables and constants that the installed module has, and bring along what else
/// they need: functions, constants, imports, and a table of their own when they take addresses of new functions. They
/// cannot bring along variables, for a hook's variables would be strange to the rest of the program.
///
/// The replacement must be linked with `--emit-relocs`. So should be the installed module, or another build of it that
/// is the same apart from that; else the replacement must be the installed program in all but the hooks.
public final class Graft {
    /// The name of the function that puts the constants of grafted hooks into the memory. It traps when the memory
    /// cannot grow.
    public static final String PLACEMENT = "place the constants of grafted hooks";

    /// The name of the function that traps when something wrote over the constants of grafted hooks.
    public static final String DAMAGE_CHECK = "check that the constants of grafted hooks are undamaged";

    private final Module installed;
    private final Module replacement;
    private final Set<String> hooks;
    private final Obstacles obstacles = new Obstacles();

    private Graft(Module installed, Module replacement, Set<String> hooks) {
        this.installed = installed;
        this.replacement = replacement;
        this.hooks = hooks;
    }

    /// Makes the installed module with the hooks of the replacement. A hook that the replacement has not is left out.
    ///
    /// @param installedSymbols the installed module once more, linked with `--emit-relocs`
    /// @param hooks the names of the exported functions to take from the replacement
    public static GraftResult graft(
            Module installed, Module replacement, Optional<Module> installedSymbols, Set<String> hooks) {
        return new Graft(installed, replacement, hooks).graft(installedSymbols);
    }

    /// Does so for modules without symbols that have everything at the same places.
    ///
    /// This is for compilers of which it is known that static data cannot be elsewhere as long as its content is
    /// the same, and what sets it up.
    ///
    /// @param initialisers the names of those hooks that set up the memory
    public static GraftResult graftUnmoved(
            Module installed, Module replacement, Set<String> hooks, Set<String> initialisers) {
        return new Graft(installed, replacement, hooks).graftUnmoved(initialisers);
    }

    private GraftResult graft(Optional<Module> installedSymbols) {
        checkInstalled();
        var linked = LinkedModule.read(replacement, "the replacement", obstacles);
        var mapping = linked.flatMap(l -> mapping(installedSymbols, l));
        return linked.isEmpty() || mapping.isEmpty() || !obstacles.isEmpty()
                ? obstacles.refused()
                : graft(linked.get(), mapping.get());
    }

    private GraftResult graftUnmoved(Set<String> initialisers) {
        checkInstalled();
        if (!obstacles.isEmpty()) {
            return obstacles.refused();
        }
        return UnmovedMapping.of(installed, replacement, hooks, initialisers, obstacles)
                .map(mapping -> graft(LinkedModule.unlinked(replacement), mapping))
                .orElseGet(obstacles::refused);
    }

    private GraftResult graft(LinkedModule linked, Mapping mapping) {
        var exports = hookExports(replacement);
        if (areInstalled(exports, mapping)) {
            return new GraftResult.Unneeded();
        }
        var plan = GraftPlan.of(installed, linked, mapping, exports, obstacles);
        if (!obstacles.isEmpty()) {
            return obstacles.refused();
        }
        return proven(new GraftEdit(installed, linked, mapping, plan).graft(exports, hooks));
    }

    private GraftResult proven(GraftResult.Grafted grafted) {
        Module module;
        try {
            module = Module.parse(grafted.module(), Features.ALL);
        } catch (InvalidModuleException e) {
            obstacles.add(
                    "the grafted module",
                    String.valueOf(e.getMessage()),
                    "a valid module",
                    "give smaller hooks, without parameters");
            return obstacles.refused();
        }
        return switch (HeapProof.compare(installed, module, hooks)) {
            case Verdict.Fits _ -> grafted;
            case Verdict.Differs differs -> throw new AssertionError("BUG: " + differs);
        };
    }

    private void checkInstalled() {
        if (HeapProof.compare(installed, installed, hooks) instanceof Verdict.Differs differs) {
            differs.differences()
                    .forEach(d ->
                            obstacles.add("the installed module, " + d.what(), d.found(), d.expected(), d.remedy()));
        }
        if (!replacement.memories().equals(installed.memories()) && !sameAddresses()) {
            obstacles.add(
                    "the memory of the replacement",
                    HeapProof.text(replacement.memories()),
                    HeapProof.text(installed.memories()),
                    "build for the installed module's target");
        }
        if (hookExports(replacement).isEmpty()) {
            obstacles.add(
                    "the replacement",
                    "no hooks",
                    "one of the exports " + new TreeSet<>(hooks),
                    "give the module that has the hooks; a hook that is to do nothing can be empty");
        }
    }

    private boolean sameAddresses() {
        return replacement.memories().size() == 1
                && installed.memories().size() == 1
                && replacement.memories().getFirst().is64()
                        == installed.memories().getFirst().is64();
    }

    private Optional<Mapping> mapping(Optional<Module> installedSymbols, LinkedModule linkedReplacement) {
        return installedSymbols.isEmpty() && !LinkedModule.isLinked(installed)
                ? CodeMapping.of(installed, linkedReplacement, hooks, obstacles)
                : mapping(installedSymbols.orElse(installed), linkedReplacement);
    }

    /// The module with the symbols is the installed one; when its hooks were replaced since, apart from those.
    private Optional<Mapping> mapping(Module symbols, LinkedModule linkedReplacement) {
        var linked = LinkedModule.read(symbols, "the module that was given for its symbols", obstacles);
        if (linked.isEmpty()) {
            return Optional.empty();
        }
        if (HeapProof.compare(symbols, installed, Set.of()) instanceof Verdict.Fits(var renumbering)) {
            return Optional.of(new SymbolMapping(linked.get(), linkedReplacement, renumbering, true));
        }
        return switch (HeapProof.compare(symbols, installed, hooks)) {
            case Verdict.Fits(var renumbering) ->
                Optional.of(new SymbolMapping(linked.get(), linkedReplacement, renumbering, false));
            case Verdict.Differs differs -> {
                obstacles.add(
                        "the module that was given for its symbols",
                        differs.summary(),
                        "what is installed, with symbols",
                        "build what is installed once more: the same sources, compiler and options, and --emit-relocs");
                yield Optional.empty();
            }
        };
    }

    /// {@return whether the installed module has just these hooks of the replacement}
    private boolean areInstalled(List<Export> exports, Mapping mapping) {
        var present = hookExports(installed);
        return !mapping.slotsDiffer()
                && present.size() == exports.size()
                && present.stream()
                        .allMatch(hook -> exports.stream()
                                .anyMatch(export -> export.name().equals(hook.name())
                                        && mapping.function(export.index()).equals(OptionalInt.of(hook.index()))));
    }

    private List<Export> hookExports(Module module) {
        return module.exports().stream()
                .filter(export -> export.kind() == ExportKind.FUNCTION && hooks.contains(export.name()))
                .toList();
    }
}
