package decant.canister;

import decant.canister.state.CanisterState;
import decant.canister.state.LowMemoryHook;
import decant.canister.state.Message;
import decant.canister.state.TaskKind;
import java.util.Arrays;
import java.util.List;

/// Which system tasks a canister is due.
public final class Tasks {
    private Tasks() {}

    /// {@return the tasks to execute for the canister in a round at `timeNanos`, in order, before other messages}
    public static List<Message.Task> due(CanisterState canister, long timeNanos) {
        if (!canister.isRunning()
                || canister.code().isEmpty()
                || canister.account().suspended()) {
            return List.of();
        }
        var exported = canister.code().get().module().tasks();
        return Arrays.stream(TaskKind.values())
                .filter(kind -> exported.contains(kind) && isDue(kind, canister, timeNanos))
                .map(Message.Task::new)
                .toList();
    }

    private static boolean isDue(TaskKind kind, CanisterState canister, long timeNanos) {
        return switch (kind) {
            case LOW_WASM_MEMORY -> canister.lowMemoryHook() == LowMemoryHook.READY;
            case GLOBAL_TIMER ->
                canister.globalTimerNanos() != 0 && Long.compareUnsigned(canister.globalTimerNanos(), timeNanos) <= 0;
            case HEARTBEAT -> true;
        };
    }
}
