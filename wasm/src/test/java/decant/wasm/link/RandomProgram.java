package decant.wasm.link;

import static decant.wasm.ValueType.I32;
import static decant.wasm.ValueType.I64;

import decant.wasm.FunctionType;
import decant.wasm.ValueType;
import decant.wasm.binary.CodeReader;
import decant.wasm.binary.Opcode;
import decant.wasm.link.Program.Blob;
import decant.wasm.link.Program.Datum;
import decant.wasm.link.Program.Fn;
import decant.wasm.link.Program.Imported;
import decant.wasm.link.Program.Ins;
import decant.wasm.link.Program.Pointer;
import decant.wasm.link.Program.Target;
import decant.wasm.link.Program.Var;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Makes programs up. The same seed gives the same program.
final class RandomProgram {
    static final int STACK_BYTES = 8192;

    private static final FunctionType NOTHING = new FunctionType(List.of(), List.of());
    private static final FunctionType LOG = new FunctionType(List.of(I64), List.of());
    private static final FunctionType INPUT = new FunctionType(List.of(), List.of(I64));
    private static final FunctionType NARROW = new FunctionType(List.of(I32, I32), List.of(I32));
    private static final FunctionType WIDE = new FunctionType(List.of(I64, I64), List.of(I64));
    private static final List<FunctionType> TYPES = List.of(
            new FunctionType(List.of(I32), List.of(I32)),
            new FunctionType(List.of(I64, I32), List.of(I64)),
            new FunctionType(List.of(), List.of(I64)),
            new FunctionType(List.of(I32, I32), List.of(I32)));

    private final Random random;
    private final Program program;
    private int marker;

    private RandomProgram(Random random, Program program, int firstMarker) {
        this.random = random;
        this.program = program;
        this.marker = firstMarker;
    }

    /// {@return random numbers that have nothing in common with those of neighbouring seeds}
    static Random random(long seed) {
        return new Random(seed * 0x9E3779B97F4A7C15L);
    }

    /// {@return a program of its own}
    static Program of(long seed) {
        var random = random(seed);
        var program = new Program(random.nextInt(4) == 0);
        new RandomProgram(random, program, 1_000_000).fill();
        return program;
    }

    /// What new hooks may bring along.
    enum Luggage {
        /// What is neither data nor a global: imports.
        IMPORTS,
        /// What the proof allows: imports, passive data and globals.
        PROVABLE,
        /// What can be grafted with one table: imports, passive data and constants.
        CONSTANTS,
        /// What can be grafted: functions in slots of their own, too.
        SLOTS
    }

    /// Gives the program other hooks, which use what the program has and bring along some things of their own.
    static void replaceHooks(Program program, long seed, Luggage luggage) {
        new RandomProgram(random(seed), program, 2_000_000).newHooks("new ", luggage);
    }

    private void fill() {
        program.imports.add(new Imported("log", LOG));
        program.imports.add(new Imported("note", LOG));
        program.imports.add(new Imported("input", INPUT));
        program.imports.add(new Imported("narrow", NARROW));
        if (random.nextBoolean()) {
            program.imports.add(new Imported("wide", WIDE));
        }
        program.globals.add(new Var("__stack_pointer", program.address(), STACK_BYTES));
        for (int i = 0; i < 1 + random.nextInt(4); i++) {
            var variable = new Var("global" + i, random.nextBoolean() ? I32 : I64, 77 + 1000L * i);
            variable.mutable = random.nextInt(4) != 0;
            program.globals.add(variable);
        }
        for (int i = 0; i < 2 + random.nextInt(3); i++) {
            program.blobs.add(new Blob(randomBytes(16)));
        }
        addData("", 3 + random.nextInt(5), true);
        addLeaves("leaf", 2 + random.nextInt(5));
        program.table.addAll(program.functions);
        addPointersToFunctions(program.data, program.table);
        var inner = addInner("inner", 2 + random.nextInt(6));
        for (int i = 0; i < 2 + random.nextInt(3); i++) {
            program.exports.put("entry " + i, addMain("entry" + i, inner));
        }
        newHooks("", Luggage.PROVABLE);
    }

