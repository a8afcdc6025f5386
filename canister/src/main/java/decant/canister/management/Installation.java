package decant.canister.management;

import decant.candid.Value;
import decant.canister.Install;
import decant.canister.InstallOutcome;
import decant.canister.InstallRequest;
import decant.canister.InstallRequest.Mode;
import decant.canister.InstallRequest.Persistence;
import decant.canister.state.CanisterState;
import java.util.Optional;

/// Puts code into canisters, whole or from the chunks of a store.
final class Installation {
    private final Install install;

    Installation(Install install) {
        this.install = install;
    }

    ManagementOutcome whole(Turn turn) {
        return run(
                turn,
                turn.controlledTarget(),
                turn.argument().field("wasm_module").toBytes());
    }

    ManagementOutcome chunked(Turn turn) {
        var argument = turn.argument();
        var target = turn.canister(argument.field("target_canister").toPrincipal());
        Authority.requireController(target, turn.sender());
        var store = argument.optionalField("store_canister")
                .map(id -> turn.canister(id.toPrincipal()))
                .orElse(target);
        Authority.requireControllerOrSelf(store, turn.sender());
        var module = ChunkStore.module(
                store,
                argument.field("chunk_hashes_list").items(),
                argument.field("wasm_module_hash").toBytes());
        return run(turn, target, module);
    }

    private ManagementOutcome run(Turn turn, CanisterState target, byte[] module) {
        var request = new InstallRequest(
                mode(turn.argument().field("mode")),
                module,
                turn.argument().field("arg").toBytes(),
                turn.changeOrigin());
        var outcome = install.install(target, request, turn.env());
        return switch (outcome) {
            case InstallOutcome.Installed(var next, long instructionsUsed) -> {
                var done = turn.done(next);
                yield new ManagementOutcome(done.next(), done.answers(), instructionsUsed);
            }
            case InstallOutcome.Rejected(var next, var _, var reject, var _, long instructionsUsed) ->
                turn.rejected(turn.subnet().with(next), reject, instructionsUsed);
        };
    }

    private static Mode mode(Value mode) {
        return switch (mode.tag()) {
            case "install" -> new Mode.Install();
            case "reinstall" -> new Mode.Reinstall();
            case "upgrade" ->
                mode.payload()
                        .optional()
                        .map(Installation::upgrade)
                        .orElseGet(() -> new Mode.Upgrade(false, Optional.empty()));
            default -> throw new AssertionError("BUG: " + mode + " is not of the type install_mode");
        };
    }

    private static Mode upgrade(Value options) {
        boolean skipPreUpgrade =
                options.optionalField("skip_pre_upgrade").map(Value::toBoolean).orElse(false);
        var persistence = options.optionalField("wasm_memory_persistence")
                .map(choice -> choice.is("keep") ? Persistence.KEEP : Persistence.REPLACE);
        return new Mode.Upgrade(skipPreUpgrade, persistence);
    }
}
