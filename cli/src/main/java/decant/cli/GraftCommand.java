package decant.cli;

import decant.base.Hash;
import decant.canister.LifecycleHooks;
import decant.wasm.Module;
import decant.wasm.link.GraftReport;
import decant.wasm.link.GraftResult;
import java.nio.file.Path;
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
                    + " the same sources linked once more with --emit-relocs can say so for it: --old-symbols.",
            "",
            "Exit codes: 0 done, 1 the hooks cannot be grafted, 2 not understood.",
            "",
            "Examples:",
            "  decant graft v1.wasm v1-repaired.wasm -o grafted.wasm",
            "  decant graft v1.wasm v1-repaired.wasm --old-symbols v1-relocs.wasm -o grafted.wasm",
            "  decant deploy grafted.wasm --name vault --mode lifecycle-upgrade"
        })
final class GraftCommand implements Callable<Integer> {
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

    GraftCommand(Surroundings surroundings) {
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
            case GraftResult.Refused(var obstacles, int total) ->
                throw Surgery.refused(
                        "The hooks of " + replacement + " cannot be grafted onto " + old + ":", obstacles, total);
        }
        return 0;
    }

    private void write(Module installed, byte[] wasm, GraftReport report) {
        Surgery.write(surroundings, out, Surgery.proven(installed, wasm));
        output.print(
                surroundings,
                "The hooks of " + replacement + " are grafted onto " + old + ".\n"
                        + "Added   " + Surgery.names(report.appended()) + "\n"
                        + "Reused  " + Surgery.names(report.shared()) + "\n"
                        + "Data    " + Bytes.shown(report.newDataBytes()) + " more\n"
                        + Surgery.proofAndUse(old, out, wasm),
                Json.fields()
                        .with("output", Json.text(out.toString()))
                        .with("module_hash", Json.text(Hash.sha256(wasm).hex()))
                        .with("proven", Json.bool(true))
                        .with("appended", Surgery.json(report.appended()))
                        .with("shared", Surgery.json(report.shared()))
                        .with("new_data_bytes", Json.number(report.newDataBytes())));
    }
}
