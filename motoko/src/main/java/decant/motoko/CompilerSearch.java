package decant.motoko;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Where programs and npm packages are on a machine with this environment.
record CompilerSearch(Map<String, String> environment) {
    private static final List<String> PROGRAM_ENDINGS = File.separatorChar == '\\' ? List.of(".exe", "") : List.of("");

    Optional<Path> program(String name) {
        return folders("PATH")
                .flatMap(folder -> PROGRAM_ENDINGS.stream().map(ending -> folder.resolve(name + ending)))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    /// The folder of the npm package `motoko` that Node.js would find for `source`, or that is installed globally.
    Optional<Path> npmPackage(Path source, Path node) {
        var above = Stream.iterate(
                        source.toAbsolutePath().normalize().getParent(), folder -> folder != null, Path::getParent)
                .map(folder -> folder.resolve("node_modules"));
        var global = Stream.of(
                        Optional.ofNullable(environment.get("npm_config_prefix"))
                                .map(Path::of),
                        prefix(node))
                .flatMap(Optional::stream)
                .map(prefix -> prefix.resolve("lib").resolve("node_modules"));
        return Stream.of(above, folders("NODE_PATH"), global)
                .flatMap(folders -> folders)
                .map(modules -> modules.resolve("motoko"))
                .filter(home -> Files.isRegularFile(home.resolve("package.json")))
                .findFirst();
    }

    /// The prefix that Node.js is installed under: `PREFIX/bin/node`, links followed.
    private static Optional<Path> prefix(Path node) {
        try {
            return Optional.ofNullable(node.toRealPath().getParent()).map(Path::getParent);
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private Stream<Path> folders(String variable) {
        return Arrays.stream(environment.getOrDefault(variable, "").split(File.pathSeparator, -1))
                .filter(folder -> !folder.isEmpty())
                .map(Path::of);
    }
}
