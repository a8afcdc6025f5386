package decant.cli;

import decant.cli.terminal.Output;
import decant.cli.terminal.Surroundings;
import decant.cli.terminal.TemporaryFolder;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Tells the story that Decant was built for.
@Command(
        name = "demo",
        description = {
            "Tell the story in a minute: on a real node, a real canister with 51 GiB of data gets stuck in an upgrade, is"
                    + " repaired, upgraded, and taken back. Each line is checked before it is printed.",
            "Runs on loopback, in a temporary folder that is removed."
        })
final class DemoCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private Output output = new Output();

    DemoCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var folder = TemporaryFolder.create("decant-demo");
        var story = new Story(surroundings, output, folder.path());
        // An interrupted process does not unwind its threads, so leaving nothing behind is the hook's task then.
        var hook = new Thread(() -> leave(story, folder), "decant-leave");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            story.tell();
        } finally {
            Runtime.getRuntime().removeShutdownHook(hook);
            leave(story, folder);
        }
        story.end();
        return 0;
    }

    private static void leave(Story story, TemporaryFolder folder) {
        story.close();
        folder.close();
    }
}
