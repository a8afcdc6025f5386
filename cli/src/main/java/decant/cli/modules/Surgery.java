package decant.cli.modules;

import decant.base.Hash;
import decant.canister.LifecycleHooks;
import decant.cli.json.Json;
import decant.cli.terminal.CommandFailure;
import decant.cli.terminal.Surroundings;
import decant.wasm.Features;
import decant.wasm.InvalidModuleException;
import decant.wasm.Module;
import decant.wasm.link.Difference;
import decant.wasm.link.Obstacle;
import decant.wasm.link.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What the commands share that make a module out of others: reading, writing, and telling why there is none.
final class Surgery {
    private static final int NAMES_SHOWN = 12;

    private Surgery() {}

    /// {@return the module in a file, decoded and valid}
    ///
    /// @throws CommandFailure with the exit code for what is not understood
    static Module read(Surroundings surroundings, Path file) {
        try {
            return Module.parse(ModuleFile.read(surroundings, file).wasm(), Features.IC);
        } catch (CommandFailure e) {
            throw CommandFailure.notUnderstood(String.valueOf(e.getMessage()));
        } catch (InvalidModuleException e) {
            throw CommandFailure.notUnderstood(file + " is not a valid Wasm module: " + e.getMessage() + ".");
        }
    }

    static void write(Surroundings surroundings, Path file, byte[] wasm) {
        var path = surroundings.folder().resolve(file).toAbsolutePath();
        var parent = path.getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            throw CommandFailure.notUnderstood(
                    file + " cannot be written: there is no folder " + file.getParent() + ".");
        }
        try {
            Files.write(path, wasm);
        } catch (IOException e) {
            throw CommandFailure.notUnderstood(file + " cannot be written: " + CommandFailure.reason(e) + ".");
        }
    }

    /// {@return a module that was made to fit the heap of `installed`, once more proven to do so}
    static byte[] proven(Module installed, byte[] wasm) {
        return switch (LifecycleHooks.compare(installed, Module.parse(wasm, Features.IC))) {
            case Verdict.Fits _ -> wasm;
            case Verdict.Differs(var differences, int total) ->
                throw new AssertionError("BUG: the module does not fit, " + total + " differences: " + differences);
        };
    }

    /// {@return the last lines of a success: what proves it, and what to do with the module}
    static String proofAndUse(Path old, Path out, byte[] wasm) {
        return """
                Proof   it can take over the heap that %s made: same memory, tables, globals and data, and all code \
                outside the hooks is the same
                Module  %s, written to %s
                Install it with: decant deploy %s --name CANISTER --mode lifecycle-upgrade""".formatted(old, Hash.sha256(wasm).hex(), out, out);
    }

    static String names(List<String> names) {
        if (names.isEmpty()) {
            return "none";
        }
        int more = names.size() - NAMES_SHOWN;
        return String.join(", ", names.subList(0, Math.min(names.size(), NAMES_SHOWN)))
                + (more > 0 ? ", and " + more + " more" : "");
    }

    static Json json(List<String> texts) {
        return Json.array(texts.stream().map(Json::text).toList());
    }

    /// Why no module was made.
    record Reason(String what, String found, String expected, String remedy) {
        static Reason of(Obstacle obstacle) {
            return new Reason(obstacle.what(), obstacle.found(), obstacle.expected(), obstacle.remedy());
        }

        static Reason of(Difference difference) {
            return new Reason(difference.place(), difference.found(), difference.expected(), difference.remedy());
        }

        @Override
        public String toString() {
            return "  " + what + ": found " + found + "\n    expected " + expected + "\n    " + remedy;
        }
    }

    /// {@return the failure to make a module, with its reasons, and lines on what to do}
    static CommandFailure refused(String what, List<Reason> reasons, int total, List<String> advice) {
        var text = new StringBuilder(what);
        for (var reason : reasons) {
            text.append('\n').append(reason);
        }
        if (total > reasons.size()) {
            text.append("\n  and ").append(total - reasons.size()).append(" more");
        }
        if (!advice.isEmpty()) {
            text.append('\n');
            advice.forEach(line -> text.append('\n').append(line));
        }
        return new CommandFailure(text.toString());
    }
}
