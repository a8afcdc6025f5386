package decant.motoko;

import java.util.List;
import java.util.Set;

/// Whether a Motoko actor may be upgraded to a new version without losing what its stable variables hold.
///
/// The verdict is the one that the Motoko compiler gives for the same two signatures: there is an error exactly if
/// `moc --stable-compatible` refuses, unless the loss was acknowledged.
public final class StableCompatibility {
    /// Beyond this many findings nobody reads on.
    public static final int FINDINGS_MAX = 100;

    private StableCompatibility() {}

    /// Finds what an upgrade from `before` to `after` would lose or could not read.
    ///
    /// @param acknowledgedDrops the intended losses: variables, as `users`, or fields inside one, as `users.email`
    /// @return at most [#FINDINGS_MAX] findings, in the order of the variables
    /// @throws StableSignatureException if the types are too large to be compared
    public static List<StableFinding> compare(
            StableSignature before, StableSignature after, Set<String> acknowledgedDrops) {
        var comparison = new VariableComparison(new Effort(), migrationOf(after));
        if (before.isChain() && !after.isChain()) {
            comparison.chainAbandoned(before);
        }
        comparison.compare(before.variables(), after.expectedAfter(before.lastStep()));
        return comparison.findings().stream()
                .map(finding ->
                        finding.drop().filter(acknowledgedDrops::contains).isPresent()
                                ? finding.acknowledged()
                                : finding)
                .toList();
    }

    private static String migrationOf(StableSignature after) {
        return after.isChain() ? "one of the migrations still to be run" : "the migration function";
    }
}
