package decant.wasm.link;

import decant.wasm.FunctionType;
import decant.wasm.ValueType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/// A program before it is linked: functions, variables and constants know each other by identity, not by index.
///
/// Its entry points and hooks take and give nothing; they talk to the host by imports. It always ends, if only for
/// lack of instructions.
final class Program {
    static final Set<String> HOOKS = Set.of("hook before", "hook after");

    final boolean is64;
    final List<Imported> imports = new ArrayList<>();
    final List<Fn> functions = new ArrayList<>();
    final List<Var> globals = new ArrayList<>();
    final List<Datum> data = new ArrayList<>();
    final List<Blob> blobs = new ArrayList<>();
    /// The functions in the slots from 1 on.
    final List<Fn> table = new ArrayList<>();
    /// What slots hold in place of what `table` says, for slots counted from 0.
    final Map<Integer, Fn> slotsInstead = new TreeMap<>();
    final Map<String, Fn> exports = new TreeMap<>();
    long pagesMin = 2;
    long pagesMax = 5;

    Program(boolean is64) {
        this.is64 = is64;
    }

    ValueType address() {
        return is64 ? ValueType.I64 : ValueType.I32;
    }

    static final class Imported {
        final String name;
        final FunctionType type;

        Imported(String name, FunctionType type) {
            this.name = name;
            this.type = type;
        }
    }

    static final class Fn {
        final String name;
        final FunctionType type;
        final List<ValueType> locals = new ArrayList<>();
        final List<Ins> body = new ArrayList<>();

        Fn(String name, FunctionType type) {
            this.name = name;
            this.type = type;
        }
    }

    static final class Var {
        final String name;
        final ValueType type;
        boolean mutable = true;
        long initial;

        Var(String name, ValueType type, long initial) {
            this.name = name;
            this.type = type;
            this.initial = initial;
        }
    }

    /// Static data: a constant or a variable, with pointers in it.
    static final class Datum {
        final String name;
        final boolean constant;
        final byte[] content;
        final List<Pointer> pointers = new ArrayList<>();

        Datum(String name, boolean constant, byte[] content) {
            this.name = name;
            this.constant = constant;
            this.content = content;
        }

        boolean isZero() {
            for (byte b : content) {
                if (b != 0) {
                    return false;
                }
            }
            return !constant && pointers.isEmpty();
        }
    }

    /// A word of static data that is an address: of a datum, or the slot of a function.
    record Pointer(int offset, Target target) {}

    sealed interface Target {
        record ToDatum(Datum datum, long addend) implements Target {}

        record ToFunction(Fn function) implements Target {}
    }

    static final class Blob {
        final byte[] content;

        Blob(byte[] content) {
            this.content = content;
        }
    }

    sealed interface Ins {
        /// An instruction whose operands mean the same in every module.
        record Plain(int opcode, List<Long> operands) implements Ins {}

        record Call(Fn target) implements Ins {}

        record CallImport(Imported target) implements Ins {}

        record CallSlot(FunctionType type) implements Ins {}

        /// The number of a function's slot.
        record Slot(Fn target) implements Ins {}

        record Address(Datum datum, long addend) implements Ins {}

        /// A load or store whose offset is the address of a datum.
        record Access(int opcode, int alignment, Datum datum, long addend) implements Ins {}

        record Global(int opcode, Var variable) implements Ins {}

        record Init(Blob blob) implements Ins {}
    }

    /// {@return the functions that entry points and slots reach}
    Set<Fn> reachedOutsideHooks() {
        return reached(Stream.concat(
                        exports.entrySet().stream()
                                .filter(export -> !HOOKS.contains(export.getKey()))
                                .map(Map.Entry::getValue),
                        table.stream())
                .toList());
    }

    static Set<Fn> reached(List<Fn> roots) {
        var reached = new LinkedHashSet<>(roots);
        var left = new ArrayDeque<>(roots);
        while (!left.isEmpty()) {
            for (Ins ins : left.remove().body) {
                if (ins instanceof Ins.Call(Fn target) && reached.add(target)) {
                    left.add(target);
                }
            }
        }
        return reached;
    }
}
