package decant.wasm.run;

/// What the just-in-time compiler is not to know.
public final class Opaque {
    /// Zeros, each of which could be another number for all it knows.
    public static final int[] ZEROS = new int[256];

    private Opaque() {}
}
