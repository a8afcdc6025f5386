package decant.conformance.wasm;

import decant.conformance.wasm.World.Target;
import decant.wasm.CallResult;
import decant.wasm.Export;
import decant.wasm.ExportKind;
import decant.wasm.Features;
import decant.wasm.Instance;
import decant.wasm.InstantiationFailure;
import decant.wasm.InvalidModuleException;
import decant.wasm.Module;
import decant.wasm.Tracking;
import decant.wasm.Trap;
import decant.wasm.ValueType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Runs one script of the suite, command after command.
final class Script {
    private static final String TEXT_FORMAT = "is about the text format, which the engine does not read";

    private static final String WITHOUT_MODULE = "needs a module that is left out";

    private final String file;
    private final World world;
    private final Tally tally = new Tally();
    private final Map<String, Definition> definitions = new HashMap<>();
    private final Map<String, Target> instances = new HashMap<>();
    private Target current = new Target.Missing("has no module before it");

    private Script(String file, World world) {
        this.file = file;
        this.world = world;
    }

    /// {@return how the commands of a script went}
    static Tally run(String file, byte[] text) {
        try (var world = new World()) {
            var script = new Script(file, world);
            var wholly = Exclusions.ofFile(file);
            if (wholly.isPresent()) {
                script.tally.exclude(wholly.get());
            } else {
                script.runAll(SexpReader.read(text));
            }
            return script.tally;
        }
    }

    private void runAll(List<Sexp> commands) {
        boolean isModule = commands.stream().noneMatch(command -> Sexp.isForm(command, "module"))
                && commands.stream().anyMatch(command -> Sexp.isForm(command, "func"));
        if (isModule) {
            runCommand(new Sexp.Form(
                    Stream.concat(Stream.of(new Sexp.Word("module", 1)), commands.stream())
                            .toList(),
                    1));
        } else {
            commands.forEach(command -> runCommand((Sexp.Form) command));
        }
    }

    private void runCommand(Sexp.Form command) {
        try {
            Exclusions.ofCommand(file, command.line()).ifPresent(reason -> {
                throw new LeftOutException(reason);
            });
            run(command);
            tally.pass();
        } catch (LeftOutException e) {
            tally.exclude(e.reason());
            if (command.head().equals("module")) {
                name(command, new Target.Missing(e.reason()));
            }
        } catch (RuntimeException | AssertionError | LinkageError e) {
            String what = e.toString().lines().findFirst().orElse("");
            tally.fail("%s:%d: %s: %s".formatted(file, command.line(), command.head(), what));
            if (command.head().equals("module")) {
                name(command, new Target.Missing("comes after a failure"));
            }
        }
    }

    private void run(Sexp.Form command) {
        var pieces = Pieces.of(command);
        switch (command.head()) {
            case "module" -> runModule(command);
            case "register" -> {
                String name = pieces.name();
                world.register(name, target(pieces));
            }
            case "invoke", "get" -> returned(act(command));
            case "assert_return" -> assertReturn(pieces);
            case "assert_trap", "assert_exhaustion" -> assertTrap(pieces);
            case "assert_invalid" -> assertRefused(pieces.form(), pieces.name(), command.line());
            case "assert_malformed" -> {
                var module = pieces.form();
                if (Sexp.isWord(module.items().get(1), "quote")) {
                    throw new LeftOutException(TEXT_FORMAT);
                }
                assertRefused(module, pieces.name(), command.line());
            }
            case "assert_unlinkable" -> assertUnlinkable(pieces.form(), pieces.name());
            case "assert_exception" -> throw new LeftOutException("the exception handling proposal", command);
            default -> throw new WatException("unknown command " + command, command);
        }
    }

    private void runModule(Sexp.Form command) {
        var pieces = Pieces.of(command);
        if (pieces.takeIf("instance")) {
            var name = pieces.identifier();
            var definition = definitions.get(pieces.word());
            if (definition == null) {
                throw new LeftOutException(WITHOUT_MODULE);
            }
            current = definition.start();
            name.ifPresent(n -> instances.put(n, current));
            return;
        }
        boolean onlyDefined = pieces.takeIf("definition");
        var definition = define(command);
        if (onlyDefined) {
            pieces.identifier().ifPresent(n -> definitions.put(n, definition));
        } else {
            name(command, definition.start());
        }
    }

    /// A module that can be instantiated.
    private final class Definition {
        private final Module module;
        private final Map<String, String> leftOutExports;

        Definition(Module module, Map<String, String> leftOutExports) {
            this.module = module;
            this.leftOutExports = leftOutExports;
        }

        Target start() {
            return new Target.Running(Script.this.start(module), leftOutExports);
        }
    }

    private Definition define(Sexp.Form form) {
        var pieces = bodyOf(form);
        if (pieces.nextIs("binary") || pieces.nextIs("quote")) {
            return new Definition(parsed(bytes(form)), Map.of());
        }
        var assembled = WatModule.assembleWhatCanBe(pieces.rest());
        return new Definition(parsed(assembled.bytes()), assembled.leftOutExports());
    }

