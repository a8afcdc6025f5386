package decant.canister;

import decant.canister.state.Change;
import decant.canister.state.InstallMode;
import decant.canister.state.InstallReport;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/// The request to put the module into a canister; `module` is raw Wasm or gzip, `origin` who asks.
///
/// @param dryRun whether every stage but the last is to be tried, and nothing changed
/// @param expectedVersion the version that the canister must still have
public record InstallRequest(
        Mode mode, byte[] module, byte[] argument, Change.Origin origin, boolean dryRun, OptionalLong expectedVersion) {

    public InstallRequest(Mode mode, byte[] module, byte[] argument, Change.Origin origin) {
        this(mode, module, argument, origin, false, OptionalLong.empty());
    }

    public InstallRequest tried() {
        return new InstallRequest(mode, module, argument, origin, true, expectedVersion);
    }

    public InstallRequest expecting(long version) {
        return new InstallRequest(mode, module, argument, origin, dryRun, OptionalLong.of(version));
    }

    /// How to treat what is there already.
    public sealed interface Mode {
        /// {@return what the history calls this mode, which knows three}
        default InstallMode name() {
            return switch (this) {
                case Install _ -> InstallMode.INSTALL;
                case Reinstall _ -> InstallMode.REINSTALL;
                case Upgrade _, LifecycleUpgrade _ -> InstallMode.UPGRADE;
            };
        }

        /// {@return what reports call this mode}
        default InstallReport.Mode inReports() {
            return switch (this) {
                case Install _ -> InstallReport.Mode.INSTALL;
                case Reinstall _ -> InstallReport.Mode.REINSTALL;
                case Upgrade _ -> InstallReport.Mode.UPGRADE;
                case LifecycleUpgrade _ -> InstallReport.Mode.LIFECYCLE_UPGRADE;
            };
        }

        /// Into an empty canister.
        record Install() implements Mode {}

        /// Wiping all that is there.
        record Reinstall() implements Mode {}

        /// Keeping stable memory and, where `persistence` says so, the heap.
        ///
        /// @param acknowledgedDrops the stable variables that may get lost
        /// @param acknowledgedFindings what a rehearsal may find: codes, or codes with paths
        record Upgrade(
                boolean skipPreUpgrade,
                Optional<Persistence> persistence,
                OnTryTrap onTryTrap,
                PVector<String> acknowledgedDrops,
                PVector<String> acknowledgedFindings)
                implements Mode {

            public Upgrade(boolean skipPreUpgrade, Optional<Persistence> persistence) {
                this(skipPreUpgrade, persistence, OnTryTrap.REVERT, TreePVector.empty(), TreePVector.empty());
            }

            public Upgrade withOnTryTrap(OnTryTrap other) {
                return new Upgrade(skipPreUpgrade, persistence, other, acknowledgedDrops, acknowledgedFindings);
            }

            public Upgrade withAcknowledgedDrops(List<String> drops) {
                return new Upgrade(
                        skipPreUpgrade, persistence, onTryTrap, TreePVector.from(drops), acknowledgedFindings);
            }

            public Upgrade withAcknowledgedFindings(List<String> findings) {
                return new Upgrade(
                        skipPreUpgrade, persistence, onTryTrap, acknowledgedDrops, TreePVector.from(findings));
            }

            public boolean keepsHeap() {
                return persistence.equals(Optional.of(Persistence.KEEP));
            }
        }

        /// Replacing the hooks alone, while heap and everything else stay, for a module that is proven to fit.
        ///
        /// @param graft whether the module's hooks are first made part of the installed module
        record LifecycleUpgrade(boolean graft) implements Mode {}
    }

    /// What happens to the heap in an upgrade: `wasm_memory_persistence` of `install_code`.
    public enum Persistence {
        KEEP,
        REPLACE
    }

    /// What happens when the hook before an upgrade traps: the upgrade is rejected, or goes on as if the hook had been
    /// skipped.
    public enum OnTryTrap {
        REVERT,
        DISCARD
    }
}
