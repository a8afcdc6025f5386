package decant.wasm.link;

import java.util.Arrays;
import java.util.OptionalInt;

/// Which functions and globals of a replacement are which of the installed module. One-to-one, and immutable.
///
/// Functions that only hooks reach have no counterpart. Every global of the installed module has one; the replacement
/// may have more.
public final class Renumbering {
    private static final int NONE = -1;

    private final int[] functions;
    private final int[] globals;
    private final int[] carriedSlots;

    /// @param functions for each function of the installed module, the replacement's or -1
    /// @param globals for each global of the installed module, the replacement's
    /// @param carriedSlots for each slot of the globals that the replacement defines, the slot among those of the
    ///     installed module's whose value it takes over, or -1
    Renumbering(int[] functions, int[] globals, int[] carriedSlots) {
        this.functions = functions;
        this.globals = globals;
        this.carriedSlots = carriedSlots;
    }

    /// {@return the replacement's counterpart of a function of the installed module, if it has one}
    public OptionalInt function(int installedIndex) {
        int index = functions[installedIndex];
        return index == NONE ? OptionalInt.empty() : OptionalInt.of(index);
    }

    /// {@return the replacement's counterpart of a global of the installed module}
    int global(int installedIndex) {
        return globals[installedIndex];
    }

    /// {@return the values for the globals that the replacement defines: kept ones where there is a counterpart, first
    /// values for the others}
    ///
    /// @param kept the values of the globals that the installed module defines
    /// @param initial the first values of the globals that the replacement defines
    public long[] carry(long[] kept, long[] initial) {
        if (initial.length != carriedSlots.length) {
            throw new IllegalArgumentException("the replacement defines globals of " + carriedSlots.length
                    + " slots, but there are " + initial.length + " first values");
        }
        long[] values = Arrays.copyOf(initial, initial.length);
        for (int i = 0; i < values.length; i++) {
            if (carriedSlots[i] != NONE) {
                values[i] = kept[carriedSlots[i]];
            }
        }
        return values;
    }
}
