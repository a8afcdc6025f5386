package decant.cli;

import static org.assertj.core.api.Assertions.assertThat;

import decant.cli.host.EmbeddedNode;
import decant.cli.terminal.ExitCode;
import java.net.URI;
import java.nio.file.Path;

/// A whole node in the test's process, and a shell to command it from.
public final class WholeNode implements AutoCloseable {
    private static final Path EXAMPLES = Path.of(System.getProperty("decant.root"), "examples");

    private final Path folder;
    private final EmbeddedNode node;
    private Shell shell;

    /// @param folder the home of the user; the node's state is in the folder `state` beneath it
    public WholeNode(Path folder) {
        this.folder = folder;
        this.node = EmbeddedNode.start(folder.resolve("state"), 0);
        this.shell = shellAt(folder);
    }

    private Shell shellAt(Path home) {
        return new Shell(home).with("DECANT_NODE", node.address().toString());
    }

    public URI address() {
        return node.address();
    }

    public Shell shell() {
        return shell;
    }

    /// Lets somebody else type the commands from now on.
    public void becomeStranger() {
        shell = shellAt(folder).with("HOME", folder.resolve("stranger").toString());
    }

    public static Path examples() {
        return EXAMPLES;
    }

    public static String example(String module) {
        return EXAMPLES.resolve(module).toString();
    }

    public String deploy(String module, String name, String... more) {
        var command = new String[4 + more.length];
        command[0] = "deploy";
        command[1] = example(module);
        command[2] = "--name";
        command[3] = name;
        System.arraycopy(more, 0, command, 4, more.length);
        return done(command);
    }

    /// {@return what the command prints, which must succeed}
    public String done(String... command) {
        var outcome = shell.run(command);
        assertThat(outcome.status()).as(outcome.err()).isEqualTo(ExitCode.DONE);
        return outcome.out().strip();
    }

    /// {@return what the command complains about, which must fail}
    public String failed(String... command) {
        return ended(ExitCode.FAILED, command);
    }

    /// {@return what the command does not understand}
    public String notUnderstood(String... command) {
        return ended(ExitCode.NOT_UNDERSTOOD, command);
    }

    private String ended(int status, String... command) {
        var outcome = shell.run(command);
        assertThat(outcome.status()).as(outcome.out() + outcome.err()).isEqualTo(status);
        assertThat(outcome.out()).isEmpty();
        return outcome.err().strip();
    }

    public static String lineOf(String field, String text) {
        return text.lines()
                .filter(line -> line.strip().startsWith(field))
                .findFirst()
                .orElseThrow()
                .strip();
    }

    /// {@return what `canister status` says in the line that begins so}
    public String status(String canister, String field) {
        return lineOf(field, done("canister", "status", canister)).replaceAll("^\\S+\\s+", "");
    }

    @Override
    public void close() {
        node.close();
    }
}
