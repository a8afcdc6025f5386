package decant.wasm.run;

import decant.wasm.FunctionType;
import decant.wasm.HostFunction;
import decant.wasm.Instance;
import decant.wasm.TableType;
import decant.wasm.TrapCode;
import decant.wasm.TrapException;
import decant.wasm.ValueType;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The mutable state of one instance: what every compiled function gets as its last argument.
///
/// Per module there is one generated subclass, with a field for each global. Fields are public where compiled code or
/// the helpers it inlines read them directly.
public abstract class InstanceState implements ReferenceSpace {
    /// What the frames around a host function take from the stack, in case it calls back.
    private static final int HOST_FRAME_BYTES = 2048;

    /// An access first asks whether the 128 bytes in which it ends, counted from its address, are within the memory.
    /// Neighbours ask the same, and the just-in-time compiler asks once.
    private static final int REACH = 127;

    /// No tail call is waiting.
    private static final int NONE = -1;

    /// Absolute address of the memory's first byte.
    public long memoryBase;

    /// The size of the memory; 0 without one.
    public long memoryBytes;

    /// How many instructions are left.
    public long fuel = Long.MAX_VALUE;

    /// All results of the last call of a compiled function that has more than one.
    public long[] results = new long[0];

    /// How many bytes of stack the frames of a call from the host may take. Set whenever the host is called.
    public int stackLeft;

    private final Code code;
    private final ForeignReferences foreign;
    private @Nullable LinearMemory memory;
    private ReferenceTable[] tables = new ReferenceTable[0];
    private HostFunction[] hostFunctions = new HostFunction[0];
    private @Nullable ImportedVariable[] importedGlobals = new ImportedVariable[0];
    private int[][] elementSegments = new int[0][];
    private boolean[] droppedData = new boolean[0];
    private @Nullable Instance instance;

    private int tailFunction = NONE;
    private long[] tailSlots = new long[0];

    protected InstanceState(Code code) {
        this.code = code;
        this.foreign = new ForeignReferences(code.handleCount());
    }

    /// {@return a slot of a global that is a field of this state, see {@link Code#slotOfGlobal}}
    ///
    /// A funcref is a number of this instance.
    public abstract long globalSlot(int slot);

    public abstract void setGlobalSlot(int slot, long value);

    /// Gives the state all that it is made of besides globals.
    public void link(
            Instance owner,
            @Nullable LinearMemory itsMemory,
            ReferenceTable[] itsTables,
            HostFunction[] itsHostFunctions,
            @Nullable ImportedVariable[] itsImportedGlobals,
            int resultsMax) {
        this.instance = owner;
        this.tables = itsTables;
        this.hostFunctions = itsHostFunctions;
        this.importedGlobals = itsImportedGlobals;
        this.results = new long[resultsMax];
        this.memory = itsMemory;
        if (itsMemory != null) {
            itsMemory.attach(this);
        }
    }

    /// Gives the state the segments that instructions may copy from.
    public void setSegments(int[][] elements, boolean[] dataDropped) {
        this.elementSegments = elements;
        this.droppedData = dataDropped;
    }

    public Code code() {
        return code;
    }

    public Instance instance() {
        if (instance == null) {
            throw new AssertionError("BUG: the state is not linked");
        }
        return instance;
    }

    public LinearMemory memory() {
        if (memory == null) {
            throw new AssertionError("BUG: the module has no memory");
        }
        return memory;
    }

    /// Makes the memory forget this instance.
    public void unlink() {
        if (memory != null) {
            memory.detach(this);
        }
    }

    /// Called before compiled code runs with this state.
    public void enter() {
        if (memory != null) {
            memory.enter();
        }
    }

    /// Called when it has ended.
    public void leave() {
        if (memory != null) {
            memory.leave();
        }
    }

    public ReferenceTable table(int index) {
        return tables[index];
    }

    /// {@return a new table whose funcrefs are numbers of this instance}
    public ReferenceTable newTable(TableType type, int elementsMax) {
        return new ReferenceTable(type, elementsMax, this);
    }

