package decant.replica;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Value;
import decant.canister.Limits;
import decant.canister.state.Charter;
import decant.canister.state.CostSchedule;
import decant.canister.state.Message;
import decant.canister.state.UpgradePolicy;
import decant.protocol.RequestStatus;
import decant.protocol.Response;
import decant.wasm.WasmThreads;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Canisters of one module, and rounds that a test makes one after the other.
final class Rounds {
    private final Machine machine;
    Certified last;
    private int requests;

    /// Lets a test make rounds, on a thread that canisters can run on.
    ///
    /// @param directory for the keys of the node
    static void play(Path directory, Limits limits, int canisters, String module, Consumer<Rounds> story) {
        var keys = NodeKeys.openOrCreate(directory.resolve("keys"), new SeededEntropy(1));
        Replica.onBigStack(WasmThreads.factory("test"), () -> {
            try (var machine = new Machine(keys, limits)) {
                story.accept(new Rounds(machine, canisters, module));
            }
            return true;
        });
    }

    private Rounds(Machine machine, int canisters, String module) {
        this.machine = machine;
        last = machine.genesis(new Charter(UpgradePolicy.OPEN, Optional.empty(), false, CostSchedule.FREE));
        for (int i = 0; i < canisters; i++) {
            run(ingress(
                    Principal.MANAGEMENT_CANISTER,
                    "provisional_create_canister_with_cycles",
                    Candid.encode(List.of(Value.record()))));
            var installation = Value.record()
                    .with("canister_id", Value.principal(canister(i)))
                    .with("mode", Value.variant("install"))
                    .with("wasm_module", Value.blob(Node.module(module)))
                    .with("arg", Value.blob(new byte[0]));
            run(ingress(Principal.MANAGEMENT_CANISTER, "install_code", Candid.encode(List.of(installation))));
        }
    }

    Principal canister(int number) {
        return last.state().subnet().canisters().keySet().stream()
                .skip(number)
                .findFirst()
                .orElseThrow();
    }

    Message.Ingress ingress(Principal receiver, String method, byte[] argument) {
        return new Message.Ingress(
                Hash.sha256(Integer.toString(requests++).getBytes(StandardCharsets.UTF_8)),
                Node.ALICE.principal(),
                Optional.empty(),
                receiver,
                method,
                argument,
                Long.MAX_VALUE);
    }

    void run(Message.Ingress... calls) {
        var state = last.state();
        var batch = new Batch(
                state.height() + 1,
                state.timeNanos() + 1,
                new byte[Batch.ENTROPY_BYTES],
                last.rootHash(),
                List.of(calls));
        last = machine.run(last, batch).certified();
    }

    Response outcome(Message.Ingress call) {
        var status =
                last.state().history().entry(call.requestId()).orElseThrow().status();
        if (status instanceof RequestStatus.Ended(var response)) {
            return response;
        }
        throw new AssertionError("the call has not ended: " + status);
    }
}
