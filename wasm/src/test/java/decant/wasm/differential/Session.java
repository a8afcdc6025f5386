package decant.wasm.differential;

import decant.wasm.CallResult;
import decant.wasm.DividedCode;
import decant.wasm.Features;
import decant.wasm.FunctionType;
import decant.wasm.Imports;
import decant.wasm.Instance;
import decant.wasm.InstantiationFailure;
import decant.wasm.Memory;
import decant.wasm.Module;
import decant.wasm.Tracking;
import decant.wasm.Trap;
import decant.wasm.ValueType;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// Some runs of a module's entries, one after the other, and what can be seen of each afterwards, as a line of text.
final class Session {
    /// A run: whether in a new instance, of which entry, and with how many instructions.
    record Run(boolean isFresh, int entry, long fuel) {}

    private final Module module;
    private final DividedCode code;
    private final List<String> notes = new ArrayList<>();
    private int given;

    private Session(byte[] bytes, int methodBytesMax) {
        // One half of the modules is compiled as for canisters.
        var tracking = bytes.length % 2 == 0 ? Tracking.READS_AND_WRITES : Tracking.WRITES;
        this.module = Module.parse(bytes, Features.ALL, tracking);
        this.code = new DividedCode(module, methodBytesMax);
    }

    /// {@return a line for each run}
    static List<String> lines(byte[] bytes, List<Run> runs, int methodBytesMax) {
        return new Session(bytes, methodBytesMax).lines(runs);
    }

    private List<String> lines(List<Run> runs) {
        var lines = new ArrayList<String>();
        Instance instance = null;
        for (Run run : runs) {
            try {
                if (run.isFresh || instance == null) {
                    given = 0;
                    if (instance != null) {
                        instance.close();
                    }
                    instance = code.instantiate(imports());
                }
                lines.add(line(instance, run));
            } catch (InstantiationFailure e) {
                instance = null;
                lines.add("failed: " + e.getMessage());
            }
        }
        if (instance != null) {
            instance.close();
        }
        return lines;
    }

    private Imports imports() {
        var i32 = List.of(ValueType.I32);
        var nothing = List.<ValueType>of();
        return new Imports.Builder()
                .add(
                        "host",
                        "note",
                        new FunctionType(List.of(ValueType.I64), nothing),
                        (_, slots) -> notes.add(Long.toHexString(slots[0])))
                .add("host", "give", new FunctionType(nothing, i32), (_, slots) -> slots[0] = given++)
                .add("host", "pay", new FunctionType(i32, nothing), (caller, slots) -> caller.charge(slots[0] & 0xFFFF))
                .add("host", "out", new FunctionType(nothing, nothing), (_, _) -> {})
                .build();
    }

    private String line(Instance instance, Run run) {
        notes.clear();
        instance.setFuel(run.fuel);
        int function = instance.exportedFunction("run" + run.entry).orElseThrow();
        String outcome = switch (instance.call(function)) {
            case CallResult.Returned _ -> "ok";
            case CallResult.Trapped(var trap) -> nameOf(trap);
        };
        var parts = new ArrayList<>(List.of(
                outcome,
                Long.toString(instance.fuel()),
                "notes " + String.join(" ", notes),
                "globals " + String.join(" ", globals(instance)),
                "tables " + String.join(" ", tableSizes(instance))));
        if (!module.tables().isEmpty()) {
            parts.add("elements " + String.join(" ", elements(instance)));
        }
        instance.memory().ifPresent(memory -> parts.add("memory " + memory.bytes() + " " + digest(memory)));
        return String.join("; ", parts);
    }

    private static String nameOf(Trap trap) {
        return switch (trap.code()) {
            case UNREACHABLE -> "unreachable";
            case MEMORY_OUT_OF_BOUNDS -> "memory";
            case TABLE_OUT_OF_BOUNDS -> "table";
            case INDIRECT_CALL_TYPE_MISMATCH, UNDEFINED_ELEMENT -> "call";
            case INTEGER_OVERFLOW, BAD_CONVERSION_TO_INTEGER -> "range";
            case INTEGER_DIVIDE_BY_ZERO -> "zero";
            case STACK_OVERFLOW -> "stack";
            case OUT_OF_INSTRUCTIONS -> "instructions";
            case HOST -> "host";
        };
    }

    private List<String> globals(Instance instance) {
        var found = new ArrayList<String>();
        for (int i = 0; i < module.globalTypes().size(); i++) {
            ValueType type = module.globalTypes().get(i).type();
            for (long slot : instance.global(i)) {
                long seen = switch (type) {
                    case I32, F32 -> slot & 0xFFFF_FFFFL;
                    case I64, F64, V128 -> slot;
                    case FUNCREF, EXTERNREF -> slot == -1 ? 1 : 0;
                };
                found.add(Long.toHexString(seen));
            }
        }
        return found;
    }

    private List<String> tableSizes(Instance instance) {
        var sizes = new ArrayList<String>();
        for (int i = 0; i < module.tables().size(); i++) {
            var table = (decant.wasm.Table) instance.export("table" + i).orElseThrow();
            sizes.add(Integer.toString(table.size()));
        }
        return sizes;
    }

    private static List<String> elements(Instance instance) {
        var table = (decant.wasm.Table) instance.export("table0").orElseThrow();
        var elements = new ArrayList<String>();
        for (int i = 0; i < table.size(); i++) {
            int function = instance.tableFunction(i);
            elements.add(function < 0 ? "-" : Integer.toString(function));
        }
        return elements;
    }

    private static String digest(Memory memory) {
        try {
            var digest = MessageDigest.getInstance("SHA-1");
            digest.update(memory.segment().asByteBuffer());
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