    /// {@return what {@link #functionOf} says of a table's element}
    public int functionAt(int table, long index) {
        return functionOf(tables[table].get(index, this));
    }

    // Instructions.

    /// Pays for a block of code.
    public final void spend(int cost) {
        fuel -= cost;
    }

    /// Pays for a block of code at the beginning of a function or loop, where a lack of instructions is noticed.
    public final void enter(int cost) {
        if ((fuel -= cost) < 0) {
            throw new TrapException(TrapCode.OUT_OF_INSTRUCTIONS);
        }
    }

    /// Pays for a block of code at the beginning of a loop from a counter outside of the state.
    ///
    /// @return what the counter is now
    public static long enter(long fuel, int cost, InstanceState state) {
        long left = fuel - cost;
        if (left < 0) {
            state.fuel = left;
            throw new TrapException(TrapCode.OUT_OF_INSTRUCTIONS);
        }
        return left;
    }

    /// Takes over a counter from outside of the state behind a trap.
    ///
    /// @return the trap
    public static TrapException settle(TrapException trap, long fuel, InstanceState state) {
        if (trap.code() != TrapCode.OUT_OF_INSTRUCTIONS) {
            state.fuel = fuel;
        }
        return trap;
    }

    /// Pays for work whose size is known only now, unsigned.
    public final void charge(long instructions) {
        long left = fuel - instructions;
        if (instructions < 0 || left > fuel) {
            left = Long.MIN_VALUE;
        }
        fuel = left;
        if (left < 0) {
            throw new TrapException(TrapCode.OUT_OF_INSTRUCTIONS);
        }
    }

    // Stack.

    /// {@return what is left of the stack for the functions that a function calls}
    public static int descend(int stackLeft, int frameBytes) {
        int left = stackLeft - frameBytes;
        if (left < 0) {
            throw new TrapException(TrapCode.STACK_OVERFLOW);
        }
        return left;
    }

    // Memory.

    /// Checks an access at an address of 32 bits.
    ///
    /// @param end where the access ends, behind the address: an offset and a size
    /// @return the address
    public static long place32(int address, InstanceState state, int end) {
        long place = address & 0xFFFF_FFFFL;
        if (place > state.memoryBytes - (end | REACH)) {
            return placeAtEdge(place, state, end);
        }
        return place;
    }

    /// Checks an access at an address of 32 bits that is a sum, which may overflow.
    ///
    /// If it does not, one comparison says that, too.
    ///
    /// @param addend not negative
    /// @param end where the access ends, behind `address`: the addend, an offset and a size
    /// @return `address`; if the sum overflows, what is as far from the access as `address` would be
    public static long place32(int address, InstanceState state, int addend, int end) {
        long place = address & 0xFFFF_FFFFL;
        if (place > state.memoryBytes - (end | REACH)) {
            return placeOfSum(address, state, addend, end);
        }
        return place;
    }

    private static long placeOfSum(int address, InstanceState state, int addend, int end) {
        return placeAtEdge(address + addend & 0xFFFF_FFFFL, state, end - addend) - addend;
    }

    private static long placeAtEdge(long place, InstanceState state, int end) {
        if (place > state.memoryBytes - end) {
            throw LinearMemory.outOfBounds(place, end, state);
        }
        return place;
    }

    /// {@return what has to be behind an address so that one comparison shows that an access is within the memory}
    ///
    /// @param end where the access ends, behind the address
    public static long reach(long end) {
        return end | REACH;
    }

    /// Checks an access at an address of 64 bits. To be called only if the memory's least size is the {@link #reach} of
    /// `end` or more, or if the address comes from {@link #far}.
    ///
    /// So one unsigned comparison is enough: the difference below does not become negative. An address that
    /// overflows together with the offset is above it.
    ///
    /// @param end where the access ends, behind the address: an offset and a size
    /// @return the address
    public static long place64(long address, InstanceState state, int end) {
        if (Long.compareUnsigned(address, state.memoryBytes - (end | REACH)) > 0) {
            return placeAtEdge64(address, state, end);
        }
        return address;
    }

