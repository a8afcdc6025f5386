package decant.canister.state;

import decant.base.Principal;
import java.util.Comparator;
import java.util.function.Consumer;
import org.pcollections.PSortedMap;
import org.pcollections.PSortedSet;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;

/// What controllers decide about a canister: `definite_canister_settings` of the management canister,
/// `log_memory_limit` and `upgrade_policy`. A `wasmMemoryLimit` of 0 means none.
public record Settings(
        PSortedSet<Principal> controllers,
        int computeAllocationPercent,
        long memoryAllocationBytes,
        long freezingThresholdSeconds,
        Cycles reservedCyclesLimit,
        Cycles minimumIncomingCallCycles,
        Visibility logVisibility,
        Visibility snapshotVisibility,
        Visibility statusVisibility,
        long wasmMemoryLimitBytes,
        long wasmMemoryThresholdBytes,
        PSortedMap<String, String> environmentVariables,
        long logMemoryLimitBytes,
        UpgradePolicy upgradePolicy) {

    /// Environment variables are numbered in the order of their names' code points, which is that of their UTF-8.
    public static final Comparator<String> BY_CODE_POINTS = Settings::compareCodePoints;

    /// What a canister has of which nothing was said: nobody controls it.
    public static final Settings DEFAULT = new Settings(
            TreePSet.empty(),
            0,
            0,
            2_592_000,
            Cycles.of(5_000_000_000_000L),
            Cycles.ZERO,
            new Visibility.Controllers(),
            new Visibility.Controllers(),
            new Visibility.Controllers(),
            3L << 30,
            0,
            TreePMap.empty(BY_CODE_POINTS),
            4096,
            UpgradePolicy.OPEN);

    public boolean isController(Principal principal) {
        return controllers.contains(principal);
    }

    /// {@return these settings after `change` was made to a draft of them}
    public Settings with(Consumer<Draft> change) {
        var draft = new Draft(this);
        change.accept(draft);
        return draft.settings();
    }

    private static int compareCodePoints(String a, String b) {
        int length = Math.min(a.length(), b.length());
        for (int i = 0; i < length; i++) {
            if (a.charAt(i) != b.charAt(i)) {
                return Integer.compare(a.codePointAt(i), b.codePointAt(i));
            }
        }
        return Integer.compare(a.length(), b.length());
    }

    /// Settings being changed: one field per component.
    public static final class Draft {
        public PSortedSet<Principal> controllers;
        public int computeAllocationPercent;
        public long memoryAllocationBytes;
        public long freezingThresholdSeconds;
        public Cycles reservedCyclesLimit;
        public Cycles minimumIncomingCallCycles;
        public Visibility logVisibility;
        public Visibility snapshotVisibility;
        public Visibility statusVisibility;
        public long wasmMemoryLimitBytes;
        public long wasmMemoryThresholdBytes;
        public PSortedMap<String, String> environmentVariables;
        public long logMemoryLimitBytes;
        public UpgradePolicy upgradePolicy;

        private Draft(Settings settings) {
            controllers = settings.controllers;
            computeAllocationPercent = settings.computeAllocationPercent;
            memoryAllocationBytes = settings.memoryAllocationBytes;
            freezingThresholdSeconds = settings.freezingThresholdSeconds;
            reservedCyclesLimit = settings.reservedCyclesLimit;
            minimumIncomingCallCycles = settings.minimumIncomingCallCycles;
            logVisibility = settings.logVisibility;
            snapshotVisibility = settings.snapshotVisibility;
            statusVisibility = settings.statusVisibility;
            wasmMemoryLimitBytes = settings.wasmMemoryLimitBytes;
            wasmMemoryThresholdBytes = settings.wasmMemoryThresholdBytes;
            environmentVariables = settings.environmentVariables;
            logMemoryLimitBytes = settings.logMemoryLimitBytes;
            upgradePolicy = settings.upgradePolicy;
        }

        private Settings settings() {
            return new Settings(
                    controllers,
                    computeAllocationPercent,
                    memoryAllocationBytes,
                    freezingThresholdSeconds,
                    reservedCyclesLimit,
                    minimumIncomingCallCycles,
                    logVisibility,
                    snapshotVisibility,
                    statusVisibility,
                    wasmMemoryLimitBytes,
                    wasmMemoryThresholdBytes,
                    environmentVariables,
                    logMemoryLimitBytes,
                    upgradePolicy);
        }
    }
}
