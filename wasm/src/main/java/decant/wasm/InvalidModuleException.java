package decant.wasm;

/// Bytes that are not a module, or a module that breaks a rule of WebAssembly or asks for what is not allowed.
public final class InvalidModuleException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String reason;
    private final int offset;

    /// @param offset where in the module's bytes the fault was found
    public InvalidModuleException(String reason, int offset) {
        super(reason + " (at offset 0x" + Integer.toHexString(offset) + ")");
        this.reason = reason;
        this.offset = offset;
    }

    /// {@return what is wrong, without the place}
    public String reason() {
        return reason;
    }

    /// {@return where in the module's bytes the fault was found}
    public int offset() {
        return offset;
    }

    /// {@return the same fault, its reason preceded by the name of the part it was found in}
    public InvalidModuleException within(String part) {
        return new InvalidModuleException(part + ": " + reason, offset);
    }
}
