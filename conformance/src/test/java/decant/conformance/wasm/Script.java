package decant.conformance.wasm;

import decant.wasm.Features;
import decant.wasm.InvalidModuleException;
import decant.wasm.Module;
import java.util.List;

/// Runs one script of the suite, command after command.
final class Script {
    private static final String TEXT_FORMAT = "is about the text format, which the engine does not read";

    private static final String NOT_YET = "is run once the engine runs code";

    private final String file;
    private final Tally tally = new Tally();

    private Script(String file) {
        this.file = file;
    }

    /// {@return how the commands of a script went}
    static Tally run(String file, byte[] text) {
        var script = new Script(file);
        var wholly = Exclusions.ofFile(file);
        if (wholly.isPresent()) {
            script.tally.exclude(wholly.get());
            return script.tally;
        }
        SexpReader.read(text).forEach(script::runCommand);
        return script.tally;
    }

    private void runCommand(Sexp sexp) {
        if (!(sexp instanceof Sexp.Form command)) {
            throw new WatException("a command is expected, found " + sexp, sexp);
        }
        var excluded = Exclusions.ofCommand(file, command.line());
        if (excluded.isPresent()) {
            tally.exclude(excluded.get());
            return;
        }
        try {
            switch (command.head()) {
                case "module" -> {
                    if (command.items().size() > 1
                            && Sexp.isWord(command.items().get(1), "instance")) {
                        tally.exclude(NOT_YET);
                    } else {
                        var _ = module(command);
                        tally.pass();
                    }
                }
                case "assert_invalid" -> assertRefused(command);
                case "assert_malformed" -> {
                    if (isText(command.items().get(1))) {
                        tally.exclude(TEXT_FORMAT);
                    } else {
                        assertRefused(command);
                    }
                }
                default -> tally.exclude(NOT_YET);
            }
        } catch (UnsupportedFeatureException e) {
            tally.exclude("needs " + e.feature());
        } catch (RuntimeException e) {
            tally.fail("%s:%d: %s: %s".formatted(file, command.line(), command.head(), e));
        }
    }

    private static boolean isText(Sexp module) {
        return Sexp.isWord(((Sexp.Form) module).items().get(1), "quote");
    }

    private void assertRefused(Sexp.Form command) {
        var expected = Pieces.of(command);
        var module = expected.form();
        String reason = expected.name();
        byte[] bytes = bytes(module);
        try {
            var _ = Module.parse(bytes, Features.ALL);
        } catch (InvalidModuleException e) {
            if (!e.reason().contains(reason) && !Exclusions.isRefusedInOtherWords(file, command.line())) {
                throw new AssertionFailure("refused with \"%s\" instead of \"%s\"".formatted(e.getMessage(), reason));
            }
            tally.pass();
            return;
        }
        throw new AssertionFailure("accepted, \"" + reason + "\" is expected");
    }

    private static Module module(Sexp.Form form) {
        return Module.parse(bytes(form), Features.ALL);
    }

    private static byte[] bytes(Sexp.Form module) {
        var pieces = Pieces.of(module);
        pieces.takeIf("definition");
        pieces.identifier();
        if (pieces.takeIf("binary")) {
            return pieces.texts();
        }
        if (pieces.takeIf("quote")) {
            return assembleText(SexpReader.read(pieces.texts()));
        }
        return WatModule.assemble(pieces.rest());
    }

    private static byte[] assembleText(List<Sexp> text) {
        return text.size() == 1 && Sexp.isForm(text.getFirst(), "module")
                ? bytes((Sexp.Form) text.getFirst())
                : WatModule.assemble(text);
    }

    private static final class AssertionFailure extends RuntimeException {
        private static final long serialVersionUID = 1;

        AssertionFailure(String message) {
            super(message, null, false, false);
        }
    }
}
