package decant.wasm.compile;

import decant.wasm.run.LinearMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is known of numbers that may be addresses, along straight code: each is an unknown number plus a constant.
///
/// So it is seen that an access goes to where one before it went, or near: then the page is already marked.
final class Addresses {
    /* Design. A store marks the page in which it begins. The mark also covers the first bytes of the page behind, since a
     * store may reach there; so it covers stores of up to `LinearMemory.REACH_BYTES` behind the one that set it, on
     * whichever page these begin. A load sets no mark if an access less than so far away did, before or behind. Marks last
     * until the message ends, so a mark set on the way here holds whatever was called between. */

    private static final int MARKS_MAX = 16;

    private final @Nullable Sum[] locals;
    private final List<Sum> stores = new ArrayList<>();
    private final List<Sum> reads = new ArrayList<>();
    private int unknowns;

    /// @param unknown names the number; 0 is zero
    record Sum(int unknown, long addend) {
        static Sum of(long constant) {
            return new Sum(0, constant);
        }

        boolean isConstant() {
            return unknown == 0;
        }

        Sum plus(long constant) {
            return new Sum(unknown, addend + constant);
        }

        /// {@return how far this is behind another number; the largest number if that is not known}
        long distanceTo(Sum other) {
            return unknown == other.unknown ? addend - other.addend : Long.MAX_VALUE;
        }
    }

    /// @param localCount how many places the function's locals have
    Addresses(int localCount) {
        this.locals = new Sum[localCount];
    }

    /// {@return a number of which nothing is known}
    Sum unknown() {
        unknowns++;
        return new Sum(unknowns, 0);
    }

    /// {@return the number in a local}
    Sum ofLocal(int place) {
        Sum known = locals[place];
        if (known == null) {
            known = unknown();
            locals[place] = known;
        }
        return known;
    }

    /// A local is set to a number.
    void assign(int place, @Nullable Sum number) {
        locals[place] = number;
    }

    /// Control may come here from elsewhere.
    void forget() {
        Arrays.fill(locals, null);
        stores.clear();
        reads.clear();
    }

    /// Notes a store, {@return whether it has to mark its page}
    boolean mustMark(@Nullable Sum address, long offset, int bytes) {
        if (address == null) {
            return true;
        }
        Sum place = address.plus(offset);
        for (Sum mark : stores) {
            long distance = place.distanceTo(mark);
            if (distance >= 0 && distance <= LinearMemory.REACH_BYTES - bytes) {
                return false;
            }
        }
        add(stores, place);
        return true;
    }

    /// Notes a load, {@return whether it has to mark its page}
    boolean mustMarkRead(@Nullable Sum address, long offset) {
        if (address == null) {
            return true;
        }
        Sum place = address.plus(offset);
        if (isNearAny(stores, place) || isNearAny(reads, place)) {
            return false;
        }
        add(reads, place);
        return true;
    }

    private static boolean isNearAny(List<Sum> marks, Sum place) {
        for (Sum mark : marks) {
            if (Math.abs(place.distanceTo(mark)) < LinearMemory.REACH_BYTES) {
                return true;
            }
        }
        return false;
    }

    private static void add(List<Sum> marks, Sum place) {
        if (marks.size() == MARKS_MAX) {
            marks.removeFirst();
        }
        marks.add(place);
    }
}
