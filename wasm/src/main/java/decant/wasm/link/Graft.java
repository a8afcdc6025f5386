package decant.wasm.link;

import decant.wasm.Export;
import decant.wasm.ExportKind;
import decant.wasm.Features;
import decant.wasm.Module;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Gives an installed module the hooks of another build of the same program.
///
/// The new hooks use the functions, variables and constants that the installed module has, and bring along what else
/// they need: functions, constants, imports, and a table of their own when they take addresses of new functions. They
/// cannot bring along variables, for a hook's variables would be strange to the rest of the program.
///
/// The replacement must be linked with `--emit-relocs`. So must be the installed module, or another build of it that
/// is the same apart from that.
public final class Graft {
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

    private GraftResult graft(Optional<Module> installedSymbols) {
        checkInstalled();
        var linked = LinkedModule.read(replacement, "the replacement", obstacles);
        var symbols = installedSymbols.orElse(installed);
        var mapping = linked.flatMap(l -> mapping(symbols, l));
        if (linked.isEmpty() || mapping.isEmpty() || !obstacles.isEmpty()) {
            return obstacles.refused();
        }
        var exports = hookExports();
        var plan = GraftPlan.of(installed, linked.get(), mapping.get(), exports, obstacles);
        if (!obstacles.isEmpty()) {
            return obstacles.refused();
        }
        return proven(new GraftEdit(installed, linked.get(), mapping.get(), plan).graft(exports, hooks));
    }

    private GraftResult.Grafted proven(GraftResult.Grafted grafted) {
        var module = Module.parse(grafted.module(), Features.ALL);
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
                    replacement.memories().toString(),
                    installed.memories().toString(),
                    "build for the installed module's target");
        }
    }

    private boolean sameAddresses() {
        return replacement.memories().size() == 1
                && installed.memories().size() == 1
                && replacement.memories().getFirst().is64()
                        == installed.memories().getFirst().is64();
    }

    /// The module with the symbols is the installed one; when its hooks were replaced since, apart from those.
    private Optional<Mapping> mapping(Module symbols, LinkedModule linkedReplacement) {
        var linked = LinkedModule.read(symbols, "the installed module with its symbols", obstacles);
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
                        "the installed module with its symbols",
                        differs.total() + " differences from what is installed, the first: "
                                + differs.differences().getFirst(),
                        "no difference but the symbols",
                        "build exactly what is installed, with --emit-relocs");
                yield Optional.empty();
            }
        };
    }

    private List<Export> hookExports() {
        return replacement.exports().stream()
                .filter(export -> export.kind() == ExportKind.FUNCTION && hooks.contains(export.name()))
                .toList();
    }
}
