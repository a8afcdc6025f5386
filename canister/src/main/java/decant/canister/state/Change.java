package decant.canister.state;

import decant.base.Hash;
import decant.base.Principal;
import java.util.Optional;
import java.util.OptionalLong;
import org.pcollections.PVector;

/// One entry of a canister's history.
public record Change(long timeNanos, long canisterVersion, Origin origin, Details details) {
    /// Who made the change.
    public sealed interface Origin {
        Principal principal();

        record FromUser(Principal principal) implements Origin {}

        record FromCanister(Principal principal, OptionalLong canisterVersion) implements Origin {}
    }

    /// What changed.
    public sealed interface Details {
        record Creation(PVector<Principal> controllers, Optional<Hash> environmentVariablesHash) implements Details {}

        record CodeUninstall() implements Details {}

        record CodeDeployment(InstallMode mode, Hash moduleHash) implements Details {}

        record ControllersChange(PVector<Principal> controllers) implements Details {}

        /// A snapshot was loaded.
        ///
        /// @param canisterVersion the version of the canister at the time of the snapshot
        record LoadSnapshot(SnapshotId snapshot, long canisterVersion, long takenNanos, boolean uploaded)
                implements Details {}
    }
}
