package decant.store;

import org.jspecify.annotations.Nullable;

/// A persistent radix tree from page index to page: the pages of an image that are only in memory.
///
/// Invariants:
/// - nothing reachable from a tree is ever changed, so two trees share what they have in common;
/// - a tree derived by `with` contains every page of the tree it was derived from.
final class PageTree implements Layer {
    /* Design. An image is copied per message, so a copy must cost nothing and a change must cost what was
     * changed: hence path copying over nodes of 64 slots, of which only those in use are stored, behind a
     * bitmap [1]. Six levels address 2^36 pages (256 TiB); the levels above a small memory are nodes with a
     * single slot, which costs less than a height that varies would cost in code. A commit touches many
     * pages at once, so they are put in by one descent that splits the sorted pages among the slots.
     * [1] Bagwell, Ideal Hash Trees, 2001. */

    private static final int SLOT_BITS = 6;
    private static final int LEVELS = 6;
    private static final int SLOT_MASK = (1 << SLOT_BITS) - 1;

    /// One more than the largest index of a page.
    static final long PAGES_MAX = 1L << (SLOT_BITS * LEVELS);

    static final PageTree EMPTY = new PageTree(Node.EMPTY);

    private final Node root;

    private PageTree(Node root) {
        this.root = root;
    }

    long size() {
        return root.pages;
    }

    boolean isEmpty() {
        return root.pages == 0;
    }

    @Nullable
    Page get(long page) {
        var node = root;
        for (int level = LEVELS - 1; level > 0; level--) {
            var next = node.slot(digit(page, level));
            if (next == null) {
                return null;
            }
            node = (Node) next;
        }
        return (Page) node.slot(digit(page, 0));
    }

    /// {@return this tree with the pages of `delta` put in}
    PageTree with(PageDelta.Sorted delta) {
        return new PageTree(merge(root, LEVELS - 1, delta, 0, delta.pages().length));
    }

    /// {@return whether every page of `other` has a place in this tree, whatever its content}
    boolean covers(PageTree other) {
        return covers(root, other.root, LEVELS - 1);
    }

    /// {@return this tree without the pages that are the same object in `other`}
    PageTree minus(PageTree other) {
        var rest = minus(root, other.root, LEVELS - 1);
        return rest == null ? EMPTY : new PageTree(rest);
    }

    /// Calls `visitor` with every page, in ascending order, that is not the same object in both trees.
    void forEachChange(PageTree other, ChangeVisitor visitor) {
        forEachChange(root, other.root, LEVELS - 1, 0, visitor);
    }

    @Override
    public @Nullable Extent extentFrom(long page) {
        return page >= PAGES_MAX ? null : extentFrom(root, LEVELS - 1, 0, page);
    }

    private static Node merge(Node before, int level, PageDelta.Sorted delta, int from, int to) {
        long touched = 0;
        for (int i = from; i < to; i++) {
            touched |= 1L << digit(delta.pages()[i], level);
        }
        long bitmap = before.bitmap | touched;
        var slots = new Slot[Long.bitCount(bitmap)];
        int next = from;
        int filled = 0;
        for (long rest = bitmap; rest != 0; rest &= rest - 1) {
            int digit = Long.numberOfTrailingZeros(rest);
            int start = next;
            while (next < to && digit(delta.pages()[next], level) == digit) {
                next++;
            }
            var old = before.slot(digit);
            if (next > start) {
                slots[filled++] = level == 0
                        ? delta.contents()[start]
                        : merge(old == null ? Node.EMPTY : (Node) old, level - 1, delta, start, next);
            } else if (old != null) {
                slots[filled++] = old;
            }
        }
        assert filled == slots.length;
        assert next == to;
        return new Node(bitmap, slots);
    }

    private static boolean covers(Node node, Node other, int level) {
        if (node == other) {
            return true;
        }
        if ((other.bitmap & ~node.bitmap) != 0) {
            return false;
        }
        if (level == 0) {
            return true;
        }
        for (long rest = other.bitmap; rest != 0; rest &= rest - 1) {
            int digit = Long.numberOfTrailingZeros(rest);
            if (!covers(node.child(digit), other.child(digit), level - 1)) {
                return false;
            }
        }
        return true;
    }

