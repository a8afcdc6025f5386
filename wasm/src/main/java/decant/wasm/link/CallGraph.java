package decant.wasm.link;

import decant.wasm.ConstantExpression;
import decant.wasm.ElementSegment;
import decant.wasm.FunctionBody;
import decant.wasm.Module;
import decant.wasm.binary.CodeReader;
import decant.wasm.binary.Opcode;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.stream.IntStream;

/// Which functions of a module call which.
final class CallGraph {
    private static final int[] NONE = {};

    private final int[][] callees;
    private final int[][] callers;
    private final BitSet readingTables = new BitSet();
    private final BitSet inTables = new BitSet();

    private CallGraph(Module module) {
        callees = new int[module.functionCount()][];
        for (int function = 0; function < callees.length; function++) {
            callees[function] = function < module.importedFunctionCount()
                    ? NONE
                    : readCallees(module, module.bodies().get(function - module.importedFunctionCount()));
        }
        callers = reversed(callees);
        for (ElementSegment segment : module.elements()) {
            if (segment.mode() == ElementSegment.Mode.ACTIVE) {
                for (ConstantExpression element : segment.elements()) {
                    if (element instanceof ConstantExpression.RefFunc(int function)) {
                        inTables.set(function);
                    }
                }
            }
        }
    }

    static CallGraph of(Module module) {
        return new CallGraph(module);
    }

    private int[] readCallees(Module module, FunctionBody body) {
        var found = IntStream.builder();
        var code = new CodeReader(module.bytes(), body.start(), body.end());
        while (!code.atEnd()) {
            int opcode = code.opcode();
            switch (opcode) {
                case Opcode.CALL, Opcode.RETURN_CALL, Opcode.REF_FUNC -> found.add(code.u32());
                case Opcode.CALL_INDIRECT, Opcode.RETURN_CALL_INDIRECT, Opcode.TABLE_GET -> {
                    readingTables.set(body.functionIndex());
                    code.skipImmediates(opcode);
                }
                default -> code.skipImmediates(opcode);
            }
        }
        return found.build().sorted().distinct().toArray();
    }

    private static int[][] reversed(int[][] edges) {
        var counts = new int[edges.length];
        for (int[] targets : edges) {
            for (int target : targets) {
                counts[target]++;
            }
        }
        var reversed = new int[edges.length][];
        for (int i = 0; i < reversed.length; i++) {
            reversed[i] = new int[counts[i]];
        }
        for (int source = 0; source < edges.length; source++) {
            for (int target : edges[source]) {
                reversed[target][--counts[target]] = source;
            }
        }
        return reversed;
    }

    /// {@return the functions that are in a table from the beginning; not a copy}
    BitSet inTables() {
        return inTables;
    }

    /// {@return the roots and all that they may call, those in tables too when tables are read}
    BitSet reached(BitSet roots) {
        var reached = new BitSet();
        var left = new ArrayDeque<Integer>();
        enter(roots.stream(), reached, left);
        boolean throughTables = false;
        while (!left.isEmpty()) {
            int function = left.remove();
            enter(IntStream.of(callees[function]), reached, left);
            if (!throughTables && readingTables.get(function)) {
                throughTables = true;
                enter(inTables.stream(), reached, left);
            }
        }
        return reached;
    }

    /// {@return the functions from which a table is read, directly or by functions that they call by their indices}
    BitSet readingTables() {
        return callers(readingTables);
    }

    /// {@return the functions that call one of the targets by its index, directly or not, targets included}
    BitSet callers(BitSet targets) {
        var calling = new BitSet();
        var left = new ArrayDeque<Integer>();
        enter(targets.stream(), calling, left);
        while (!left.isEmpty()) {
            enter(IntStream.of(callers[left.remove()]), calling, left);
        }
        return calling;
    }

    /// {@return the functions among `scope` from which one of the targets is called, directly or not, targets included;
    /// a function in a table is called by whatever reads tables}
    BitSet calling(BitSet targets, BitSet scope) {
        var calling = new BitSet();
        var left = new ArrayDeque<Integer>();
        enter(targets.stream().filter(scope::get), calling, left);
        boolean throughTables = false;
        while (!left.isEmpty()) {
            int function = left.remove();
            enter(IntStream.of(callers[function]).filter(scope::get), calling, left);
            if (!throughTables && inTables.get(function)) {
                throughTables = true;
                enter(readingTables.stream().filter(scope::get), calling, left);
            }
        }
        return calling;
    }

    private static void enter(IntStream functions, BitSet entered, Deque<Integer> left) {
        functions.filter(function -> !entered.get(function)).forEach(function -> {
            entered.set(function);
            left.add(function);
        });
    }
}
