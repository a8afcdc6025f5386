package decant.canister;

/// The pages of 4 KiB that a run wrote in the heap, and read or wrote in stable memory. A run that only looks at a
/// canister counts none of the heap.
record PagesTouched(long heap, long stable) {
    static final PagesTouched NONE = new PagesTouched(0, 0);

    long total() {
        return heap + stable;
    }
}
