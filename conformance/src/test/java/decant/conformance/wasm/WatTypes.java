package decant.conformance.wasm;

import decant.wasm.FunctionType;
import decant.wasm.ValueType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The function types of a module: those it writes out first, then those its functions and blocks imply.
final class WatTypes {
    private static final String REFERENCES = "typed references (function references and GC proposals)";

    private static final FunctionType NOTHING = new FunctionType(List.of(), List.of());

    private final IndexSpace names = new IndexSpace("type");
    private final List<FunctionType> types = new ArrayList<>();

    /// A type use: the index of a function type, and the names of parameters that were given.
    record Use(int index, List<Optional<String>> parameterNames) {}

    /// Parameters or results, and their names.
    private record Signature(FunctionType type, List<Optional<String>> names) {}

    /// Adds the type of a field `(type $name? (func ..))`.
    void define(Sexp.Form field) {
        var pieces = Pieces.of(field);
        var name = pieces.identifier();
        var form = pieces.form();
        if (!form.head().equals("func")) {
            throw new LeftOutException(form.head().equals("sub") ? REFERENCES : "the GC proposal", form);
        }
        types.add(signature(Pieces.of(form)).type());
        names.add(name);
    }

    /// Adds a stand-in for a type that cannot be written.
    void leaveOut(Sexp.Form field, String reason) {
        types.add(NOTHING);
        names.add(Pieces.of(field).identifier());
        names.leaveOutLast(reason);
    }

    /// {@return the index of the type of functions that take and give nothing}
    int nothing() {
        return indexOf(NOTHING);
    }

    /// Takes `(type x)? (param ..)* (result ..)*`.
    Use use(Pieces pieces) {
        if (!pieces.nextIsForm("type")) {
            var signature = signature(pieces);
            return new Use(indexOf(signature.type()), signature.names());
        }
        var reference = pieces.form();
        int index = names.index(reference.items().get(1));
        var given = signature(pieces);
        boolean inlined =
                !given.type().parameters().isEmpty() || !given.type().results().isEmpty();
        if (inlined && index < types.size() && !types.get(index).equals(given.type())) {
            throw new WatException("inline function type differs from type " + index, reference);
        }
        return new Use(index, given.names());
    }

    /// Takes a block's type and writes it in the shortest form.
    void writeBlockType(Pieces pieces, Bytes out) {
        if (pieces.nextIsForm("type")) {
            out.signed(use(pieces).index());
            return;
        }
        var type = signature(pieces).type();
        if (type.parameters().isEmpty() && type.results().isEmpty()) {
            out.u8(0x40);
        } else if (type.parameters().isEmpty() && type.results().size() == 1) {
            out.u8(type.results().getFirst().code());
        } else {
            out.signed(indexOf(type));
        }
    }

    /// {@return how many parameters a type has}
    int parameterCount(int index) {
        return index >= 0 && index < types.size()
                ? types.get(index).parameters().size()
                : 0;
    }

    private int indexOf(FunctionType type) {
        int index = types.indexOf(type);
        if (index < 0) {
            types.add(type);
            return types.size() - 1;
        }
        return index;
    }

    private static Signature signature(Pieces pieces) {
        List<ValueType> parameters = new ArrayList<>();
        List<Optional<String>> names = new ArrayList<>();
        while (pieces.nextIsForm("param")) {
            takeTypes(pieces.form(), parameters, names);
        }
        List<ValueType> results = new ArrayList<>();
        while (pieces.nextIsForm("result")) {
            takeTypes(pieces.form(), results, new ArrayList<>());
        }
        if (pieces.nextIsForm("param")) {
            throw new WatException("unexpected token: a parameter after the results", pieces.peek());
        }
        return new Signature(new FunctionType(parameters, results), names);
    }

    /// Adds the types of `(param $name t)` or `(param t*)`, or the like with `local` or `result`.
    static void takeTypes(Sexp.Form form, List<ValueType> types, List<Optional<String>> names) {
        var pieces = Pieces.of(form);
        var name = pieces.identifier();
        while (!pieces.atEnd()) {
            types.add(valueType(pieces.take()));
            names.add(name);
        }
    }

    static ValueType valueType(Sexp sexp) {
        if (sexp instanceof Sexp.Form form && form.head().equals("ref")) {
            var items = form.items();
            if (items.size() == 3 && Sexp.isWord(items.get(1), "null")) {
                if (Sexp.isWord(items.get(2), "func")) {
                    return ValueType.FUNCREF;
                }
                if (Sexp.isWord(items.get(2), "extern")) {
                    return ValueType.EXTERNREF;
                }
            }
            throw new LeftOutException(REFERENCES, sexp);
        }
        if (sexp instanceof Sexp.Word(String text, int _)) {
            for (ValueType type : ValueType.values()) {
                if (type.toString().equals(text)) {
                    return type;
                }
            }
            if (text.equals("exnref") || text.equals("nullexnref")) {
                throw new LeftOutException("the exception handling proposal", sexp);
            }
            if (text.endsWith("ref")) {
                throw new LeftOutException(REFERENCES, sexp);
            }
        }
        throw new WatException("a value type is expected, found " + sexp, sexp);
    }

    static boolean isReferenceType(Sexp sexp) {
        return sexp instanceof Sexp.Word(String text, int _) ? text.endsWith("ref") : Sexp.isForm(sexp, "ref");
    }

    /// {@return the code of a heap type, as `ref.null` takes it}
    static int heapType(Sexp sexp) {
        if (Sexp.isWord(sexp, "func")) {
            return ValueType.FUNCREF.code();
        }
        if (Sexp.isWord(sexp, "extern")) {
            return ValueType.EXTERNREF.code();
        }
        throw new LeftOutException(REFERENCES, sexp);
    }

    /// {@return all types in the binary format}
    List<Bytes> encoded() {
        return types.stream()
                .map(type ->
                        new Bytes().u8(0x60).vector(codes(type.parameters())).vector(codes(type.results())))
                .toList();
    }

    private static List<Bytes> codes(List<ValueType> types) {
        return types.stream().map(type -> new Bytes().u8(type.code())).toList();
    }
}
