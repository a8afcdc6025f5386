package decant.canister.ic0;

/// `ic0.time`, `ic0.global_timer_set`, `ic0.performance_counter`, `ic0.in_replicated_execution`.
final class TimeCalls {
    private TimeCalls() {}

    static long time(Invocation run, long[] arguments) {
        return run.surroundings.timeNanos();
    }

    static long globalTimerSet(Invocation run, long[] arguments) {
        long before = run.globalTimerNanos;
        run.globalTimerNanos = arguments[0];
        return before;
    }

    static long performanceCounter(Invocation run, long[] arguments) {
        run.payForCounter();
        if (arguments[0] == 0) {
            return run.instructionsUsed();
        }
        if (arguments[0] == 1) {
            return run.instructionsUsed() + run.incoming.instructionsUsedBefore();
        }
        throw Fault.violation("Error getting performance counter type " + arguments[0]);
    }

    static long inReplicatedExecution(Invocation run, long[] arguments) {
        return run.context.isReplicated() ? 1 : 0;
    }
}
