package decant.wasm;

/// One function that was active when an execution trapped.
///
/// @param moduleOffset where in the module's bytes the instruction stands that trapped or called
public record Frame(int functionIndex, String functionName, int moduleOffset) {
    @Override
    public String toString() {
        return functionName + " (func[" + functionIndex + "], offset 0x" + Integer.toHexString(moduleOffset) + ")";
    }
}
