package decant.canister;

import decant.canister.state.CanisterState;
import decant.canister.state.Message;
import decant.canister.state.SubnetState;
import java.util.List;
import java.util.Optional;

/// Executes messages: a clean canister and a message go in, an `Outcome` comes out.
///
/// Must be called on a thread with a big stack, of the kind `decant.wasm` offers, since guest code may nest calls
/// deeply.
public final class Execution {
    private final ManagementQueries management;

    public Execution(ModuleCache modules, Instances instances, ManagementQueries management) {
        this.management = management;
    }

    /// Executes one message that was taken off the canister's input queue, or is a task.
    public Outcome execute(CanisterState clean, Message message, Env env) {
        return new Outcome.Skipped(clean, List.of());
    }

    /// Answers a query on this state. Any number of threads may query at once, beside the one that executes.
    public QueryResult query(SubnetState subnet, Query query, Env env, Optional<byte[]> dataCertificate) {
        return new QueryResult(management.query(subnet, query.sender(), query.method(), query.argument()), 0);
    }

    /// Asks the canister whether it lets the message in. Any number of threads may ask.
    public Inspection inspect(CanisterState canister, Message.Ingress message, Env env) {
        return new Inspection.Accepted();
    }
}
