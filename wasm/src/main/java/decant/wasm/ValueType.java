package decant.wasm;

import java.util.List;

/// The type of a value on the operand stack, in a local, a global or a table.
public enum ValueType {
    I32("i32", 0x7F),
    I64("i64", 0x7E),
    F32("f32", 0x7D),
    F64("f64", 0x7C),
    V128("v128", 0x7B),
    FUNCREF("funcref", 0x70),
    EXTERNREF("externref", 0x6F);

    private static final ValueType[] BY_CODE = new ValueType[0x80];

    static {
        for (ValueType type : values()) {
            BY_CODE[type.code] = type;
        }
    }

    private final String text;
    private final int code;

    ValueType(String text, int code) {
        this.text = text;
        this.code = code;
    }

    /// {@return the type that `code` stands for in a module}
    public static ValueType ofCode(int code) {
        ValueType type = isCode(code) ? BY_CODE[code] : null;
        if (type == null) {
            throw new IllegalArgumentException("0x%02x is not the code of a value type".formatted(code));
        }
        return type;
    }

    /// {@return whether `code` stands for a value type in a module}
    public static boolean isCode(int code) {
        return code >= 0 && code < BY_CODE.length && BY_CODE[code] != null;
    }

    /// {@return the byte that stands for this type in a module}
    public int code() {
        return code;
    }

    /// {@return whether values of this type refer to functions or to things of the host}
    public boolean isReference() {
        return this == FUNCREF || this == EXTERNREF;
    }

    /// {@return whether values of this type are integers or floating-point numbers}
    public boolean isNumber() {
        return this == I32 || this == I64 || this == F32 || this == F64;
    }

    /// {@return how many slots a value of this type takes, see {@link HostFunction}}
    public int slots() {
        return this == V128 ? 2 : 1;
    }

    /// {@return how many slots values of these types take}
    public static int slots(List<ValueType> types) {
        int slots = 0;
        for (ValueType type : types) {
            slots += type.slots();
        }
        return slots;
    }

    @Override
    public String toString() {
        return text;
    }
}
