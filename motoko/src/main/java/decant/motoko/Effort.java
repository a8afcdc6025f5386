package decant.motoko;

/// Bounds the work on two signatures, which may be anyone's: small definitions can stand for huge types.
final class Effort {
    private static final long STEPS_MAX = 5_000_000;
    private static final int DEPTH_MAX = 1_000;

    private long steps;

    void step() {
        if (++steps > STEPS_MAX) {
            throw new StableSignatureException(
                    "the types are too large to be compared: more than " + STEPS_MAX + " steps would be needed");
        }
    }

    /// Counts the parts of a type, so that whoever walks through it knows that it is not too large or too deep.
    void weigh(MotokoType type) {
        weigh(type, 0);
    }

    private void weigh(MotokoType type, int depth) {
        step();
        if (depth > DEPTH_MAX) {
            throw new StableSignatureException("a type is nested more than " + DEPTH_MAX + " levels deep");
        }
        Parts.of(type).forEach(part -> weigh(part, depth + 1));
    }
}
