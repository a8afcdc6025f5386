package decant.canister.check;

import decant.canister.state.Finding;
import decant.canister.state.Finding.Severity;

/// The checks before an upgrade, in their order.
public enum Check {
    /// Old clients can use the new interface.
    INTERFACE("interface"),
    /// The new code can read the argument that it is given.
    ARGUMENT("argument"),
    /// The new code takes over the stable variables of a Motoko actor.
    STABLE_VARIABLES("stable-variables"),
    /// The heap is kept where data lives in it.
    HEAP("heap"),
    /// The new code knows the layout of the data in stable memory.
    STABLE_MEMORY("stable-memory"),
    /// Answers to open calls reach the code that waits for them.
    OPEN_CALLS("open-calls");

    private final String id;

    Check(String id) {
        this.id = id;
    }

    /// {@return the name of this check in reports for programs}
    public String id() {
        return id;
    }

    String unknownCode() {
        return id + ".unknown";
    }

    /// {@return a finding of this check; its code begins with the check's id}
    Finding finding(
            String code,
            Severity severity,
            String path,
            String found,
            String expected,
            String consequence,
            String remedy) {
        return new Finding(id + "." + code, severity, path, found, expected, consequence, remedy);
    }

    /// {@return the note that this check could not be made}
    Finding unknown(String found, String expected, String consequence, String remedy) {
        return new Finding(unknownCode(), Severity.NOTE, "", found, expected, consequence, remedy);
    }
}
