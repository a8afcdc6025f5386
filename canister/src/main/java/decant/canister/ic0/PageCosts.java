package decant.canister.ic0;

import decant.wasm.Touches;

/// What a run pays for each page of 64 KiB of heap or stable memory that it touches, in instructions: at its first
/// access to the page, of whatever kind, and once more at its first write.
record PageCosts(long firstTouch, long firstWrite) {
    long of(Touches touches) {
        return touches.accessed() * firstTouch + touches.written() * firstWrite;
    }
}
