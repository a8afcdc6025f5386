package decant.canister.rehearsal;

import decant.canister.state.Finding;
import decant.canister.state.Finding.Severity;

/// Something that was found in a rehearsal, and what it does to the verdict.
///
/// @param acknowledged whether whoever asked said that it is known and wanted: it does nothing to the verdict then
public record Observation(Finding finding, Effect effect, boolean acknowledged) {
    /// What a finding does to the verdict.
    public enum Effect {
        NONE,
        /// The verdict cannot be safe.
        UNKNOWN,
        /// The verdict is unsafe.
        UNSAFE
    }

    /// {@return a finding of one of the checks before anything runs}
    static Observation ofCheck(Finding finding) {
        return new Observation(finding, finding.isError() ? Effect.UNSAFE : Effect.NONE, false);
    }

    /// {@return something that the upgrade breaks}
    static Observation breaks(
            String code, String path, String found, String expected, String consequence, String remedy) {
        return new Observation(
                new Finding(code, Severity.ERROR, path, found, expected, consequence, remedy), Effect.UNSAFE, false);
    }

    /// {@return something that may be wrong, or could not be looked at}
    static Observation leavesOpen(
            String code, String path, String found, String expected, String consequence, String remedy) {
        return new Observation(
                new Finding(code, Severity.WARNING, path, found, expected, consequence, remedy), Effect.UNKNOWN, false);
    }

    /// {@return something that whoever upgrades should know}
    static Observation warns(
            String code, String path, String found, String expected, String consequence, String remedy) {
        return new Observation(
                new Finding(code, Severity.WARNING, path, found, expected, consequence, remedy), Effect.NONE, false);
    }

    /// {@return something that is good to know}
    static Observation notes(
            String code, String path, String found, String expected, String consequence, String remedy) {
        return new Observation(
                new Finding(code, Severity.NOTE, path, found, expected, consequence, remedy), Effect.NONE, false);
    }

    Observation acknowledged(Acknowledgements acknowledgements) {
        return new Observation(finding, effect, effect != Effect.NONE && acknowledgements.cover(finding));
    }

    /// {@return what it does to the verdict after all}
    public Effect weight() {
        return acknowledged ? Effect.NONE : effect;
    }
}
