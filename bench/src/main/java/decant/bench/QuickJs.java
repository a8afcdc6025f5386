package decant.bench;

/// The module QuickJS, on some engine.
interface QuickJs {
    /// The import with which it asks for a larger memory, as the linker shortened it.
    String RESIZE = "k";

    /// {@return the first result, or 0}
    long call(String export, long... arguments);

    /// Writes text in UTF-8.
    void write(long address, String text);
}
