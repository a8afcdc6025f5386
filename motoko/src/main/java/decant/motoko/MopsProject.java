package decant.motoko;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What a Motoko project says about its compilation: the flags in `mops.toml`, and the packages installed in `.mops`.
///
/// `mops.toml` is looked for beside the source and in the folders above it. Only its table `moc` is read; the packages
/// are those that the package manager has put into `.mops/NAME@VERSION`. Where a package is there in two versions, the
/// one that `mops.toml` asks for counts, else the last by name.
record MopsProject(List<String> flags, TreeMap<String, Path> packages) {
    private static final Pattern TABLE = Pattern.compile("\\s*\\[\\s*([^\\]]+?)\\s*]\\s*(#.*)?");
    private static final Pattern TEXT = Pattern.compile("\"([^\"]*)\"");
    private static final Pattern ENTRY = Pattern.compile("\\s*\"?([A-Za-z0-9_.-]+)\"?\\s*=\\s*(.*)");

    static MopsProject around(Path source) {
        for (Path folder = source.toAbsolutePath().getParent(); folder != null; folder = folder.getParent()) {
            var file = folder.resolve("mops.toml");
            if (Files.isRegularFile(file)) {
                return read(file);
            }
        }
        return new MopsProject(List.of(), new TreeMap<>());
    }

    private static MopsProject read(Path file) {
        try {
            var lines = Files.readAllLines(file);
            var installed = file.resolveSibling(".mops");
            return new MopsProject(flags(lines), packages(installed, lines));
        } catch (IOException e) {
            throw new MotokoException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static List<String> flags(List<String> lines) {
        var value = new StringBuilder();
        boolean inArgs = false;
        for (String line : table(lines, "moc")) {
            var entry = ENTRY.matcher(line);
            if (!inArgs && entry.matches() && entry.group(1).equals("args")) {
                inArgs = true;
                value.append(entry.group(2));
            } else if (inArgs) {
                value.append(line);
            }
            if (inArgs && line.contains("]")) {
                break;
            }
        }
        return TEXT.matcher(value).results().map(match -> match.group(1)).toList();
    }

    private static TreeMap<String, Path> packages(Path installed, List<String> lines) throws IOException {
        var packages = new TreeMap<String, Path>();
        if (!Files.isDirectory(installed)) {
            return packages;
        }
        try (Stream<Path> folders = Files.list(installed)) {
            for (Path folder : folders.sorted().toList()) {
                var name = folder.getFileName().toString();
                int at = name.lastIndexOf('@');
                if (at > 0) {
                    packages.put(name.substring(0, at), sources(folder));
                }
            }
        }
        for (String line : table(lines, "dependencies")) {
            var entry = ENTRY.matcher(line);
            if (entry.matches()) {
                wanted(installed, entry.group(1), entry.group(2))
                        .ifPresent(folder -> packages.put(entry.group(1), sources(folder)));
            }
        }
        return packages;
    }

    private static Optional<Path> wanted(Path installed, String name, String value) {
        var version = TEXT.matcher(value);
        if (!version.find()) {
            return Optional.empty();
        }
        return Optional.of(installed.resolve(name + "@" + version.group(1))).filter(Files::isDirectory);
    }

    private static Path sources(Path folder) {
        var below = folder.resolve("src");
        return Files.isDirectory(below) ? below : folder;
    }

    private static List<String> table(List<String> lines, String name) {
        var found = new ArrayList<String>();
        boolean inside = false;
        for (String line : lines) {
            var heading = TABLE.matcher(line);
            if (heading.matches()) {
                inside = heading.group(1).equals(name);
            } else if (inside && !line.isBlank() && !line.strip().startsWith("#")) {
                found.add(line);
            }
        }
        return found;
    }
}
