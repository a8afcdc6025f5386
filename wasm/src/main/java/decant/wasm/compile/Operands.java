package decant.wasm.compile;

import decant.wasm.compile.Addresses.Sum;
import decant.wasm.run.Numeric;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The operand stack of WebAssembly while a method is emitted: its lower operands lie in JVM locals, its upper ones on
/// the JVM's operand stack.
///
/// Where control flow meets, all operands are in their locals and the JVM's stack is empty. So loops can be entered
/// while they run (on-stack replacement needs that), and no branch has to tidy up. Each height and kind has one local.
final class Operands {
    private static final ClassDesc NUMERIC = Numeric.class.describeConstable().orElseThrow();

    private final CodeBuilder code;
    private final Map<Long, Integer> slots = new HashMap<>();
    private int nextSlot;

    private Kind[] kinds = new Kind[16];
    private @Nullable Sum[] sums = new Sum[16];

    /// What is still to be added to each operand: only ever to one that is the address of a load or store.
    private int[] displacements = new int[16];

    /// Results of arithmetic that, if they are NaNs, are not yet the one NaN.
    private final BitSet anyNans = new BitSet();
    private int height;

    /// Operands from this height on are on the JVM's stack.
    private int resident;

    /// @param firstSlot from here on JVM locals are free
    Operands(CodeBuilder code, int firstSlot) {
        this.code = code;
        this.nextSlot = firstSlot;
    }

    int height() {
        return height;
    }

    /// {@return whether no operands but the top ones are on the JVM's stack}
    boolean areResidentOnly(int count) {
        return height - resident <= count;
    }

    Kind kind(int at) {
        return kinds[at];
    }

    /// {@return a JVM local for own use}
    int newSlot(Kind kind) {
        int slot = nextSlot;
        nextSlot += kind.slotSize();
        return slot;
    }

    /// {@return a JVM local for a moment}
    int spareLong() {
        return slot(-1, Kind.LONG);
    }

    /// {@return the JVM local of an operand}
    int slot(int at, Kind kind) {
        return slots.computeIfAbsent((long) at << 8 | kind.type.newarrayCode(), _ -> newSlot(kind));
    }

    /// An operand is now on top of the JVM's stack.
    void push(Kind kind) {
        if (height == kinds.length) {
            kinds = Arrays.copyOf(kinds, height * 2);
            sums = Arrays.copyOf(sums, height * 2);
            displacements = Arrays.copyOf(displacements, height * 2);
        }
        sums[height] = null;
        displacements[height] = 0;
        anyNans.clear(height);
        kinds[height++] = kind;
    }

    /// The top operand may be any NaN, although only one is allowed to be seen.
    void setAnyNan() {
        anyNans.set(height - 1);
    }

    /// {@return whether an operand below a height may be any NaN}
    boolean isAnyNanBelow(int end) {
        int first = anyNans.nextSetBit(0);
        return first >= 0 && first < end;
    }

    /// {@return whether an operand from a height on may be any NaN}
    boolean isAnyNanFrom(int begin) {
        int first = anyNans.nextSetBit(begin);
        return first >= 0 && first < height;
    }

    /// Makes all NaNs among the operands the one NaN.
    void settleNans() {
        int first = anyNans.nextSetBit(0);
        if (first < 0 || first >= height) {
            anyNans.clear();
            return;
        }
        if (first == height - 1 && resident < height) {
            emitCanonical(kinds[first]);
        } else {
            spill();
            for (int at = first; at >= 0 && at < height; at = anyNans.nextSetBit(at + 1)) {
                code.loadLocal(kinds[at].type, slot(at, kinds[at]));
                emitCanonical(kinds[at]);
                store(at, kinds[at]);
            }
        }
        anyNans.clear();
    }

    private void emitCanonical(Kind kind) {
        code.invokestatic(NUMERIC, "canonical", MethodTypeDesc.of(kind.descriptor(), kind.descriptor()));
    }

    /// {@return what is known of the operand at a height as an address}
    @Nullable
    Sum sum(int at) {
        return sums[at];
    }

    /// Sets what is known of the top operand as an address.
    void setSum(@Nullable Sum sum) {
        sums[height - 1] = sum;
    }

    /// {@return what is still to be added to the operand at a height}
    int displacement(int at) {
        return displacements[at];
    }

    /// Leaves it to the load or store for which the top operand is the address to add a constant.
    void displace(int constant) {
        displacements[height - 1] = constant;
        Sum sum = sums[height - 1];
        sums[height - 1] = sum == null ? null : sum.plus(constant);
    }

    /// Forgets what is known of operands from a height on.
    void forgetSums(int from) {
        Arrays.fill(sums, from, height, null);
    }

    /// The top operands have been taken from the JVM's stack.
    void pop(int count) {
        height -= count;
        resident = Math.min(resident, height);
    }

    /// Takes the top operands off the stack, into their locals, from where {@link #loadTaken} gets them.
    ///
    /// @return the height at which the first of them lay
    int take(int count) {
        int base = height - count;
        for (int at = height - 1; at >= Math.max(base, resident); at--) {
            store(at, kinds[at]);
        }
        pop(count);
        return base;
    }

    /// Puts an operand on the JVM's stack that has been taken, and above which none has been pushed since.
    void loadTaken(int at) {
        code.loadLocal(kinds[at].type, slot(at, kinds[at]));
    }

    /// Makes sure that the top operands are on the JVM's stack.
    void require(int count) {
        int from = height - count;
        if (resident > from) {
            spill();
            load(from);
        }
    }

    /// Moves all operands into their locals.
    void spill() {
        for (int at = height - 1; at >= resident; at--) {
            store(at, kinds[at]);
        }
        resident = height;
    }

    /// Drops the top operand, wherever it is.
    void dropTop() {
        boolean isResident = height > resident;
        int slotSize = kinds[height - 1].slotSize();
        pop(1);
        if (isResident && slotSize == 2) {
            code.pop2();
        } else if (isResident) {
            code.pop();
        }
    }

    /// Makes sure that the top operands are on the JVM's stack, and no others.
    void requireOnly(int count) {
        require(count);
        if (!areResidentOnly(count)) {
            spill();
            load(height - count);
        }
    }

    /// Takes the top operands, which are on the JVM's stack, into the locals of operands that begin at height `to`.
    void moveTo(int to, int count) {
        for (int i = count - 1; i >= 0; i--) {
            store(to + i, kinds[height - count + i]);
        }
        pop(count);
    }

    /// Drops what is left on the JVM's stack before control flow goes elsewhere.
    void drop() {
        while (height > resident) {
            dropTop();
        }
    }

    /// The stack is now these operands above the lowest `base`, all in their locals.
    void reset(int base, Kind[] operands) {
        height = base;
        resident = base;
        for (Kind kind : operands) {
            push(kind);
        }
        resident = height;
    }

    private void load(int from) {
        for (int at = from; at < height; at++) {
            code.loadLocal(kinds[at].type, slot(at, kinds[at]));
        }
        resident = from;
    }

    private void store(int at, Kind kind) {
        code.storeLocal(kind.type, slot(at, kind));
    }
}
