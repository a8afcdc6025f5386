package decant.motoko;

import decant.motoko.MotokoType.Field;
import decant.motoko.StableSignature.Expected;
import decant.motoko.StableSignature.Origin;
import java.util.List;
import java.util.stream.Collectors;

/// Writes stable signatures in the forms of the compiler: one definition, migration or variable a line.
final class SignaturePrinter {
    private SignaturePrinter() {}

    static String print(StableSignature signature) {
        var definitions = signature.definitions().all().stream()
                .map(definition -> "type " + TypePrinter.print(definition) + ";\n")
                .collect(Collectors.joining());
        var after = block(
                signature.variables().stream().map(SignaturePrinter::stable).toList());
        return switch (signature.origin()) {
            case Origin.Direct() -> "// Version: 1.0.0\n" + definitions + "actor " + after + ";\n";
            case Origin.Migration(var before) ->
                "// Version: 3.0.0\n" + definitions + "actor ("
                        + block(before.stream().map(SignaturePrinter::expected).toList()) + ", " + after + ");\n";
            case Origin.Chain(var steps) ->
                "// Version: 4.0.0\n" + definitions
                        + block(steps.stream()
                                .map(step -> quoted(step.id()) + " : " + TypePrinter.print(step.type()))
                                .toList())
                        + "\nactor " + after + ";\n";
        };
    }

    private static String block(List<String> lines) {
        return lines.isEmpty() ? "{}" : lines.stream().collect(Collectors.joining(";\n  ", "{\n  ", "\n}"));
    }

    private static String stable(Field variable) {
        return "stable " + TypePrinter.print(variable);
    }

    private static String expected(Expected expected) {
        return (expected.isRequired() ? "in " : "stable ") + TypePrinter.print(expected.variable());
    }

    /// Ids keep the escapes they were written with.
    private static String quoted(String id) {
        return "\"" + id + "\"";
    }
}
