package decant.wasm.link;

/// Something that keeps a hook from being grafted.
///
/// @param what the symbol, section or function in question
/// @param found what there is
/// @param expected what there would have to be
/// @param remedy what to do about it
public record Obstacle(String what, String found, String expected, String remedy) {
    @Override
    public String toString() {
        return what + ": found " + found + ", expected " + expected + "; " + remedy;
    }
}
