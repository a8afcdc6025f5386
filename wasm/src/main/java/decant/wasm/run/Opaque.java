package decant.wasm.run;

/// What the just-in-time compiler is not to know.
public final class Opaque {
    public static final int COUNT = 256;

    private static final int[] ZEROS = new int[COUNT];

    private Opaque() {}

    /// {@return zero, which could be another number for each of {@link #COUNT} arguments for all the compiler knows}
    public static int zero(int number) {
        return ZEROS[number];
    }
}
