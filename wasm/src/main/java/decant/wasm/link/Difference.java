package decant.wasm.link;

import java.util.OptionalInt;

/// One reason why a module does not fit.
///
/// @param what the function, global, table slot or data segment in question
/// @param installedOffset where in the bytes of the installed module it shows
/// @param replacementOffset where in the bytes of the replacement it shows
/// @param found what the replacement has
/// @param expected what it would have to have
/// @param remedy what to do about it
public record Difference(
        Condition condition,
        String what,
        OptionalInt installedOffset,
        OptionalInt replacementOffset,
        String found,
        String expected,
        String remedy) {

    @Override
    public String toString() {
        return condition.name() + ": " + place() + ": found " + found + ", expected " + expected + "; " + remedy;
    }

    /// {@return what differs, and where in the modules' bytes it shows}
    public String place() {
        return what + offsets();
    }

    private String offsets() {
        if (replacementOffset.isPresent() && installedOffset.isPresent()) {
            return " at offset 0x%x (installed: 0x%x)"
                    .formatted(replacementOffset.getAsInt(), installedOffset.getAsInt());
        }
        if (replacementOffset.isPresent()) {
            return " at offset 0x%x".formatted(replacementOffset.getAsInt());
        }
        return installedOffset.isPresent()
                ? " at offset 0x%x of the installed module".formatted(installedOffset.getAsInt())
                : "";
    }
}
