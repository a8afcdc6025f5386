package decant.canister.rehearsal;

import decant.canister.InstallRequest;
import decant.canister.InstallRequest.Mode;
import decant.canister.state.Finding;
import java.util.Collection;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/// What whoever asks for an upgrade knows and wants: findings by their code, as `probes.changed`, or by code and path,
/// as `probes.changed version`.
public record Acknowledgements(SortedSet<String> entries) {
    public static final Acknowledgements NONE = new Acknowledgements(Collections.emptySortedSet());

    public Acknowledgements {
        entries = Collections.unmodifiableSortedSet(new TreeSet<>(entries));
    }

    public static Acknowledgements of(Collection<String> entries) {
        return new Acknowledgements(new TreeSet<>(entries));
    }

    /// {@return these, and those that the request itself makes}
    Acknowledgements and(InstallRequest request) {
        var all = new TreeSet<>(entries);
        if (request.mode() instanceof Mode.Upgrade upgrade) {
            all.addAll(upgrade.acknowledgedFindings());
        }
        return new Acknowledgements(all);
    }

    boolean cover(Finding finding) {
        return entries.contains(finding.code()) || entries.contains(finding.code() + " " + finding.path());
    }
}
