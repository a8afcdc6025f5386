package decant.cli.upgrade;

import decant.base.Principal;
import decant.candid.Value;
import decant.cli.modules.ModuleFile;
import decant.cli.node.InstallReport;
import decant.cli.node.ManagementCanister;
import decant.cli.terminal.CommandFailure;
import decant.cli.terminal.Progress;
import decant.protocol.Response;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The way of a module into a canister: in one message if it fits, else chunk by chunk. A module is uploaded once,
/// however often it is tried.
final class Installation implements AutoCloseable {
    /// What fits into one message, with room for the envelope around it.
    private static final int MESSAGE_BYTES_MAX = 2 * 1024 * 1024 - 16 * 1024;

    private static final int CHUNK_BYTES = 1024 * 1024;

    /// What came of one attempt, with the node's report where the node could be asked for it.
    record Attempt(Response response, Optional<InstallReport> report) {
        boolean succeeded() {
            return response instanceof Response.Replied;
        }
    }

    private final ManagementCanister management;
    private final Progress progress;
    private final Principal canister;
    private final ModuleFile module;
    private final List<byte[]> uploaded = new ArrayList<>();

    Installation(ManagementCanister management, Progress progress, Principal canister, ModuleFile module) {
        this.management = management;
        this.progress = progress;
        this.canister = canister;
        this.module = module;
    }

    /// Brings a module that does not fit into one message to the node, so that a canister need not wait stopped for it.
    void prepare(byte[] argument) {
        if (module.bytes().length + argument.length > MESSAGE_BYTES_MAX && uploaded.isEmpty()) {
            management.clearChunks(canister);
            upload(module.bytes());
        }
    }

    Attempt attempt(String what, Value mode, byte[] argument) {
        prepare(argument);
        return progress.during(what, () -> {
            long newest = management.history(canister).newest();
            var response = uploaded.isEmpty()
                    ? management.installCode(canister, mode, module.bytes(), argument)
                    : management.installChunks(
                            canister, mode, uploaded, module.hash().bytes(), argument);
            return new Attempt(response, report(newest));
        });
    }

    /// The attempt is over, so not to be told of it is no failure of it.
    private Optional<InstallReport> report(long newestBefore) {
        try {
            return management.history(canister).reportAfter(newestBefore);
        } catch (CommandFailure _) {
            return Optional.empty();
        }
    }

    private void upload(byte[] bytes) {
        int count = (bytes.length + CHUNK_BYTES - 1) / CHUNK_BYTES;
        for (int i = 0; i < count; i++) {
            int start = i * CHUNK_BYTES;
            byte[] chunk = Arrays.copyOfRange(bytes, start, Math.min(bytes.length, start + CHUNK_BYTES));
            uploaded.add(progress.during(
                    "Uploading part " + (i + 1) + " of " + count, () -> management.uploadChunk(canister, chunk)));
        }
    }

    @Override
    public void close() {
        if (!uploaded.isEmpty()) {
            management.clearChunks(canister);
        }
    }
}
