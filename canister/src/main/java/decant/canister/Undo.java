package decant.canister;

import decant.canister.state.CanisterState;
import decant.canister.state.Change;
import decant.canister.state.Code;
import decant.canister.state.ErrorCode;
import decant.canister.state.InstallMode;
import decant.canister.state.Payload;
import decant.canister.state.RestorePoint;
import java.util.Optional;
import java.util.OptionalLong;

/// Brings a canister back to a restore point, on values. Who may do it is the caller's to check.
public final class Undo {
    private Undo() {}

    /// {@return why the canister cannot become what it was now, if it cannot}
    public static Optional<Payload.Reject> hindrance(CanisterState canister) {
        var calls = canister.calls();
        if (calls.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Payload.Reject(
                ErrorCode.CANISTER_NOT_STOPPED,
                "Canister " + canister.id() + " has " + calls.contexts().size() + " open call contexts and waits for "
                        + calls.callbacks().size()
                        + " answers, which would reach other code than they were meant for. Stop the canister first,"
                        + " then undo, then start it."));
    }

    /// {@return the canister of today with what it was at the restore point}
    ///
    /// Code, memories, certified data, timer and settings come back. Who controls it, its name and
    /// its upgrade policy are not undone; cycles, log, chunk store and history go on from today.
    public static CanisterState restored(
            CanisterState today, RestorePoint point, Change.Origin origin, long timeNanos) {
        var captured = point.captured();
        var settings = captured.settings().with(draft -> {
            draft.controllers = today.settings().controllers();
            draft.upgradePolicy = today.settings().upgradePolicy();
        });
        return today.with(draft -> {
            draft.code = captured.code();
            draft.certifiedData = captured.certifiedData();
            draft.globalTimerNanos = captured.globalTimerNanos();
            draft.settings = settings;
            draft.log = draft.log.cutTo(settings.logMemoryLimitBytes());
            draft.lowMemoryHook = captured.lowMemoryHook();
            draft.version++;
            draft.lastInstalledNanos = captured.code().isPresent() ? OptionalLong.of(timeNanos) : OptionalLong.empty();
            draft.history = draft.history.plus(new Change(timeNanos, draft.version, origin, details(captured)));
        });
    }

    /// The history knows no undo, since clients of the Internet Computer know none.
    private static Change.Details details(CanisterState captured) {
        return captured.code()
                .map(Code::module)
                .<Change.Details>map(module -> new Change.Details.CodeDeployment(InstallMode.REINSTALL, module.hash()))
                .orElseGet(Change.Details.CodeUninstall::new);
    }
}
