package decant.store;

import java.nio.file.Path;

/// The files of a store.
///
/// ```
/// lock               locked by the process that has the store open; empty
/// metadata.sqlite    which checkpoint is the latest, and what it is made of (`Metadata`)
/// overlays/N.overlay pages (`OverlayFormat`); N is the number of the file, ten digits
/// native/            SQLite's library while it is being loaded; empty otherwise
/// ```
final class StoreFormat {
    static final String LOCK = "lock";
    static final String METADATA = "metadata.sqlite";
    static final String METADATA_UNFINISHED = "metadata.sqlite.unfinished";
    static final String OVERLAYS = "overlays";
    static final String NATIVE = "native";
    static final String OVERLAY_SUFFIX = ".overlay";

    private StoreFormat() {}

    static String overlayName(long id) {
        return "%010d%s".formatted(id, OVERLAY_SUFFIX);
    }

    /// {@return the number of an overlay file, or -1 when the name is not one of an overlay file}
    static long overlayId(Path file) {
        var name = file.getFileName().toString();
        return name.matches("\\d{10,18}" + OVERLAY_SUFFIX)
                ? Long.parseLong(name.substring(0, name.length() - OVERLAY_SUFFIX.length()))
                : -1;
    }
}
