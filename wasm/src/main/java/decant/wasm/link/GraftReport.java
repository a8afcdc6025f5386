package decant.wasm.link;

import java.util.List;

/// What a graft consists of.
///
/// @param hooks the names of the hooks that the module has now
/// @param removed the names of the hooks that it has no more
/// @param appended the names of the functions that were added
/// @param shared the names of the installed functions that the new hooks use
/// @param newDataBytes how many bytes of data the new hooks bring along
/// @param basis how it is known where the installed module has what the new hooks use
public record GraftReport(
        List<String> hooks,
        List<String> removed,
        List<String> appended,
        List<String> shared,
        int newDataBytes,
        Basis basis) {
    /// How it is known where the installed module has what the new hooks use.
    public enum Basis {
        /// Its symbols say so.
        SYMBOLS,
        /// All its code outside the hooks is that of the replacement, addresses and indices apart.
        CODE,
        /// Both modules have the same static data, tables and globals, and set them up in the same way.
        UNMOVED
    }

    public GraftReport {
        hooks = List.copyOf(hooks);
        removed = List.copyOf(removed);
        appended = List.copyOf(appended);
        shared = List.copyOf(shared);
    }
}
