package decant.canister.ic0;

/// `ic0.stable_*` and `ic0.stable64_*`: the memory that survives upgrades.
final class StableCalls {
    private static final long PAGES_MAX_32_BIT = 65_536;
    private static final long FAILED_32_BIT = 0xFFFF_FFFFL;

    private StableCalls() {}

    static long size64(Invocation run, long[] arguments) {
        return run.stable.pages();
    }

    static long grow64(Invocation run, long[] arguments) {
        return grow(run, arguments[0]);
    }

    static long write64(Invocation run, long[] arguments) {
        long offset = arguments[0];
        long source = arguments[1];
        long size = arguments[2];
        if (size != 0) {
            checkRanges(run, offset, source, size);
            run.stable.write(run.heap(), offset, source, size);
        }
        return 0;
    }

    static long read64(Invocation run, long[] arguments) {
        long target = arguments[0];
        long offset = arguments[1];
        long size = arguments[2];
        if (size != 0) {
            checkRanges(run, offset, target, size);
            run.stable.read(run.heap(), target, offset, size);
        }
        return 0;
    }

    static long size32(Invocation run, long[] arguments) {
        checkSmall(run);
        return run.stable.pages();
    }

    static long grow32(Invocation run, long[] arguments) {
        checkSmall(run);
        if (arguments[0] > PAGES_MAX_32_BIT - run.stable.pages()) {
            return FAILED_32_BIT;
        }
        return grow(run, arguments[0]) & FAILED_32_BIT;
    }

    static long write32(Invocation run, long[] arguments) {
        checkSmall(run);
        return write64(run, arguments);
    }

    static long read32(Invocation run, long[] arguments) {
        checkSmall(run);
        return read64(run, arguments);
    }

    private static long grow(Invocation run, long pages) {
        if (run.stable.hasRoomFor(pages)) {
            run.checkPayment(pages * StableMemory.WASM_PAGE_BYTES);
        }
        return run.stable.grow(pages);
    }

    private static void checkSmall(Invocation run) {
        if (run.stable.pages() > PAGES_MAX_32_BIT) {
            throw Fault.trapped("32 bit stable memory api used on a memory larger than 4GB");
        }
    }

    private static void checkRanges(Invocation run, long offset, long address, long size) {
        if (!run.stable.contains(offset, size)) {
            throw Fault.trapped("stable memory out of bounds");
        }
        if (!run.isInHeap(address, size)) {
            throw Fault.trapped("heap out of bounds");
        }
    }
}
