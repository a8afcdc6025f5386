package decant.cli;

import decant.base.Principal;
import decant.candid.Value;
import decant.protocol.Response;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The way of a module into a canister: in one message if it fits, else chunk by chunk.
final class Installation {
    /// What fits into one message, with room for the envelope around it.
    private static final int MESSAGE_BYTES_MAX = 2 * 1024 * 1024 - 16 * 1024;

    private static final int CHUNK_BYTES = 1024 * 1024;

    private final ManagementCanister management;
    private final Progress progress;

    Installation(ManagementCanister management, Progress progress) {
        this.management = management;
        this.progress = progress;
    }

    Response install(Principal canister, Value mode, ModuleFile module, byte[] argument) {
        return module.bytes().length + argument.length <= MESSAGE_BYTES_MAX
                ? progress.during("Installing", () -> management.installCode(canister, mode, module.bytes(), argument))
                : installInChunks(canister, mode, module, argument);
    }

    private Response installInChunks(Principal canister, Value mode, ModuleFile module, byte[] argument) {
        management.clearChunks(canister);
        try {
            var hashes = upload(canister, module.bytes());
            return progress.during(
                    "Installing",
                    () -> management.installChunks(
                            canister, mode, hashes, module.hash().bytes(), argument));
        } finally {
            management.clearChunks(canister);
        }
    }

    private List<byte[]> upload(Principal canister, byte[] bytes) {
        int count = (bytes.length + CHUNK_BYTES - 1) / CHUNK_BYTES;
        var hashes = new ArrayList<byte[]>(count);
        for (int i = 0; i < count; i++) {
            int start = i * CHUNK_BYTES;
            byte[] chunk = Arrays.copyOfRange(bytes, start, Math.min(bytes.length, start + CHUNK_BYTES));
            hashes.add(progress.during(
                    "Uploading part " + (i + 1) + " of " + count, () -> management.uploadChunk(canister, chunk)));
        }
        return hashes;
    }
}
