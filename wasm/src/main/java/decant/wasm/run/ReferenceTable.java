package decant.wasm.run;

import decant.wasm.TableType;
import decant.wasm.TrapCode;
import decant.wasm.TrapException;
import decant.wasm.ValueType;
import java.util.Arrays;

/// A table: references as numbers, -1 for null.
///
/// An externref is the number that the embedder chose. A funcref is a number of the table's {@link ReferenceSpace}.
public final class ReferenceTable {
    private static final long ELEMENTS_MAX_32 = 0xFFFF_FFFFL;

    private final TableType type;
    private final int sizeMax;
    private final ReferenceSpace space;
    private int[] elements;

    /// A table of its minimal size, all null.
    ///
    /// @param sizeMax the most elements it may have, whatever its type says
    ReferenceTable(TableType type, int sizeMax, ReferenceSpace space) {
        this.type = type;
        long declared = type.limits().maximum().orElse(ELEMENTS_MAX_32);
        this.sizeMax = declared < 0 ? sizeMax : (int) Math.min(declared, sizeMax);
        this.space = space;
        long minimum = type.limits().minimum();
        if (minimum < 0 || minimum > this.sizeMax) {
            throw new IllegalArgumentException("the table begins with " + Long.toUnsignedString(minimum)
                    + " elements, but may have at most " + this.sizeMax);
        }
        this.elements = new int[(int) minimum];
        Arrays.fill(elements, ReferenceSpace.NULL);
    }

    /// A table of the host.
    public ReferenceTable(TableType type, int sizeMax) {
        this(type, sizeMax, new ForeignReferences(0));
    }

    public TableType type() {
        return type;
    }

    public int size() {
        return elements.length;
    }

    /// {@return the numbers themselves, until the table grows}
    int[] elements() {
        return elements;
    }

    /// {@return the element at an unsigned index, as a number of `reader`}
    int get(long index, ReferenceSpace reader) {
        check(index, 1);
        int element = elements[(int) index];
        return type.element() == ValueType.FUNCREF ? reader.translate(element, space) : element;
    }

    /// Sets the element at an unsigned index to a number of `writer`.
    void set(long index, int element, ReferenceSpace writer) {
        check(index, 1);
        elements[(int) index] = type.element() == ValueType.FUNCREF ? space.translate(element, writer) : element;
    }

    /// Grows by `count` elements, unsigned, that are all the same number of `writer`.
    ///
    /// @return the old size, or -1 when the table may not grow so much
    int grow(long count, int element, ReferenceSpace writer) {
        int before = elements.length;
        if (count < 0 || count > sizeMax - before) {
            return -1;
        }
        elements = Arrays.copyOf(elements, before + (int) count);
        for (int i = before; i < elements.length; i++) {
            set(i, element, writer);
        }
        return before;
    }

    /// {@return a copy of the content, for {@link #restore}}
    int[] snapshot() {
        return elements.clone();
    }

    void restore(int[] snapshot) {
        elements = snapshot.clone();
    }

    /// Traps unless the `count` elements from `index`, both unsigned, are in the table.
    void check(long index, long count) {
        int size = elements.length;
        if (count < 0 || count > size || index < 0 || index > size - count) {
            throw outOfBounds(index, count, size);
        }
    }

    static TrapException outOfBounds(long index, long count, int size) {
        return new TrapException(
                TrapCode.TABLE_OUT_OF_BOUNDS,
                TrapCode.TABLE_OUT_OF_BOUNDS + ": " + Long.toUnsignedString(count) + " elements at index "
                        + Long.toUnsignedString(index) + " of a table of " + size + " elements");
    }
}
