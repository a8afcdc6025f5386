package decant.cli;

import decant.cli.terminal.Surroundings;

/// The entry point of the process.
public final class Main {
    private Main() {}

    /// Runs the command that the arguments name and ends the process with its exit code: 0 if what was asked for is
    /// done, 1 if it could not be done, 2 if it could not be understood.
    public static void main(String[] arguments) {
        var surroundings = Surroundings.ofProcess();
        int status = new CommandLineInterface(surroundings).run(arguments);
        surroundings.out().flush();
        System.exit(status);
    }
}
