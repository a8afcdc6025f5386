package decant.wasm.link;

/// The name of an import, on both levels.
public record ImportName(String module, String name) {
    @Override
    public String toString() {
        return module + "." + name;
    }
}
