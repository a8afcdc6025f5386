package decant.canister.management;

import decant.candid.Value;
import decant.canister.Install;
import decant.canister.InstallOutcome;
import decant.canister.InstallRequest;
import decant.canister.InstallRequest.Mode;
import decant.canister.InstallRequest.OnTryTrap;
import decant.canister.InstallRequest.Persistence;
import decant.canister.state.CanisterState;
import decant.canister.state.Change;
import decant.canister.state.Chronicle;
import decant.canister.state.Chronicle.Event;
import decant.canister.state.RestorePoint.Reason;
import java.util.List;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/// Puts code into canisters, whole or from the chunks of a store, and keeps what was there before.
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
        var request = request(turn.argument(), module, turn.changeOrigin());
        var outcome = install.install(target, request, turn.env().of(turn.subnet(), target.id()));
        var chronicle = chronicle(turn, target, request, outcome);
        var subnet = turn.subnet().with(outcome.next()).withChronicle(target.id(), chronicle);
        return switch (outcome) {
            case InstallOutcome.Installed _, InstallOutcome.Tried _ -> {
                var done = turn.done(subnet);
                yield new ManagementOutcome(done.next(), done.answers(), outcome.instructionsUsed());
            }
            case InstallOutcome.Rejected rejected ->
                turn.rejected(subnet, rejected.reject(), outcome.instructionsUsed());
        };
    }

    /// {@return the canister's chronicle with the report, and, where code was replaced, with what was there before}
    private static Chronicle chronicle(
            Turn turn, CanisterState before, InstallRequest request, InstallOutcome outcome) {
        var chronicle = turn.subnet().chronicle(before.id());
        long timeNanos = turn.env().timeNanos();
        var report = outcome.report();
        boolean replaces =
                outcome instanceof InstallOutcome.Installed && before.code().isPresent();
        return replaces
                ? chronicle.plusUndoable(
                        before,
                        reason(request.mode()),
                        timeNanos,
                        request.origin(),
                        number -> new Event.Installation(report.withRestorePoint(number)))
                : chronicle.plus(timeNanos, request.origin(), new Event.Installation(report));
    }

    private static Reason reason(Mode mode) {
        return switch (mode) {
            case Mode.Upgrade _ -> Reason.UPGRADE;
            case Mode.LifecycleUpgrade _ -> Reason.LIFECYCLE_UPGRADE;
            case Mode.Reinstall _ -> Reason.REINSTALL;
            case Mode.Install _ -> throw new AssertionError("BUG: an installation into a canister that has code");
        };
    }

    /// {@return what the argument of an installing method asks for, with a module that it names}
    static InstallRequest request(Value call, byte[] module, Change.Origin origin) {
        var mode = call.field("mode");
        var argument = call.field("arg").toBytes();
        return switch (mode.tag()) {
            case "install" -> new InstallRequest(new Mode.Install(), module, argument, origin);
            case "reinstall" -> new InstallRequest(new Mode.Reinstall(), module, argument, origin);
            case "upgrade" -> {
                var options = mode.payload().optional().orElseGet(Value::record);
                yield guarded(new InstallRequest(upgrade(options), module, argument, origin), options);
            }
            case "lifecycle_upgrade" -> {
                var options = mode.payload().optional().orElseGet(Value::record);
                var lifecycle = new Mode.LifecycleUpgrade(flag(options, "graft"));
                yield guarded(new InstallRequest(lifecycle, module, argument, origin), options);
            }
            default -> throw new AssertionError("BUG: " + mode + " is not of the type install_mode");
        };
    }

    private static Mode.Upgrade upgrade(Value options) {
        return new Mode.Upgrade(
                flag(options, "skip_pre_upgrade"),
                options.optionalField("wasm_memory_persistence")
                        .map(choice -> choice.is("keep") ? Persistence.KEEP : Persistence.REPLACE),
                options.optionalField("on_try_trap")
                                .filter(choice -> choice.is("discard"))
                                .isPresent()
                        ? OnTryTrap.DISCARD
                        : OnTryTrap.REVERT,
                texts(options, "acknowledged_drops"),
                texts(options, "acknowledged_findings"));
    }

    private static PVector<String> texts(Value options, String name) {
        return TreePVector.from(options.optionalField(name).map(Value::items).orElseGet(List::of).stream()
                .map(Value::toText)
                .toList());
    }

    private static InstallRequest guarded(InstallRequest request, Value options) {
        var tried = flag(options, "dry_run") ? request.tried() : request;
        return options.optionalField("expected_version")
                .map(version -> tried.expecting(version.toBigInteger().longValue()))
                .orElse(tried);
    }

    private static boolean flag(Value options, String name) {
        return options.optionalField(name).map(Value::toBoolean).orElse(false);
    }
}
