package decant.canister.rehearsal;

import decant.canister.Limits;

/// How much one rehearsal may do.
///
/// @param instructionsMax the instructions of everything that runs, compiling included
/// @param bytesMax the bytes of pages that a copy may write, from the state that a step begins with
/// @param probesMax the calls that are compared; of the rest is said that nobody looked
/// @param tasksMax the timers and heartbeats that are run on each side
public record Bounds(long instructionsMax, long bytesMax, int probesMax, int tasksMax) {
    private static final long REST = 100_000_000_000L;
    private static final long BYTES_MAX = 4L << 30;
    private static final long BYTES_INSIDE_MAX = 512L << 20;

    /// {@return what a rehearsal may do that somebody asked for: six installations, and messages}
    public static Bounds asked(Limits limits) {
        return new Bounds(6 * limits.installInstructionsMax() + REST, BYTES_MAX, 200, 1_000);
    }

    /// {@return what a rehearsal inside an installation may do: three installations, and few messages}
    public static Bounds inside(Limits limits) {
        return new Bounds(3 * limits.installInstructionsMax() + REST / 2, BYTES_INSIDE_MAX, 50, 100);
    }

    /// {@return these, with no copy holding more than so many bytes of its own}
    public Bounds withBytesMax(long max) {
        return new Bounds(instructionsMax, max, probesMax, tasksMax);
    }
}
