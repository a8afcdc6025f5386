package decant.canister.ic0;

/// What a run pays for each page of 64 KiB of stable memory that it touches, in instructions: at its first access to
/// the page, of whatever kind, and once more at its first write.
record PageCosts(long firstTouch, long firstWrite) {}