    private void newHooks(String prefix, Luggage luggage) {
        var usable = new ArrayList<>(program.functions.stream()
                .filter(f -> !f.type.equals(NOTHING) && !program.table.contains(f))
                .toList());
        if (!prefix.isEmpty()) {
            program.imports.add(new Imported("extra", LOG));
            program.exports.keySet().removeAll(Program.HOOKS);
            if (luggage != Luggage.IMPORTS && random.nextBoolean()) {
                program.blobs.add(new Blob(randomBytes(16)));
            }
            if (luggage == Luggage.PROVABLE) {
                program.globals.add(new Var(prefix + "global", I64, 5));
            } else if (luggage != Luggage.IMPORTS) {
                addData(prefix, random.nextInt(4), false);
            }
            if (luggage == Luggage.SLOTS && random.nextBoolean()) {
                addSlots(prefix);
            }
        }
        usable.addAll(addInner(prefix + "hook-inner", 1 + random.nextInt(3)));
        program.exports.put("hook before", addMain(prefix + "hook-before", usable));
        if (random.nextInt(3) != 0) {
            program.exports.put("hook after", addMain(prefix + "hook-after", usable));
        }
    }

    private void addSlots(String prefix) {
        int before = program.functions.size();
        addLeaves(prefix + "leaf", 1 + random.nextInt(2));
        var leaves = List.copyOf(program.functions.subList(before, program.functions.size()));
        program.table.addAll(leaves);
        addPointersToFunctions(
                program.data.stream().filter(d -> d.name.startsWith(prefix)).toList(), leaves);
    }

    private void addData(String prefix, int count, boolean variables) {
        var added = new ArrayList<Datum>();
        for (int i = 0; i < count; i++) {
            boolean constant = !variables || i > 0 && random.nextBoolean();
            int size = 32 << random.nextInt(2);
            var datum = new Datum(
                    prefix + (constant ? "constant" : "variable") + i,
                    constant,
                    constant || random.nextBoolean() ? randomBytes(size) : new byte[size]);
            added.add(datum);
        }
        program.data.addAll(added);
        for (Datum datum : added) {
            if (!datum.isZero() && random.nextInt(3) == 0) {
                var target = program.data.get(random.nextInt(program.data.size()));
                datum.pointers.add(new Pointer(0, new Target.ToDatum(target, 8L * random.nextInt(2))));
            }
        }
    }

    private void addPointersToFunctions(List<Datum> data, List<Fn> functions) {
        for (Datum datum : data) {
            if (!datum.isZero() && random.nextInt(3) == 0) {
                var target = functions.get(random.nextInt(functions.size()));
                datum.pointers.add(new Pointer(8, new Target.ToFunction(target)));
            }
        }
    }

