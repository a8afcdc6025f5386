package decant.wasm;

/// Why an execution trapped.
public enum TrapCode {
    UNREACHABLE("unreachable"),
    MEMORY_OUT_OF_BOUNDS("out of bounds memory access"),
    TABLE_OUT_OF_BOUNDS("out of bounds table access"),
    INDIRECT_CALL_TYPE_MISMATCH("indirect call type mismatch"),
    UNDEFINED_ELEMENT("uninitialized element"),
    INTEGER_OVERFLOW("integer overflow"),
    INTEGER_DIVIDE_BY_ZERO("integer divide by zero"),
    BAD_CONVERSION_TO_INTEGER("invalid conversion to integer"),
    STACK_OVERFLOW("call stack exhausted"),
    OUT_OF_INSTRUCTIONS("out of instructions"),
    HOST("trapped by the host");

    private final String text;

    TrapCode(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }
}
