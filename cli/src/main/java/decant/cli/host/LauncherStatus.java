package decant.cli.host;

import decant.cli.json.Json;
import decant.cli.terminal.CommandFailure;
import decant.server.gateway.HostDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.List;

/// The folder in which a launcher tells `icp` of the network it runs. It belongs to the launcher, which takes it away.
///
/// ```
/// status.json         one JSON object and a newline, there at once or not at all
/// custom-domains.txt  written by icp: the hosts of canisters
/// ```
final class LauncherStatus implements AutoCloseable {
    private static final String VERSION = "1";

    private final Path folder;

    LauncherStatus(Path folder) {
        this.folder = folder;
    }

    /// {@return the hosts that icp gives to canisters}
    HostDirectory hosts() {
        return new CustomDomains(folder.resolve("custom-domains.txt"));
    }

    void tell(EmbeddedNode node) {
        var status = Json.fields()
                .with("v", Json.text(VERSION))
                .with("gateway_port", Json.number(node.address().getPort()))
                .with("root_key", Json.text(HexFormat.of().formatHex(node.rootKey())))
                .with("supported_features", Json.array(List.of(Json.text("custom-domains"))));
        try {
            Files.createDirectories(folder);
            var draft = Files.writeString(folder.resolve("status.json.draft"), status.print() + "\n");
            Files.move(draft, folder.resolve("status.json"), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new CommandFailure(
                    "The status of the network cannot be told in " + folder + ": " + CommandFailure.reason(e) + ".", e);
        }
    }

    @Override
    public void close() {
        try {
            if (!Files.isDirectory(folder)) {
                return;
            }
            try (var files = Files.list(folder)) {
                for (var file : files.toList()) {
                    Files.deleteIfExists(file);
                }
            }
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("the folder " + folder + " cannot be taken away", e);
        }
    }
}