    private static @Nullable Node minus(Node node, Node other, int level) {
        if (node == other) {
            return null;
        }
        var kept = new @Nullable Slot[Long.bitCount(node.bitmap)];
        long bitmap = 0;
        int filled = 0;
        for (long rest = node.bitmap; rest != 0; rest &= rest - 1) {
            int digit = Long.numberOfTrailingZeros(rest);
            var slot = node.slot(digit);
            var otherSlot = other.slot(digit);
            if (slot == otherSlot) {
                continue;
            }
            if (level > 0 && otherSlot != null) {
                slot = minus(node.child(digit), (Node) otherSlot, level - 1);
            }
            if (slot != null) {
                kept[filled++] = slot;
                bitmap |= 1L << digit;
            }
        }
        if (filled == 0) {
            return null;
        }
        var slots = new Slot[filled];
        System.arraycopy(kept, 0, slots, 0, filled);
        return new Node(bitmap, slots);
    }

    private static void forEachChange(Node a, Node b, int level, long prefix, ChangeVisitor visitor) {
        if (a == b) {
            return;
        }
        for (long rest = a.bitmap | b.bitmap; rest != 0; rest &= rest - 1) {
            int digit = Long.numberOfTrailingZeros(rest);
            var slotA = a.slot(digit);
            var slotB = b.slot(digit);
            if (slotA == slotB) {
                continue;
            }
            long index = prefix << SLOT_BITS | digit;
            if (level == 0) {
                visitor.visit(index, (Page) slotA, (Page) slotB);
            } else {
                forEachChange(
                        slotA == null ? Node.EMPTY : (Node) slotA,
                        slotB == null ? Node.EMPTY : (Node) slotB,
                        level - 1,
                        index,
                        visitor);
            }
        }
    }

    private static @Nullable Extent extentFrom(Node node, int level, long prefix, long page) {
        int first = digit(page, level);
        for (long rest = node.bitmap & (-1L << first); rest != 0; rest &= rest - 1) {
            int digit = Long.numberOfTrailingZeros(rest);
            long index = prefix << SLOT_BITS | digit;
            if (level == 0) {
                var found = (Page) node.slots[node.position(digit)];
                return found.isZero() ? new Extent.Zeros(index, index + 1) : new Extent.Resident(index, found);
            }
            // Only the slot on the way to `page` has a lower bound; those after it are searched from their start.
            var extent = extentFrom(node.child(digit), level - 1, index, digit == first ? page : 0);
            if (extent != null) {
                return extent;
            }
        }
        return null;
    }

    private static int digit(long page, int level) {
        return (int) (page >>> (level * SLOT_BITS)) & SLOT_MASK;
    }

    /// Receives a page that differs between two trees; null where a tree does not have it.
    interface ChangeVisitor {
        void visit(long page, @Nullable Page a, @Nullable Page b);
    }

    /// What a slot holds: a page at the lowest level, a node above it.
    sealed interface Slot permits Page, Node {}

    /// A node: the slots in use in ascending order, and a bit for each.
    private static final class Node implements Slot {
        static final Node EMPTY = new Node(0, new Slot[0]);

        final long bitmap;
        final Slot[] slots;
        final long pages;

        Node(long bitmap, Slot[] slots) {
            this.bitmap = bitmap;
            this.slots = slots;
            long sum = 0;
            for (Slot slot : slots) {
                sum += switch (slot) {
                    case Page _ -> 1;
                    case Node node -> node.pages;
                };
            }
            this.pages = sum;
        }

        int position(int digit) {
            return Long.bitCount(bitmap & ((1L << digit) - 1));
        }

        @Nullable
        Slot slot(int digit) {
            return (bitmap >>> digit & 1) == 0 ? null : slots[position(digit)];
        }

        Node child(int digit) {
            return (Node) slots[position(digit)];
        }
    }
}
