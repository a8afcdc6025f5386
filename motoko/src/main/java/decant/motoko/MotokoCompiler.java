package decant.motoko;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// A Motoko compiler found on this machine: the program `moc`, or Node.js with the npm package `motoko`.
///
/// Both are run with the same arguments; for the npm package a script of ours stands in for the program.
public sealed interface MotokoCompiler {
    /// What to tell somebody who has no compiler.
    String INSTALLATION = """
            No Motoko compiler was found. Either of these gives one:
              npm install motoko          in the project's folder, or with -g (needs Node.js)
              moc                         the compiler's own program, in a folder of the PATH""";

    /// The compiler to use for `source`: `moc` on the PATH, else `node` on the PATH with the package `motoko`, looked
    /// for from the source's folder upwards, then in NODE_PATH, then among the globally installed packages.
    ///
    /// @throws MotokoException saying what to install where there is neither
    static MotokoCompiler find(Path source, Map<String, String> environment) {
        var search = new CompilerSearch(environment);
        Optional<MotokoCompiler> program = search.program("moc").map(Program::new);
        return program.or(() -> search.program("node")
                        .flatMap(node -> search.npmPackage(source, node).map(home -> new NpmPackage(node, home))))
                .orElseThrow(() -> new MotokoException(INSTALLATION));
    }

    /// The compiler's program.
    record Program(Path moc) implements MotokoCompiler {}

    /// The npm package, run by Node.js.
    record NpmPackage(Path node, Path home) implements MotokoCompiler {}

    /// Compiles the actor in `source`. Flags and packages come from the project's `mops.toml`, if it has one.
    ///
    /// @throws MotokoException if the compiler cannot be run
    default Compilation compile(Path source) {
        try {
            var folder = Files.createTempDirectory("decant-motoko");
            try {
                return compile(source, folder);
            } finally {
                delete(folder);
            }
        } catch (IOException e) {
            throw new MotokoException("The Motoko compiler could not be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MotokoException("The Motoko compiler was interrupted.", e);
        }
    }

    private Compilation compile(Path source, Path folder) throws IOException, InterruptedException {
        if (!Files.isRegularFile(source)) {
            return new Compilation.Failed(source + ": there is no such file\n");
        }
        var command = new ArrayList<String>(commandIn(folder));
        command.addAll(arguments(source, folder.resolve("actor.wasm")));
        var output = folder.resolve("output");
        int status = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start()
                .waitFor();
        var diagnostics = new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
        if (status != 0) {
            return new Compilation.Failed(
                    diagnostics.isBlank()
                            ? "The Motoko compiler ended with status " + status + " and said nothing.\n"
                            : diagnostics);
        }
        var stableTypes = folder.resolve("actor.most");
        return new Compilation.Compiled(
                Files.readAllBytes(folder.resolve("actor.wasm")),
                Files.readString(folder.resolve("actor.did")),
                Files.exists(stableTypes) ? Optional.of(Files.readString(stableTypes)) : Optional.empty(),
                diagnostics);
    }

    private List<String> commandIn(Path folder) throws IOException {
        return switch (this) {
            case Program(var moc) -> List.of(moc.toString());
            case NpmPackage(var node, var home) -> {
                var script = folder.resolve("moc.cjs");
                try (var resource = MotokoCompiler.class.getResourceAsStream("moc.cjs")) {
                    if (resource == null) {
                        throw new AssertionError("BUG: moc.cjs is not among the resources");
                    }
                    Files.copy(resource, script);
                }
                yield List.of(node.toString(), script.toString(), home.toString());
            }
        };
    }

    private static List<String> arguments(Path source, Path wasm) {
        var project = MopsProject.around(source);
        var packages = project.packages().entrySet().stream()
                .flatMap(entry ->
                        Stream.of("--package", entry.getKey(), entry.getValue().toString()));
        var metadata = Stream.of("candid:service", "candid:args", "motoko:stable-types")
                .flatMap(name -> Stream.of("--public-metadata", name));
        var outputs = Stream.of("-c", "--idl", "--stable-types", "-o", wasm.toString(), source.toString());
        return Stream.of(packages, metadata, project.flags().stream(), outputs)
                .flatMap(part -> part)
                .toList();
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @org.jspecify.annotations.Nullable IOException e)
                    throws IOException {
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
