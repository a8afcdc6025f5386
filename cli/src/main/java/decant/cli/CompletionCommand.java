package decant.cli;

import decant.cli.terminal.Surroundings;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// Prints a script that teaches the shell to complete this command.
@Command(
        name = "completion",
        description = "Print a script by which bash or zsh completes this command.",
        footer = {
            "",
            "Examples:",
            "  source <(decant completion)                                            bash",
            "  autoload -U +X bashcompinit && bashcompinit; source <(decant completion)    zsh"
        })
final class CompletionCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    CompletionCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        CommandLine root = spec.root().commandLine();
        surroundings.out().print(AutoComplete.bash(root.getCommandName(), root));
        return 0;
    }
}
