package decant.canister.check;

import decant.canister.state.Finding;
import java.util.List;
import java.util.TreeMap;

/// Runs all checks before an upgrade.
public final class UpgradeChecks {
    private UpgradeChecks() {}

    /// Checks whether the code `after` may replace the code `before` as planned. No code of either runs.
    public static CheckReport run(CodeFacts before, CodeFacts after, UpgradePlan plan) {
        var findings = new TreeMap<Check, List<Finding>>();
        findings.put(Check.INTERFACE, InterfaceCheck.findings(before, after));
        findings.put(Check.ARGUMENT, ArgumentCheck.findings(after, plan));
        findings.put(Check.STABLE_VARIABLES, StableVariablesCheck.findings(before, after, plan));
        findings.put(Check.HEAP, HeapCheck.findings(before, after, plan));
        findings.put(Check.STABLE_MEMORY, StableMemoryCheck.findings(before, after, plan));
        findings.put(Check.OPEN_CALLS, OpenCallsCheck.findings(before, after, plan));
        return new CheckReport(findings);
    }

    /// {@return whether new code finds the data in a kept heap only if the old code's hook has run}
    ///
    /// So it is with Motoko: `pre_upgrade` leaves the stable variables where the next version looks for them.
    public static boolean hidesHeap(CodeFacts before) {
        return before.isMotoko() && before.supportsEnhancedPersistence();
    }

    /// {@return whether the upgrade drops a heap with data in it that nothing saves: the old code keeps it there}
    public static boolean losesHeap(CodeFacts before, UpgradePlan plan) {
        return HeapCheck.drops(before, plan);
    }
}