    /// Makes the target the current one and that of the module's identifier.
    private void name(Sexp.Form command, Target target) {
        var pieces = Pieces.of(command);
        if (pieces.takeIf("definition")) {
            return;
        }
        pieces.takeIf("instance");
        current = target;
        pieces.identifier().ifPresent(name -> instances.put(name, target));
    }

    /// {@return the instance of a module, its start function called}
    private Instance start(Module module) {
        var instance = world.instantiate(module);
        if (module.start().isPresent()
                && instance.call(module.start().getAsInt()) instanceof CallResult.Trapped(Trap trap)) {
            throw new InstantiationFailure(trap);
        }
        return instance;
    }

    private Target target(Pieces pieces) {
        var name = pieces.identifier();
        if (name.isEmpty()) {
            return current;
        }
        var target = instances.get(name.get());
        return target == null ? new Target.Missing(WITHOUT_MODULE) : target;
    }

    /// What an action led to: results and their types, or a trap.
    private record Effect(List<ValueType> types, CallResult result) {}

    private Effect act(Sexp.Form action) {
        var pieces = Pieces.of(action);
        var target = target(pieces);
        String name = pieces.name();
        var instance = target.offering(name);
        var export = instance.module().exports().stream()
                .filter(e -> e.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new WatException("no export " + name, action));
        return action.head().equals("get") ? get(instance, export) : invoke(instance, export, pieces);
    }

    private static Effect get(Instance instance, Export export) {
        assert export.kind() == ExportKind.GLOBAL;
        var type = instance.module().globalTypes().get(export.index()).type();
        return new Effect(List.of(type), new CallResult.Returned(instance.global(export.index())));
    }

    private static Effect invoke(Instance instance, Export export, Pieces arguments) {
        assert export.kind() == ExportKind.FUNCTION;
        var type = instance.module().functionType(export.index());
        long[] slots = arguments.rest().stream().flatMapToLong(Values::slots).toArray();
        return new Effect(type.results(), instance.call(export.index(), slots));
    }

    private static long[] returned(Effect effect) {
        return switch (effect.result()) {
            case CallResult.Returned(long[] results) -> results;
            case CallResult.Trapped(Trap trap) -> throw new AssertionError("trapped: " + trap.message());
        };
    }

    private void assertReturn(Pieces pieces) {
        var effect = act(pieces.form());
        long[] results = returned(effect);
        if (!Values.match(pieces.rest(), effect.types(), results)) {
            throw new AssertionError("%s instead of %s"
                    .formatted(
                            Values.text(effect.types(), results),
                            pieces.rest().stream().map(Script::spelled).toList()));
        }
    }

    private static String spelled(Sexp sexp) {
        return sexp instanceof Sexp.Form form ? form.items().toString() : sexp.toString();
    }

    private void assertTrap(Pieces pieces) {
        var action = pieces.form();
        String expected = pieces.name();
        var trap = trap(action);
        if (!matches(trap, expected)) {
            throw new AssertionError("trapped with \"%s\" instead of \"%s\"".formatted(trap.message(), expected));
        }
    }

    private Trap trap(Sexp.Form action) {
        if (!action.head().equals("module")) {
            return switch (act(action).result()) {
                case CallResult.Returned _ -> throw new AssertionError("returned instead of trapping");
                case CallResult.Trapped(Trap trap) -> trap;
            };
        }
        try {
            var _ = define(action).start();
        } catch (InstantiationFailure e) {
            return e.trap().orElseThrow(() -> e);
        }
        throw new AssertionError("instantiated instead of trapping");
    }

    /// The suite names the index of an uninitialized element now and then.
    private static boolean matches(Trap trap, String expected) {
        return trap.message().contains(expected)
                || expected.startsWith(trap.code().toString());
    }

    private void assertRefused(Sexp.Form module, String reason, int line) {
        byte[] bytes = bytes(module);
        try {
            var _ = parsed(bytes);
        } catch (InvalidModuleException e) {
            if (e.reason().contains(reason) || Exclusions.isRefusedInOtherWords(file, line)) {
                return;
            }
            throw new AssertionError("refused with \"%s\" instead of \"%s\"".formatted(e.getMessage(), reason));
        }
        throw new AssertionError("accepted instead of \"" + reason + "\"");
    }

    private void assertUnlinkable(Sexp.Form form, String reason) {
        var module = parsed(bytes(form));
        try {
            var _ = world.instantiate(module);
        } catch (InstantiationFailure e) {
            if (e.trap().isEmpty() && e.getMessage().contains(reason)) {
                return;
            }
            throw new AssertionError("refused with \"%s\" instead of \"%s\"".formatted(e.getMessage(), reason));
        }
        throw new AssertionError("instantiated instead of \"" + reason + "\"");
    }

    /// {@return what follows `module`, `definition` and the identifier}
    private static Pieces bodyOf(Sexp.Form module) {
        var pieces = Pieces.of(module);
        pieces.takeIf("definition");
        pieces.identifier();
        return pieces;
    }

    /// {@return the module, whose code will be as that of canisters is}
    private static Module parsed(byte[] bytes) {
        return Module.parse(bytes, Features.ALL, Tracking.READS_AND_WRITES);
    }

    private static byte[] bytes(Sexp.Form module) {
        var pieces = bodyOf(module);
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
}