    private static long placeAtEdge64(long address, InstanceState state, int end) {
        if (Long.compareUnsigned(address, state.memoryBytes - end) > 0) {
            throw LinearMemory.outOfBounds(address, end, state);
        }
        return address;
    }

    /// {@return the place of `size` bytes at an address and an offset that are both unsigned and of any size, checked}
    public static long far(long address, InstanceState state, long offset, int size) {
        long place = address + offset;
        if (Long.compareUnsigned(place, offset) < 0 || place < 0 || place > state.memoryBytes - size) {
            throw LinearMemory.outOfBounds(place, size, state.memoryBytes);
        }
        return place;
    }

    boolean isDataDropped(int segment) {
        return droppedData[segment];
    }

    void dropData(int segment) {
        droppedData[segment] = true;
    }

    // Tables and references.

    int[] elementSegment(int segment) {
        return elementSegments[segment];
    }

    void dropElements(int segment) {
        elementSegments[segment] = new int[0];
    }

    @Override
    public final int handleOf(FunctionReference reference) {
        int own = reference.owner().equals(this) ? code.handleOfFunction(reference.functionIndex()) : NULL;
        return own != NULL ? own : foreign.handleOf(reference);
    }

    @Override
    public final FunctionReference referenceOf(int handle) {
        return handle < code.handleCount()
                ? new FunctionReference(this, code.functionOfHandle(handle))
                : foreign.referenceOf(handle);
    }

    /// {@return for a funcref of this instance the index of its function, for another one a number above all functions,
    /// or -1}
    public final int functionOf(int handle) {
        int own = code.handleCount();
        return handle < 0 ? NULL : handle < own ? code.functionOfHandle(handle) : handle - own + functionCount();
    }

    /// {@return the funcref that {@link #functionOf} gave a number}
    public final int handleOfFunction(int function) {
        if (function < 0) {
            return NULL;
        }
        return function < functionCount()
                ? handleOf(new FunctionReference(this, function))
                : function - functionCount() + code.handleCount();
    }

    private int functionCount() {
        return code.module().functionCount();
    }

    /// Does what an indirect call does with a funcref that is not one of this instance's functions of the type: it
    /// traps, or else calls the function of another instance.
    public static void callOther(long[] slots, int handle, int typeIndex, int stackLeft, InstanceState state) {
        FunctionReference target = state.resolve(handle, typeIndex);
        state.callReference(target, slots, stackLeft);
    }

    private void callReference(FunctionReference target, long[] slots, int callerStackLeft) {
        stackLeft = descend(callerStackLeft, HOST_FRAME_BYTES);
        target.owner().callFromOther(this, target.functionIndex(), slots);
    }

    /// Calls a function of this instance for another one, with references as that one numbers them.
    ///
    /// The instructions are paid by the caller, and its stack is used.
    public void callFromOther(InstanceState caller, int functionIndex, long[] slots) {
        FunctionType type = code.functionType(functionIndex);
        translate(type.parameters(), slots, caller, this);
        if (!caller.equals(this)) {
            fuel = caller.fuel;
        }
        enter();
        try {
            code.entry(functionIndex).call(slots, caller.stackLeft, this);
        } finally {
            leave();
            caller.fuel = fuel;
        }
        translate(type.results(), slots, this, caller);
    }

    private static void translate(List<ValueType> types, long[] slots, InstanceState from, InstanceState to) {
        if (from.equals(to)) {
            return;
        }
        int slot = 0;
        for (ValueType type : types) {
            if (type == ValueType.FUNCREF) {
                slots[slot] = to.translate((int) slots[slot], from);
            }
            slot += type.slots();
        }
    }

    private FunctionReference resolve(int handle, int typeIndex) {
        if (handle == NULL) {
            throw new TrapException(TrapCode.UNDEFINED_ELEMENT);
        }
        FunctionReference target = referenceOf(handle);
        if (!target.type().equals(code.type(typeIndex))) {
            throw new TrapException(
                    TrapCode.INDIRECT_CALL_TYPE_MISMATCH,
                    TrapCode.INDIRECT_CALL_TYPE_MISMATCH + ": " + code.type(typeIndex) + " is expected, "
                            + target.owner().code.module().functionName(target.functionIndex()) + " is "
                            + target.type());
        }
        return target;
    }

