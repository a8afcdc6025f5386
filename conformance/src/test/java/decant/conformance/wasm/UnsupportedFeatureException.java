package decant.conformance.wasm;

/// Text that uses a part of WebAssembly which the engine leaves out.
final class UnsupportedFeatureException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String feature;

    UnsupportedFeatureException(String feature, Sexp where) {
        super("needs " + feature + " (line " + where.line() + ")");
        this.feature = feature;
    }

    /// {@return what it needs}
    String feature() {
        return feature;
    }
}
