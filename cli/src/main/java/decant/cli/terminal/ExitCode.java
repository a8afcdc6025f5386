package decant.cli.terminal;

/// What the exit code of a command says.
public final class ExitCode {
    public static final int DONE = 0;
    public static final int FAILED = 1;
    public static final int NOT_UNDERSTOOD = 2;

    private ExitCode() {}
}
