package decant.replica;

import decant.canister.Limits;
import decant.wasm.WasmThreads;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;

/// A process that runs the whole input log of a state directory from the first round, without a checkpoint.
///
/// ```text
/// arguments   directory [instructions that a message may have]
/// writes      <height> <state hash>      after each round
/// ```
final class UninterruptedRun {
    private UninterruptedRun() {}

    public static void main(String[] arguments) throws Exception {
        var directory = Path.of(arguments[0]);
        var limits = arguments.length == 1
                ? Limits.DEFAULT
                : Limits.DEFAULT.withMessageInstructionsMax(Long.parseLong(arguments[1]));
        var keys = NodeKeys.openOrCreate(directory.resolve("keys"), Entropy.system());
        var run = new FutureTask<Void>(() -> {
            try (var machine = new Machine(keys, limits);
                    var log = InputLog.open(directory.resolve("log"))) {
                machine.replay(
                        machine.genesis(Replica.charter(ReplicaConfig.of(directory))),
                        log,
                        round -> say(round.state()));
            }
            return null;
        });
        WasmThreads.factory("run").newThread(run).start();
        run.get();
    }

    private static void say(State state) {
        System.out.println(state.height() + " " + StateRecords.stateHash(state));
    }
}