    // Calls out of compiled code.

    /// Calls an imported function.
    public static void callHost(long[] slots, int functionIndex, int stackLeft, InstanceState state) {
        state.stackLeft = descend(stackLeft, HOST_FRAME_BYTES);
        state.hostFunctions[functionIndex].call(state.instance(), slots);
    }

    /// Leaves a tail call of a function to the caller's caller.
    public static void tailCall(long[] slots, int functionIndex, InstanceState state) {
        state.tailFunction = functionIndex;
        state.tailSlots = slots;
    }

    /// Leaves a tail call of a funcref to the caller's caller.
    public static void tailCallIndirect(long[] slots, int handle, int typeIndex, int stackLeft, InstanceState state) {
        FunctionReference target = state.resolve(handle, typeIndex);
        if (target.owner().equals(state)) {
            tailCall(slots, target.functionIndex(), state);
        } else {
            state.callReference(target, slots, stackLeft);
            tailCall(slots, NONE - 1, state);
        }
    }

    /// {@return whether the function that just returned ended in a tail call}
    public final boolean hasTailCall() {
        return tailFunction != NONE;
    }

    /// Runs the tail call that waits, and those in which it ends.
    ///
    /// @return the slots with the results
    public static long[] runTailCalls(int stackLeft, InstanceState state) {
        long[] slots = state.tailSlots;
        while (state.tailFunction >= 0) {
            int function = state.tailFunction;
            slots = state.tailSlots;
            state.tailFunction = NONE;
            state.code.entry(function).body(slots, stackLeft, state);
        }
        // A call of another instance has already run: its results are in the slots.
        slots = state.tailFunction == NONE ? slots : state.tailSlots;
        state.tailFunction = NONE;
        return slots;
    }

    /// Forgets what a trap left half done.
    public void abandon() {
        tailFunction = NONE;
    }

    // Globals of others.

    /// {@return whether the global is a variable of somebody else, not a field of this state}
    public boolean isGlobalElsewhere(int globalIndex) {
        return globalIndex < importedGlobals.length && importedGlobals[globalIndex] != null;
    }

    private ImportedVariable importedVariable(int globalIndex) {
        ImportedVariable variable = importedGlobals[globalIndex];
        if (variable == null) {
            throw new AssertionError("BUG: global " + globalIndex + " is our own");
        }
        return variable;
    }

    /// {@return a slot of a global's value, a funcref as a number of `reader`}
    public long globalFor(InstanceState reader, int globalIndex, int part, ValueType type) {
        long value = isGlobalElsewhere(globalIndex)
                ? importedVariable(globalIndex).get(part, this)
                : globalSlot(code.slotOfGlobal(globalIndex) + part);
        return type == ValueType.FUNCREF ? reader.translate((int) value, this) : value;
    }

    /// Sets a slot of a global to what is, for a funcref, a number of `writer`.
    public void setGlobalFor(InstanceState writer, int globalIndex, int part, ValueType type, long value) {
        long ours = type == ValueType.FUNCREF ? translate((int) value, writer) : value;
        if (isGlobalElsewhere(globalIndex)) {
            importedVariable(globalIndex).set(part, ours, this);
        } else {
            setGlobalSlot(code.slotOfGlobal(globalIndex) + part, ours);
        }
    }

    /// {@return a slot of an imported mutable global}
    public static long importedGlobal(InstanceState state, int globalIndex, int part) {
        return state.importedVariable(globalIndex).get(part, state);
    }

    public static void setImportedGlobal(long value, InstanceState state, int globalIndex, int part) {
        state.importedVariable(globalIndex).set(part, value, state);
    }

    @Override
    public String toString() {
        return "InstanceState[fuel=" + fuel + ", tables=" + Arrays.toString(tables) + "]";
    }
}
