package decant.candid;

import java.util.ArrayList;
import java.util.List;

/// Whether one interface may replace another, and if not, where and why.
public final class Subtyping {
    /// Beyond this many findings nobody reads on.
    public static final int FINDINGS_MAX = 100;

    /// Bounds the walk through two interfaces, which may be anyone's: a step costs 4.
    private static final Quota QUOTA = Quota.DEFAULT.withCostMax(50_000_000);

    private Subtyping() {}

    /// {@return whether every value of type `provided` can be read as `required`}
    public static boolean holds(Type provided, Type required) {
        return new SubtypeCheck(new Meter(QUOTA)).holds(provided, required);
    }

    /// Finds what an upgrade from a service of type `before` to one of type `after` would break: errors, if a client
    /// that knows only `before` would fail, and warnings, if it would read null where there is a value.
    ///
    /// @return at most [#FINDINGS_MAX] findings, in the order of the types; without an error the upgrade is safe
    public static List<Finding> compare(Type before, Type after) {
        var findings = new ArrayList<Finding>();
        var meter = new Meter(QUOTA);
        var listener = new SubtypeWalk.Listener() {
            @Override
            public void step() {
                meter.charge(Quota.VALUE_COST);
            }

            @Override
            public boolean disagreement(SubtypeWalk.Disagreement disagreement) {
                findings.add(Explanation.of(disagreement));
                return findings.size() < FINDINGS_MAX;
            }
        };
        new SubtypeWalk(listener, true).run(after, before);
        return List.copyOf(findings);
    }
}
