package decant.canister.check;

import decant.canister.state.Finding;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/// What the checks before an upgrade found, by check: each check is in it, also one without findings.
public record CheckReport(SortedMap<Check, List<Finding>> findingsByCheck) {
    /// {@return whether nothing was found that the upgrade would break}
    public boolean isCompatible() {
        return findings().stream().noneMatch(Finding::isError);
    }

    /// {@return all findings, in the order of the checks}
    public List<Finding> findings() {
        return findingsByCheck.values().stream().flatMap(List::stream).toList();
    }

    /// {@return the checks that could not be made}
    public List<Check> unknown() {
        return findingsByCheck.entrySet().stream()
                .filter(entry -> entry.getValue().stream()
                        .anyMatch(
                                finding -> finding.code().equals(entry.getKey().unknownCode())))
                .map(Map.Entry::getKey)
                .toList();
    }
}
