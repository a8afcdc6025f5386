package decant.wasm.link;

import decant.wasm.FunctionBody;
import decant.wasm.LocalGroup;
import decant.wasm.Module;
import decant.wasm.binary.CodeReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Compares functions of two modules instruction by instruction. How the bytes spell a number makes no difference.
final class CodeComparison {
    private final Module installed;
    private final Module replacement;
    private final Matching matching;

    CodeComparison(Module installed, Module replacement, Matching matching) {
        this.installed = installed;
        this.replacement = replacement;
        this.matching = matching;
    }

    /// Says which operands mean the same. Each method gives a reason why the two do not, when they do not.
    interface Matching {
        Optional<String> types(int installed, int replacement);

        Optional<String> functions(int installed, int replacement);

        Optional<String> tables(int installed, int replacement);

        Optional<String> globals(int installed, int replacement);

        Optional<String> data(int installed, int replacement);

        Optional<String> elements(int installed, int replacement);

        /// Judges numbers that might be addresses.
        Optional<String> numbers(Literal installed, Literal replacement);
    }

    /// A number in the code, and where it is among the bytes of its module.
    record Literal(long value, int position) {}

    /// Where two functions part: the offsets of the instructions in their modules, and what is there.
    record Mismatch(int installedOffset, int replacementOffset, String found, String expected) {}

    /// {@return the first place where the two differ}
    Optional<Mismatch> compare(FunctionBody expected, FunctionBody found) {
        if (!locals(expected).equals(locals(found))) {
            return Optional.of(new Mismatch(
                    expected.start(), found.start(), "the locals " + text(found), "the locals " + text(expected)));
        }
        var left = new CodeReader(installed.bytes(), expected.start(), expected.end());
        var right = new CodeReader(replacement.bytes(), found.start(), found.end());
        while (!left.atEnd() && !right.atEnd()) {
            int leftStart = left.position();
            int rightStart = right.position();
            int opcode = left.opcode();
            var reason = opcode == right.opcode() ? compareOperands(opcode, left, right) : Optional.of("");
            if (reason.isPresent()) {
                return Optional.of(new Mismatch(
                        leftStart,
                        rightStart,
                        InstructionText.at(replacement, rightStart, found.end()),
                        InstructionText.at(installed, leftStart, expected.end()) + reason.get()));
            }
        }
        return left.atEnd() && right.atEnd() ? Optional.empty() : Optional.of(oneEnds(left, right));
    }

    private static Mismatch oneEnds(CodeReader left, CodeReader right) {
        String more = "more instructions";
        String none = "the end of the function";
        return new Mismatch(left.position(), right.position(), right.atEnd() ? none : more, left.atEnd() ? none : more);
    }

    private Optional<String> compareOperands(int opcode, CodeReader left, CodeReader right) {
        for (Operand operand : Operand.of(opcode)) {
            var expected = read(operand, left);
            var found = read(operand, right);
            var reason = judge(operand, expected, found);
            for (int i = Operand.more(operand, expected.value()); i > 0 && reason.isEmpty(); i--) {
                reason = equal(operand.readMore(left), operand.readMore(right));
            }
            if (reason.isPresent()) {
                return reason;
            }
        }
        return Optional.empty();
    }

    private static Literal read(Operand operand, CodeReader code) {
        int position = code.position();
        return new Literal(operand.read(code), position);
    }

    private Optional<String> judge(Operand operand, Literal left, Literal right) {
        int expected = (int) left.value();
        int found = (int) right.value();
        return switch (operand) {
            case TYPE -> matching.types(expected, found);
            case FUNCTION -> matching.functions(expected, found);
            case TABLE -> matching.tables(expected, found);
            case GLOBAL -> matching.globals(expected, found);
            case DATA -> matching.data(expected, found);
            case ELEMENT -> matching.elements(expected, found);
            case BLOCK_TYPE -> expected >= 0 && found >= 0 ? matching.types(expected, found) : equal(expected, found);
            case INT32, INT64, OFFSET -> matching.numbers(left, right);
            case INDEX, LABELS, VALUE_TYPES, BITS32, BITS64, BITS128, ALIGNMENT, LANE ->
                equal(left.value(), right.value());
        };
    }

    static Optional<String> equal(long expected, long found) {
        return expected == found ? Optional.empty() : Optional.of("");
    }

    /// {@return the locals in groups, of which no neighbours have the same type}
    private static List<LocalGroup> locals(FunctionBody body) {
        if (body.locals().size() < 2) {
            return body.locals();
        }
        var merged = new ArrayList<LocalGroup>();
        for (LocalGroup group : body.locals()) {
            if (!merged.isEmpty() && merged.getLast().type() == group.type()) {
                merged.add(new LocalGroup(merged.removeLast().count() + group.count(), group.type()));
            } else {
                merged.add(group);
            }
        }
        return merged;
    }

    private static String text(FunctionBody body) {
        var groups = new ArrayList<String>();
        for (LocalGroup group : locals(body)) {
            groups.add(group.count() + " x " + group.type());
        }
        return groups.toString();
    }
}
