package decant.canister.rehearsal;

/// A probe file that cannot be understood.
public final class ProbeScriptException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ProbeScriptException(int line, String what) {
        super("line " + line + " of the probes: " + what);
    }
}
