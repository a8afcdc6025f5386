package decant.wasm.link;

import decant.wasm.ConstantExpression;
import decant.wasm.ElementSegment;
import decant.wasm.FunctionBody;
import decant.wasm.Module;
import decant.wasm.binary.CodeReader;
import decant.wasm.binary.Opcode;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.stream.IntStream;

/// Which functions of a module call which.
final class CallGraph {
    private final BitSet[] callees;
    private final BitSet readsTables = new BitSet();
    private final BitSet inTables = new BitSet();

    private CallGraph(int functions) {
        callees = IntStream.range(0, functions).mapToObj(_ -> new BitSet()).toArray(BitSet[]::new);
    }

    static CallGraph of(Module module) {
        var graph = new CallGraph(module.functionCount());
        for (FunctionBody body : module.bodies()) {
            graph.add(module, body);
        }
        for (ElementSegment segment : module.elements()) {
            if (segment.mode() == ElementSegment.Mode.ACTIVE) {
                for (ConstantExpression element : segment.elements()) {
                    if (element instanceof ConstantExpression.RefFunc(int function)) {
                        graph.inTables.set(function);
                    }
                }
            }
        }
        return graph;
    }

    private void add(Module module, FunctionBody body) {
        int function = body.functionIndex();
        var code = new CodeReader(module.bytes(), body.start(), body.end());
        while (!code.atEnd()) {
            int opcode = code.opcode();
            switch (opcode) {
                case Opcode.CALL, Opcode.RETURN_CALL, Opcode.REF_FUNC -> callees[function].set(code.u32());
                case Opcode.CALL_INDIRECT, Opcode.RETURN_CALL_INDIRECT, Opcode.TABLE_GET -> {
                    readsTables.set(function);
                    code.skipImmediates(opcode);
                }
                default -> code.skipImmediates(opcode);
            }
        }
    }

    /// {@return the functions that a function calls, or refers to, by their indices; not a copy}
    BitSet callees(int function) {
        return callees[function];
    }

    /// {@return the functions that call what a table holds, or read it; not a copy}
    BitSet readsTables() {
        return readsTables;
    }

    /// {@return the functions that are in a table from the beginning; not a copy}
    BitSet inTables() {
        return inTables;
    }

    /// {@return the roots and all that they may call, those in tables too when tables are read}
    BitSet reached(BitSet roots) {
        var reached = new BitSet();
        var left = new ArrayDeque<Integer>();
        enter(roots, reached, left);
        while (!left.isEmpty()) {
            int function = left.remove();
            enter(callees[function], reached, left);
            if (readsTables.get(function)) {
                enter(inTables, reached, left);
            }
        }
        return reached;
    }

    private static void enter(BitSet functions, BitSet reached, ArrayDeque<Integer> left) {
        functions.stream().filter(function -> !reached.get(function)).forEach(function -> {
            reached.set(function);
            left.add(function);
        });
    }

    /// {@return the functions among `scope` from which one of the targets is called, directly or not, targets included;
    /// a function in a table is called by whatever reads tables}
    BitSet calling(BitSet targets, BitSet scope) {
        var calling = (BitSet) targets.clone();
        calling.and(scope);
        boolean grown = true;
        while (grown) {
            grown = false;
            boolean throughTables = calling.intersects(inTables);
            for (int f = scope.nextSetBit(0); f >= 0; f = scope.nextSetBit(f + 1)) {
                if (!calling.get(f) && (callees[f].intersects(calling) || throughTables && readsTables.get(f))) {
                    calling.set(f);
                    grown = true;
                }
            }
        }
        return calling;
    }
}
