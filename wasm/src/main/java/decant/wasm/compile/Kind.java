package decant.wasm.compile;

import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;

/// What an operand or local is to the JVM.
///
/// References are ints. A vector is two operands, or two locals: its low half, a long like any other, and above it its
/// high half, which is a long of a kind of its own, so that the two are still known to belong together. All else is as
/// expected.
enum Kind {
    INT(TypeKind.INT),
    LONG(TypeKind.LONG),
    FLOAT(TypeKind.FLOAT),
    DOUBLE(TypeKind.DOUBLE),
    HIGH(TypeKind.LONG);

    /// As the JVM knows it.
    final TypeKind type;

    Kind(TypeKind type) {
        this.type = type;
    }

    /// {@return how many slots of the JVM it takes}
    int slotSize() {
        return type.slotSize();
    }

    ClassDesc descriptor() {
        return type.upperBound();
    }
}
