package decant.candid;

import java.util.Optional;

/// What stands in for a value that its sender left out.
final class Absent {
    private Absent() {}

    /// {@return what a missing field or argument of this type reads as; empty if it may not be missing}
    static Optional<Value> valueOf(Type type) {
        var unfolded = type.unfold();
        if (unfolded instanceof Type.Opt) {
            return Optional.of(Value.none());
        }
        if (unfolded == Type.Primitive.NULL) {
            return Optional.of(Value.Null.NULL);
        }
        return unfolded == Type.Primitive.RESERVED ? Optional.of(Value.Reserved.RESERVED) : Optional.empty();
    }
}
