package decant.cli.modules;

import decant.base.Hash;
import decant.canister.LifecycleHooks;
import decant.cli.json.Json;
import decant.cli.terminal.CommandFailure;
import decant.cli.terminal.Output;
import decant.cli.terminal.Progress;
import decant.cli.terminal.Surroundings;
import decant.wasm.Module;
import decant.wasm.link.RescueResult;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Makes hooks that trap on more than 4 GiB of stable memory work, without their source.
@Command(
        name = "stable64",
        description =
                "Make the hooks of a module address stable memory by 64 bits, so that they can use more than 4 GiB.",
        footer = {
            "",
            "The functions that the hooks reach call ic0.stable_size, stable_grow, stable_read and stable_write no more,"
                    + " but ic0.stable64_size and so on. All other code stays as it is.",
            "",
            "Exit codes: 0 done, 1 there is nothing to repair so, 2 not understood.",
            "",
            "Examples:",
            "  decant rescue stable64 vault.wasm -o rescued.wasm",
            "  decant deploy rescued.wasm --name vault --mode lifecycle-upgrade"
        })
public final class RescueStable64Command implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private Output output = new Output();

    @Parameters(paramLabel = "MODULE", description = "The installed module.")
    private Path file = Path.of("");

    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT",
            required = true,
            description = "Where to write the module.")
    private Path out = Path.of("");

    public RescueStable64Command(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var installed = Surgery.read(surroundings, file);
        var result = new Progress(surroundings).during("Rewriting", () -> LifecycleHooks.rescueStable64(installed));
        switch (result) {
            case RescueResult.Rescued(byte[] wasm, var changed) -> write(installed, wasm, changed);
            case RescueResult.Unneeded _ ->
                throw new CommandFailure("There is nothing to rescue: no hook of " + file
                        + " uses the calls that address stable memory by 32 bits.");
            case RescueResult.Refused(var verdict) ->
                throw Surgery.refused(
                        "No module can take over the heap of " + file + ", not even itself:",
                        verdict.differences().stream().map(Surgery.Reason::of).toList(),
                        verdict.total(),
                        List.of());
        }
        return 0;
    }

    private void write(Module installed, byte[] wasm, List<String> changed) {
        Surgery.write(surroundings, out, Surgery.proven(installed, wasm));
        output.print(
                surroundings,
                "The hooks of " + file + " address stable memory by 64 bits now.\n"
                        + "Changed " + Surgery.names(changed) + "\n"
                        + Surgery.proofAndUse(file, out, wasm),
                Json.fields()
                        .with("output", Json.text(out.toString()))
                        .with("module_hash", Json.text(Hash.sha256(wasm).hex()))
                        .with("proven", Json.bool(true))
                        .with("changed", Surgery.json(changed)));
    }
}
