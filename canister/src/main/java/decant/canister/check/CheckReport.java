package decant.canister.check;

import decant.canister.state.Finding;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// What the checks before an upgrade found, by check: each check is in it, also one without findings.
public record CheckReport(SortedMap<Check, List<Finding>> findingsByCheck) {
    /// What a check came to.
    public enum Outcome {
        COMPATIBLE,
        INCOMPATIBLE,
        UNKNOWN
    }

    /// {@return whether nothing was found that the upgrade would break}
    public boolean isCompatible() {
        return findings().stream().noneMatch(Finding::isError);
    }

    /// {@return all findings, in the order of the checks}
    public List<Finding> findings() {
        return findingsByCheck.values().stream().flatMap(List::stream).toList();
    }

    public List<Finding> findings(Check check) {
        return findingsByCheck.getOrDefault(check, List.of());
    }

    public Outcome outcome(Check check) {
        var findings = findings(check);
        if (findings.stream().anyMatch(Finding::isError)) {
            return Outcome.INCOMPATIBLE;
        }
        return findings.stream().anyMatch(finding -> finding.code().equals(check.unknownCode()))
                ? Outcome.UNKNOWN
                : Outcome.COMPATIBLE;
    }

    /// {@return the checks that could not be made}
    public List<Check> unknown() {
        return findingsByCheck.keySet().stream()
                .filter(check -> outcome(check) == Outcome.UNKNOWN)
                .toList();
    }

    /// {@return this report, with the finding that an argument, as text, is none of the types that `after` takes}
    public CheckReport withMisfit(CodeFacts after, String argument, String types, String reason) {
        var more = new TreeMap<>(findingsByCheck);
        more.put(Check.ARGUMENT, List.of(ArgumentCheck.misfit(after, argument, types, reason)));
        return new CheckReport(more);
    }
}
