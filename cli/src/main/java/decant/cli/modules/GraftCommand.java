package decant.cli.modules;

import decant.base.Hash;
import decant.canister.LifecycleHooks;
import decant.cli.json.Json;
import decant.cli.terminal.Bytes;
import decant.cli.terminal.CommandFailure;
import decant.cli.terminal.Output;
import decant.cli.terminal.Progress;
import decant.cli.terminal.Surroundings;
import decant.wasm.Module;
import decant.wasm.link.GraftReport;
import decant.wasm.link.GraftResult;
import decant.wasm.link.Obstacle;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Gives an installed module the hooks of another build, and proves that the result fits the heap.
@Command(
        name = "graft",
        description = "Give a module the hooks of another build of its program, so that its heap can stay.",
        footer = {
            "",
            "NEW must be linked with --emit-relocs, so that it tells which address is which symbol. Where OLD was not,"
                    + " NEW must be OLD's program in all but the hooks; or OLD's sources linked once more with"
                    + " --emit-relocs say for OLD which address is which symbol: --old-symbols.",
            "",
            GraftCommand.LINKING,
            GraftCommand.LINKING_CLANG,
            GraftCommand.LINKING_RUST,
            GraftCommand.LINKING_TINYGO,
            "",
            "Exit codes: 0 done, 1 the hooks cannot be grafted, 2 not understood.",
            "",
            "Examples:",
            "  decant graft v1.wasm v1-repaired.wasm -o grafted.wasm",
            "  decant graft v1.wasm v1-repaired.wasm --old-symbols v1-relocs.wasm -o grafted.wasm",
            "  decant deploy grafted.wasm --name vault --mode lifecycle-upgrade"
        })
public final class GraftCommand implements Callable<Integer> {
    static final String LINKING =
            "How to link with --emit-relocs (no wasm-opt, ic-wasm or strip may change the module afterwards):";
    static final String LINKING_CLANG = "  clang   -Wl,--emit-relocs";
    static final String LINKING_RUST = "  Rust    RUSTFLAGS='-C link-arg=--emit-relocs -C strip=none' cargo build";
    static final String LINKING_TINYGO = "  TinyGo  \"--emit-relocs\" among the ldflags of the target's JSON file";

    private final Surroundings surroundings;

    @Mixin
    private Output output = new Output();

    @Parameters(index = "0", paramLabel = "OLD", description = "The installed module.")
    private Path old = Path.of("");

    @Parameters(index = "1", paramLabel = "NEW", description = "The module that has the hooks.")
    private Path replacement = Path.of("");

    @Option(
            names = "--old-symbols",
            paramLabel = "FILE",
            description = "The installed module, linked once more with --emit-relocs.")
    private Optional<Path> oldSymbols = Optional.empty();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT",
            required = true,
            description = "Where to write the module.")
    private Path out = Path.of("");

    public GraftCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var installed = Surgery.read(surroundings, old);
        var donor = Surgery.read(surroundings, replacement);
        var symbols = oldSymbols.map(file -> Surgery.read(surroundings, file));
        var result =
                new Progress(surroundings).during("Grafting", () -> LifecycleHooks.graft(installed, donor, symbols));
        switch (result) {
            case GraftResult.Grafted(byte[] wasm, var report) -> write(installed, wasm, report);
            case GraftResult.Unneeded _ ->
                throw new CommandFailure(
                        "There is nothing to graft: the hooks of " + replacement + " are those of " + old + ".");
            case GraftResult.Refused(var obstacles, int total) -> throw refused(obstacles, total);
        }
        return 0;
    }

    private CommandFailure refused(List<Obstacle> obstacles, int total) {
        var what = "The hooks of " + replacement + " cannot be grafted onto " + old + ":";
        boolean symbolsHelp =
                obstacles.stream().anyMatch(obstacle -> obstacle.remedy().contains("--emit-relocs"));
        var reasons = obstacles.stream().map(Surgery.Reason::of).toList();
        return Surgery.refused(
                what,
                reasons,
                total,
                symbolsHelp ? List.of(LINKING, LINKING_CLANG, LINKING_RUST, LINKING_TINYGO) : List.of());
    }

    private void write(Module installed, byte[] wasm, GraftReport report) {
        Surgery.write(surroundings, out, Surgery.proven(installed, wasm));
        output.print(
                surroundings,
                "The hooks of " + replacement + " are grafted onto " + old + ".\n"
                        + "Hooks   " + Surgery.names(report.hooks()) + "\n"
                        + (report.removed().isEmpty() ? "" : "Removed " + Surgery.names(report.removed()) + "\n")
                        + "Places  " + places(report.basis()) + "\n"
                        + "Added   " + Surgery.names(report.appended()) + "\n"
                        + "Reused  " + Surgery.names(report.shared()) + "\n"
                        + "Data    " + Bytes.shown(report.newDataBytes()) + " more\n"
                        + Surgery.proofAndUse(old, out, wasm),
                Json.fields()
                        .with("output", Json.text(out.toString()))
                        .with("module_hash", Json.text(Hash.sha256(wasm).hex()))
                        .with("proven", Json.bool(true))
                        .with("hooks", Surgery.json(report.hooks()))
                        .with("removed", Surgery.json(report.removed()))
                        .with("basis", Json.text(report.basis().name().toLowerCase(Locale.ROOT)))
                        .with("appended", Surgery.json(report.appended()))
                        .with("shared", Surgery.json(report.shared()))
                        .with("new_data_bytes", Json.number(report.newDataBytes())));
    }

    /// {@return how it is known where the installed module has what the hooks use}
    private String places(GraftReport.Basis basis) {
        return switch (basis) {
            case SYMBOLS -> "of variables are told by the symbols of " + oldSymbols.orElse(old);
            case CODE -> "of variables are told by the code: outside the hooks it is the same but for addresses";
            case UNMOVED -> "of all data are the same: so are its content and what sets it up";
        };
    }
}
