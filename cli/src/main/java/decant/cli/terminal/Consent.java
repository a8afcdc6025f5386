package decant.cli.terminal;

import java.util.Locale;
import java.util.Set;

/// The agreement that it takes to destroy state: `--yes`, or a person's word at the terminal.
public final class Consent {
    private static final Set<String> WORDS_FOR_YES = Set.of("y", "yes");

    private Consent() {}

    /// Asks, unless the answer was given with the command.
    ///
    /// @param consequence what will be lost: a sentence, or lines that end with a line break
    /// @throws CommandFailure if nobody agrees, or nobody is there to be asked
    public static void require(Surroundings surroundings, boolean yes, String consequence) {
        if (yes) {
            return;
        }
        var terminal = surroundings
                .terminal()
                .orElseThrow(() -> new CommandFailure(consequence + gap(consequence)
                        + "Nobody is there to be asked, so nothing was done. Say --yes to do it."));
        var answer = terminal.ask(consequence + gap(consequence) + "Go on? [y/N] ");
        if (answer == null || !WORDS_FOR_YES.contains(answer.strip().toLowerCase(Locale.ROOT))) {
            throw new CommandFailure("Nothing was done.");
        }
    }

    private static String gap(String consequence) {
        return consequence.endsWith("\n") ? "" : " ";
    }
}
