package decant.cli;

import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// What is said of arguments that make no sense: what is wrong with them, and where to read more.
final class Misunderstanding {
    private Misunderstanding() {}

    static String explained(ParameterException exception) {
        var command = exception.getCommandLine();
        var complaint = exception instanceof UnmatchedArgumentException unmatched
                ? complaint(unmatched)
                : exception.getMessage();
        return complaint + System.lineSeparator() + "Try `"
                + command.getCommandSpec().qualifiedName() + " --help`.";
    }

    private static String complaint(UnmatchedArgumentException unmatched) {
        var commands = unmatched.getCommandLine().getSubcommands().values().stream()
                .map(CommandLine::getCommandSpec)
                .filter(command -> !command.usageMessage().hidden())
                .map(CommandLine.Model.CommandSpec::name)
                .toList();
        var first = unmatched.getUnmatched().getFirst();
        if (first.startsWith("-")) {
            return "There is no option '" + first + "'.";
        }
        return commands.isEmpty()
                ? "That is one argument too many: '" + first + "'."
                : "There is no command '" + first + "'. There are: " + String.join(", ", commands) + ".";
    }
}
