package decant.wasm.compile;

import decant.wasm.ConstantExpression;
import decant.wasm.ElementSegment;
import decant.wasm.Export;
import decant.wasm.ExportKind;
import decant.wasm.Global;
import decant.wasm.Module;
import java.util.Arrays;
import java.util.BitSet;

/// The numbers of a module's functions as funcrefs.
///
/// Only functions that a funcref can ever refer to have one. Functions of one type have neighbouring numbers, so that
/// an indirect call is a jump by table whose bounds are the check of the type.
final class References {
    private static final int NONE = -1;

    private final int[] handles;
    private final int[] functions;

    /// For each canonical type index the first number of its functions, and behind the last type the count.
    private final int[] firstOfType;

    References(Module module, int[] canonicalTypes) {
        BitSet referenced = referenced(module);
        int[] functionTypes = module.functionTypeIndices();
        var counts = new int[canonicalTypes.length + 1];
        referenced.stream().forEach(function -> counts[canonicalTypes[functionTypes[function]] + 1]++);
        for (int type = 1; type < counts.length; type++) {
            counts[type] += counts[type - 1];
        }
        this.firstOfType = counts.clone();
        this.handles = new int[functionTypes.length];
        this.functions = new int[referenced.cardinality()];
        Arrays.fill(handles, NONE);
        referenced.stream().forEach(function -> {
            int handle = counts[canonicalTypes[functionTypes[function]]]++;
            handles[function] = handle;
            functions[handle] = function;
        });
    }

    private static BitSet referenced(Module module) {
        var functions = new BitSet();
        for (ElementSegment segment : module.elements()) {
            segment.elements().forEach(element -> add(functions, element));
        }
        for (Global global : module.globals()) {
            add(functions, global.initializer());
        }
        for (Export export : module.exports()) {
            if (export.kind() == ExportKind.FUNCTION) {
                functions.set(export.index());
            }
        }
        return functions;
    }

    private static void add(BitSet functions, ConstantExpression expression) {
        if (expression instanceof ConstantExpression.RefFunc(int function)) {
            functions.set(function);
        }
    }

    /// {@return the number of a function, or -1}
    int handleOf(int functionIndex) {
        return handles[functionIndex];
    }

    int functionOf(int handle) {
        return functions[handle];
    }

    int count() {
        return functions.length;
    }

    /// {@return the first number of the functions of a canonical type}
    int firstOfType(int canonicalType) {
        return firstOfType[canonicalType];
    }

    /// {@return the number behind the last one of the functions of a canonical type}
    int endOfType(int canonicalType) {
        return firstOfType[canonicalType + 1];
    }
}
