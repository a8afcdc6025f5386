package decant.cli.host;

import decant.base.Principal;
import decant.server.gateway.HostDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The hosts of canisters as `icp` writes them down for its launcher, `HOST:CANISTER` on each line. It writes the file
/// anew whenever a canister comes or goes; here it is read again when it has changed.
final class CustomDomains implements HostDirectory {
    private final Path file;
    private Map<String, Principal> hosts = Map.of();
    private FileTime readAt = FileTime.fromMillis(0);
    private long bytesRead = -1;

    CustomDomains(Path file) {
        this.file = file;
    }

    @Override
    public synchronized Optional<Principal> canister(String host) {
        try {
            if (!Files.isRegularFile(file)) {
                return Optional.empty();
            }
            var changedAt = Files.getLastModifiedTime(file);
            long bytes = Files.size(file);
            if (!changedAt.equals(readAt) || bytes != bytesRead) {
                hosts = read();
                readAt = changedAt;
                bytesRead = bytes;
            }
        } catch (IOException _) {
            // The file is being written: what it said last holds until the next request.
        }
        return Optional.ofNullable(hosts.get(host.toLowerCase(Locale.ROOT)));
    }

    private Map<String, Principal> read() throws IOException {
        var read = new HashMap<String, Principal>();
        for (var line : Files.readAllLines(file)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                principal(line.substring(colon + 1).strip())
                        .ifPresent(canister ->
                                read.put(line.substring(0, colon).strip().toLowerCase(Locale.ROOT), canister));
            }
        }
        return read;
    }

    private static Optional<Principal> principal(String text) {
        try {
            return Optional.of(Principal.parse(text));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
