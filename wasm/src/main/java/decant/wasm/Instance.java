package decant.wasm;

import decant.wasm.run.InstanceState;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// A module brought to life: its own memory, tables and globals, and the module's compiled code, which it shares.
///
/// An instance is used by one thread at a time, with a stack as threads of {@link WasmThreads} have. Between
/// {@link #begin()} and {@link #commit} or {@link #rollback} runs one message, which leaves all of its changes or none.
public final class Instance implements AutoCloseable {
    private final Module module;
    private final InstanceState state;
    private final @Nullable Memory memory;
    private final boolean ownsMemory;
    private final int[][] elementSegments;

    private long[] globalsAtBegin = {};

    Instance(Module module, InstanceState state, @Nullable Memory memory, boolean ownsMemory, int[][] elementSegments) {
        this.module = module;
        this.state = state;
        this.memory = memory;
        this.ownsMemory = ownsMemory;
        this.elementSegments = elementSegments;
    }

    /// Makes an instance, active segments in place. The start function is not called; {@link Module#start} says whether
    /// there is one.
    ///
    /// @throws InstantiationFailure when an import is missing or does not match, or a segment does not fit
    public static Instance instantiate(Module module, Imports imports, InstanceLimits limits) {
        return new Instantiation(module, imports, limits).instantiate(true);
    }

    /// Makes an instance whose memory is to be filled from an image: active data segments are not copied.
    ///
    /// @throws InstantiationFailure when an import is missing or does not match, or a segment does not fit
    public static Instance resume(Module module, Imports imports, InstanceLimits limits) {
        return new Instantiation(module, imports, limits).instantiate(false);
    }

    InstanceState state() {
        return state;
    }

    public Module module() {
        return module;
    }

    /// Calls a function, imports counted first. Arguments and results are slots, see {@link HostFunction}.
    public CallResult call(int functionIndex, long... arguments) {
        FunctionType type = module.functionType(functionIndex);
        if (arguments.length != ValueType.slots(type.parameters())) {
            throw new IllegalArgumentException(module.functionName(functionIndex) + " is " + type + ", but there are "
                    + arguments.length + " slots of arguments");
        }
        int stackBefore = state.stackLeft;
        int resultCount = ValueType.slots(type.results());
        long[] slots = Arrays.copyOf(arguments, Math.max(arguments.length, resultCount));
        References.toInside(type.parameters(), slots, state);
        state.enter();
        try {
            state.code().entry(functionIndex).call(slots, stackBefore, state);
            References.toOutside(type.results(), slots, state);
            return new CallResult.Returned(Arrays.copyOf(slots, resultCount));
        } catch (TrapException trap) {
            state.abandon();
            return new CallResult.Trapped(trapOf(trap));
        } catch (StackOverflowError e) {
            state.abandon();
            throw new IllegalStateException(
                    "the stack of " + Thread.currentThread()
                            + " is too small: call instances on threads of WasmThreads",
                    e);
        } catch (InternalError e) {
            state.abandon();
            throw new IllegalStateException("a page of the memory could not be read from its file", e);
        } finally {
            state.leave();
            state.stackLeft = stackBefore;
        }
    }

    private Trap trapOf(TrapException trap) {
        Object payload = trap instanceof HostTrap host ? host.payload() : null;
        return new Trap(trap.code(), trap.reason(), state.code().backtrace(trap), payload);
    }

    /// {@return the memory, if the module has one}
    public Optional<Memory> memory() {
        return Optional.ofNullable(memory);
    }

    /// {@return the index of the function exported under a name}
    public OptionalInt exportedFunction(String name) {
        for (Export export : module.exports()) {
            if (export.kind() == ExportKind.FUNCTION && export.name().equals(name)) {
                return OptionalInt.of(export.index());
            }
        }
        return OptionalInt.empty();
    }

    /// {@return what is exported under a name, for other instances to import}
    public Optional<Extern> export(String name) {
        for (Export export : module.exports()) {
            if (export.name().equals(name)) {
                return Optional.of(extern(export));
            }
        }
        return Optional.empty();
    }

    private Extern extern(Export export) {
        return switch (export.kind()) {
            case FUNCTION ->
                new HostImport(module.functionType(export.index()), new ExportedFunction(this, export.index()));
            case TABLE -> new Table(state.table(export.index()));
            case MEMORY -> memory == null ? noMemory() : memory;
            case GLOBAL -> {
                GlobalType type = module.globalTypes().get(export.index());
                yield new GlobalVariable(type, state, export.index());
            }
        };
    }

    private static Memory noMemory() {
        throw new AssertionError("BUG: an exported memory that is not there");
    }

    /// {@return a global's value, imports counted first, as slots, see {@link HostFunction}}
    public long[] global(int globalIndex) {
        var slots = new long[module.globalTypes().get(globalIndex).type().slots()];
        readGlobal(globalIndex, slots, 0);
        return slots;
    }

