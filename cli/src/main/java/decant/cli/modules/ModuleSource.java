package decant.cli.modules;

import decant.cli.terminal.CommandFailure;
import decant.cli.terminal.Progress;
import decant.cli.terminal.Surroundings;
import decant.motoko.Compilation;
import decant.motoko.MotokoCompiler;
import decant.motoko.MotokoException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The file that a module comes from: Wasm, or a Motoko source to be compiled on the way.
public record ModuleSource(Surroundings surroundings, Path file) {

    /// {@return the file's name without its ending}
    public String name() {
        var fileName = String.valueOf(file.getFileName());
        int dot = fileName.indexOf('.');
        return dot > 0 ? fileName.substring(0, dot) : fileName;
    }

    public ModuleFile read(Progress progress) {
        if (!file.toString().endsWith(".mo")) {
            return ModuleFile.read(surroundings, file);
        }
        var path = surroundings.folder().resolve(file);
        if (!Files.isRegularFile(path)) {
            throw new CommandFailure("There is no file " + file + ".");
        }
        return ModuleFile.of(file.toString(), progress.during("Compiling " + file, () -> compiled(path)));
    }

    private byte[] compiled(Path source) {
        try {
            return switch (MotokoCompiler.find(source, surroundings.environment())
                    .compile(source)) {
                case Compilation.Compiled actor -> {
                    surroundings.err().print(actor.warnings());
                    yield actor.wasm();
                }
                case Compilation.Failed(var diagnostics) ->
                    throw new CommandFailure(file + " does not compile:\n" + diagnostics.stripTrailing());
            };
        } catch (MotokoException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), e);
        }
    }
}