    private byte[] randomBytes(int count) {
        var bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private void addLeaves(String name, int count) {
        for (int i = 0; i < count; i++) {
            var fn = new Fn(name + i, TYPES.get(random.nextInt(TYPES.size())));
            new Body(fn, List.of(), false).fill();
            program.functions.add(fn);
        }
    }

    /// Adds functions, of which each may call those added before it.
    private List<Fn> addInner(String name, int count) {
        var callable = new ArrayList<>(program.table);
        for (int i = 0; i < count; i++) {
            var fn = new Fn(name + i, TYPES.get(random.nextInt(TYPES.size())));
            new Body(fn, callable, true).fill();
            program.functions.add(fn);
            callable.add(fn);
        }
        return callable;
    }

    private Fn addMain(String name, List<Fn> callable) {
        var fn = new Fn(name, NOTHING);
        new Body(fn, callable, true).fill();
        program.functions.add(fn);
        return fn;
    }

    /// Makes up the body of one function.
    private final class Body {
        private final Fn fn;
        private final List<Fn> callable;
        private final boolean mayCallSlots;
        private final int firstLocal;
        private final int counter;

        Body(Fn fn, List<Fn> callable, boolean mayCallSlots) {
            this.fn = fn;
            this.callable = callable;
            this.mayCallSlots = mayCallSlots;
            this.firstLocal = fn.type.parameters().size();
            fn.locals.addAll(List.of(I32, I32, I64, I64, program.address()));
            this.counter = firstLocal + fn.locals.size();
            fn.locals.add(I32);
        }

        void fill() {
            // No two functions are the same, so that no mix-up of functions goes unnoticed.
            plain(Opcode.I32_CONST, marker++);
            plain(Opcode.DROP);
            boolean frame = random.nextInt(3) == 0;
            if (frame) {
                moveStack(-16);
                global(Opcode.GLOBAL_GET, program.globals.getFirst());
                plain(Opcode.LOCAL_TEE, firstLocal + 4);
                plain(Opcode.I64_CONST, random.nextInt());
                plain(Opcode.I64_STORE, 3, 8);
            }
            for (int i = 2 + random.nextInt(5); i > 0; i--) {
                statement(2);
            }
            if (frame) {
                plain(Opcode.LOCAL_GET, firstLocal + 4);
                plain(Opcode.I64_LOAD, 3, 8);
                log();
                moveStack(16);
            }
            for (ValueType result : fn.type.results()) {
                value(result, 3);
            }
            plain(Opcode.END);
        }

        private void moveStack(int bytes) {
            global(Opcode.GLOBAL_GET, program.globals.getFirst());
            plain(program.is64 ? Opcode.I64_CONST : Opcode.I32_CONST, bytes);
            plain(program.is64 ? Opcode.I64_ADD : Opcode.I32_ADD);
            global(Opcode.GLOBAL_SET, program.globals.getFirst());
        }

        private void statement(int depth) {
            switch (random.nextInt(depth > 0 ? 10 : 6)) {
                case 0, 1 -> {
                    int local = firstLocal + random.nextInt(4);
                    value(fn.locals.get(local - firstLocal), 3);
                    plain(Opcode.LOCAL_SET, local);
                }
                case 2 -> setGlobal();
                case 3, 4 -> store();
                case 5 -> {
                    value(I64, 2);
                    log();
                }
                case 6 -> {
                    plain(Opcode.BLOCK, CodeReader.EMPTY_BLOCK);
                    statement(depth - 1);
                    value(I32, 2);
                    plain(Opcode.BR_IF, 0);
                    statement(depth - 1);
                    plain(Opcode.END);
                }
                case 7 -> {
                    value(I32, 2);
                    plain(Opcode.IF, CodeReader.EMPTY_BLOCK);
                    statement(depth - 1);
                    plain(Opcode.ELSE);
                    statement(depth - 1);
                    plain(Opcode.END);
                }
                case 8 -> loop(depth);
                default -> copy();
            }
        }

        private void loop(int depth) {
            plain(Opcode.I32_CONST, 1 + random.nextInt(3));
            plain(Opcode.LOCAL_SET, counter);
            plain(Opcode.LOOP, CodeReader.EMPTY_BLOCK);
            plain(Opcode.LOCAL_GET, counter);
            plain(Opcode.I32_CONST, -1);
            plain(Opcode.I32_ADD);
            plain(Opcode.LOCAL_SET, counter);
            if (depth > 1) {
                store();
            } else {
                setGlobal();
            }
            plain(Opcode.LOCAL_GET, counter);
            plain(Opcode.I32_CONST, 0);
            plain(Opcode.I32_GT_S);
            plain(Opcode.BR_IF, 0);
            plain(Opcode.END);
        }

        private void setGlobal() {
            var choice = program.globals.get(random.nextInt(program.globals.size()));
            if (choice == program.globals.getFirst() || !choice.mutable) {
                value(I64, 1);
                log();
                return;
            }
            value(choice.type, 2);
            global(Opcode.GLOBAL_SET, choice);
        }

        private void log() {
            fn.body.add(new Ins.CallImport(pickImport(LOG)));
        }

        private Imported pickImport(FunctionType type) {
            var fitting =
                    program.imports.stream().filter(i -> i.type.equals(type)).toList();
            return fitting.get(random.nextInt(fitting.size()));
        }

        private void store() {
            var datum = variable();
            var type = random.nextBoolean() ? I32 : I64;
            boolean byOffset = random.nextBoolean();
            pointer(datum, byOffset);
            value(type, 2);
            access(type == I32 ? Opcode.I32_STORE : Opcode.I64_STORE, datum, byOffset);
        }

        /// Copies a passive segment into a variable.
        private void copy() {
            var datum = variable();
            fn.body.add(new Ins.Address(datum, 16));
            plain(Opcode.I32_CONST, random.nextInt(4));
            plain(Opcode.I32_CONST, 1 + random.nextInt(12));
            fn.body.add(new Ins.Init(program.blobs.get(random.nextInt(program.blobs.size()))));
        }

        private Datum variable() {
            var variables = program.data.stream().filter(d -> !d.constant).toList();
            return variables.get(random.nextInt(variables.size()));
        }

        /// Pushes an address behind the first 16 bytes of a datum, or how far it is from there. The first 16 bytes may
        /// hold addresses, which differ between modules and so are never read as numbers, nor overwritten.
        private void pointer(Datum datum, boolean byOffset) {
            value(program.address(), 1);
            plain(program.is64 ? Opcode.I64_CONST : Opcode.I32_CONST, 4);
            plain(program.is64 ? Opcode.I64_AND : Opcode.I32_AND);
            if (!byOffset) {
                fn.body.add(new Ins.Address(datum, 16));
                plain(program.is64 ? Opcode.I64_ADD : Opcode.I32_ADD);
            }
        }

        /// Reads what a pointer in the datum points to, if there is one.
        private boolean follow(Datum datum, ValueType type) {
            boolean points = datum.pointers.stream().anyMatch(p -> p.target() instanceof Target.ToDatum);
            if (points) {
                fn.body.add(new Ins.Address(datum, 0));
                plain(program.is64 ? Opcode.I64_LOAD : Opcode.I32_LOAD, 2, 0);
                plain(type == I32 ? Opcode.I32_LOAD : Opcode.I64_LOAD, 0, 16);
            }
            return points;
        }

        private void access(int opcode, Datum datum, boolean byOffset) {
            if (byOffset) {
                fn.body.add(new Ins.Access(opcode, random.nextInt(3), datum, 16));
            } else {
                plain(opcode, random.nextInt(3), 0);
            }
        }

        private void value(ValueType type, int depth) {
            if (depth == 0 || random.nextInt(6) == 0) {
                simpleValue(type);
                return;
            }
            switch (random.nextInt(9)) {
                case 0, 1, 2 -> operation(type, depth);
                case 3 -> {
                    var datum = program.data.get(random.nextInt(program.data.size()));
                    if (random.nextBoolean() && follow(datum, type)) {
                        return;
                    }
                    boolean byOffset = random.nextBoolean();
                    pointer(datum, byOffset);
                    access(type == I32 ? Opcode.I32_LOAD : Opcode.I64_LOAD, datum, byOffset);
                }
                case 4 -> call(type, depth);
                case 5 -> callSlot(type, depth);
                case 6 -> convert(type, depth);
                case 7 -> {
                    value(I32, depth - 1);
                    plain(Opcode.IF, type.code() - 0x80);
                    value(type, depth - 1);
                    plain(Opcode.ELSE);
                    value(type, depth - 1);
                    plain(Opcode.END);
                }
                default -> {
                    value(type, depth - 1);
                    value(type, depth - 1);
                    value(I32, depth - 1);
                    plain(Opcode.SELECT);
                }
            }
        }

        private void simpleValue(ValueType type) {
            int kind = random.nextInt(10);
            if (kind == 9 && type == I32) {
                plain(Opcode.LOCAL_GET, firstLocal);
                plain(Opcode.I32_CONST, random.nextInt());
                fn.body.add(new Ins.CallImport(pickImport(NARROW)));
            } else if (kind < 3) {
                plain(type == I32 ? Opcode.I32_CONST : Opcode.I64_CONST, random.nextInt());
            } else if (kind < 6) {
                plain(Opcode.LOCAL_GET, firstLocal + (type == I32 ? 0 : 2) + random.nextInt(2));
            } else {
                var variable = program.globals.get(random.nextInt(program.globals.size()));
                global(Opcode.GLOBAL_GET, variable);
                convertFrom(variable.type, type);
            }
        }

        private void operation(ValueType type, int depth) {
            value(type, depth - 1);
            value(type, depth - 1);
            boolean narrow = type == I32;
            plain(
                    switch (random.nextInt(7)) {
                        case 0 -> narrow ? Opcode.I32_ADD : Opcode.I64_ADD;
                        case 1 -> narrow ? Opcode.I32_SUB : Opcode.I64_SUB;
                        case 2 -> narrow ? Opcode.I32_MUL : Opcode.I64_MUL;
                        case 3 -> narrow ? Opcode.I32_XOR : Opcode.I64_XOR;
                        case 4 -> narrow ? Opcode.I32_OR : Opcode.I64_OR;
                        case 5 -> narrow ? Opcode.I32_ROTL : Opcode.I64_ROTL;
                        default -> narrow ? Opcode.I32_DIV_U : Opcode.I64_SHR_S;
                    });
        }

        private void convert(ValueType type, int depth) {
            var from = type == I32 ? I64 : I32;
            value(from, depth - 1);
            convertFrom(from, type);
        }

        private void convertFrom(ValueType from, ValueType to) {
            if (from != to) {
                plain(to == I32 ? Opcode.I32_WRAP_I64 : Opcode.I64_EXTEND_I32_U);
            }
        }

        private void call(ValueType type, int depth) {
            var fitting = callable.stream()
                    .filter(f -> f.type.results().contains(type))
                    .toList();
            if (fitting.isEmpty()) {
                fn.body.add(new Ins.CallImport(pickImport(INPUT)));
                convertFrom(I64, type);
                return;
            }
            var target = fitting.get(random.nextInt(fitting.size()));
            arguments(target.type, depth);
            fn.body.add(new Ins.Call(target));
        }

        private void callSlot(ValueType type, int depth) {
            var fitting = program.table.stream()
                    .filter(f -> f.type.results().contains(type))
                    .toList();
            if (!mayCallSlots || fitting.isEmpty()) {
                simpleValue(type);
                return;
            }
            var target = fitting.get(random.nextInt(fitting.size()));
            arguments(target.type, depth);
            slot(target);
            fn.body.add(new Ins.CallSlot(target.type));
        }

        private void arguments(FunctionType type, int depth) {
            for (ValueType parameter : type.parameters()) {
                value(parameter, Math.min(depth - 1, 1));
            }
        }

        /// Pushes the number of a function's slot, from the code or from static data. Slots are numbers of 32 bits.
        private void slot(Fn target) {
            for (Datum datum : program.data) {
                for (Pointer pointer : datum.pointers) {
                    if (pointer.target().equals(new Target.ToFunction(target))) {
                        fn.body.add(new Ins.Address(datum, pointer.offset()));
                        plain(Opcode.I32_LOAD, 2, 0);
                        return;
                    }
                }
            }
            fn.body.add(new Ins.Slot(target));
        }

        private void global(int opcode, Var variable) {
            fn.body.add(new Ins.Global(opcode, variable));
        }

        private void plain(int opcode, long... operands) {
            var list = new ArrayList<Long>();
            for (long operand : operands) {
                list.add(operand);
            }
            fn.body.add(new Ins.Plain(opcode, List.copyOf(list)));
        }
    }
}