    private void readGlobal(int globalIndex, long[] slots, int at) {
        ValueType type = module.globalTypes().get(globalIndex).type();
        for (int part = 0; part < type.slots(); part++) {
            long slot = state.globalFor(state, globalIndex, part, type);
            slots[at + part] = type == ValueType.FUNCREF ? state.functionOf((int) slot) : slot;
        }
    }

    private void writeGlobal(int globalIndex, long[] slots, int at) {
        ValueType type = module.globalTypes().get(globalIndex).type();
        for (int part = 0; part < type.slots(); part++) {
            long slot = slots[at + part];
            long inside = type == ValueType.FUNCREF ? state.handleOfFunction((int) slot) : slot;
            state.setGlobalFor(state, globalIndex, part, type, inside);
        }
    }

    /// {@return the globals that the module defines, as slots: one for each, two for a v128}
    public long[] globals() {
        var slots = new long[globalSlotsBefore(module.globalTypes().size())];
        for (int i = importedGlobalCount(); i < module.globalTypes().size(); i++) {
            readGlobal(i, slots, globalSlotsBefore(i));
        }
        return slots;
    }

    /// Sets the globals that the module defines, mutable or not, to such slots.
    public void setGlobals(long[] slots) {
        int count = globalSlotsBefore(module.globalTypes().size());
        if (slots.length != count) {
            throw new IllegalArgumentException(
                    "the globals that the module defines have " + count + " slots, but there are " + slots.length);
        }
        for (int i = importedGlobalCount(); i < module.globalTypes().size(); i++) {
            writeGlobal(i, slots, globalSlotsBefore(i));
        }
    }

    /// {@return how many slots the globals have that the module defines and that come before one}
    private int globalSlotsBefore(int globalIndex) {
        return state.code().slotOfGlobal(globalIndex) - state.code().slotOfGlobal(importedGlobalCount());
    }

    private int importedGlobalCount() {
        return module.globalTypes().size() - module.globals().size();
    }

    /// {@return the index of the function in an element of the first table, or -1 when there is none: the element is
    /// null, beyond the table, or another instance's function}
    public int tableFunction(long tableIndex) {
        if (module.tables().isEmpty()
                || tableIndex < 0
                || tableIndex >= state.table(0).size()) {
            return -1;
        }
        int function = state.functionAt(0, tableIndex);
        return function < module.functionCount() ? function : -1;
    }

    /// Sets how many instructions may be executed from now on.
    public void setFuel(long instructions) {
        state.fuel = instructions;
    }

    /// {@return how many instructions are left; negative behind an out-of-instructions trap}
    public long fuel() {
        return state.fuel;
    }

    /// Takes instructions for work of the host.
    ///
    /// @throws TrapException when not enough are left
    public void charge(long instructions) {
        state.charge(instructions);
    }

    /// Takes instructions for what guest code did. When not enough are left, that is noticed where it is noticed for
    /// guest code: at the next beginning of a function or a loop.
    public void deduct(long instructions) {
        state.fuel -= instructions;
    }

    /// Begins a message. The memory keeps a copy of what it holds.
    public void begin() {
        if (memory != null) {
            memory.linear().begin();
        }
        globalsAtBegin = globals();
    }

    /// Begins a message.
    ///
    /// @param preimage what the memory holds now, to be put back by {@link #rollback}
    public void begin(Preimage preimage) {
        if (memory != null) {
            memory.linear().begin(preimage);
        }
        globalsAtBegin = globals();
    }

    /// Ends the message and keeps its changes: no page of the memory is dirty afterwards.
    public void commit() {
        if (memory != null) {
            memory.linear().commit();
        }
        restoreSegments();
    }

    /// Ends the message and undoes it: memory, its size, and globals are what they were when it began.
    public void rollback() {
        if (memory != null) {
            memory.linear().rollback();
        }
        setGlobals(globalsAtBegin);
        restoreSegments();
    }

    /// Dropped segments are back for the next message, as if the instance were made for it.
    private void restoreSegments() {
        state.setSegments(elementSegments.clone(), Instantiation.droppedData(module));
    }

    /// Gives the memory back to the system, unless it was imported.
    @Override
    public void close() {
        state.unlink();
        if (memory != null && ownsMemory) {
            memory.close();
        }
    }

    /// A function of an instance as another one imports it.
    record ExportedFunction(Instance owner, int functionIndex) implements HostFunction {
        @Override
        public void call(Instance caller, long[] slots) {
            owner.state.callFromOther(caller.state, functionIndex, slots);
        }
    }

    /// How funcrefs look inside and outside of compiled code.
    static final class References {
        private References() {}

        static void toInside(List<ValueType> types, long[] slots, InstanceState state) {
            int slot = 0;
            for (ValueType type : types) {
                if (type == ValueType.FUNCREF) {
                    slots[slot] = state.handleOfFunction((int) slots[slot]);
                }
                slot += type.slots();
            }
        }

        static void toOutside(List<ValueType> types, long[] slots, InstanceState state) {
            int slot = 0;
            for (ValueType type : types) {
                if (type == ValueType.FUNCREF) {
                    slots[slot] = state.functionOf((int) slots[slot]);
                }
                slot += type.slots();
            }
        }
    }
}
