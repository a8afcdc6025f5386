package decant.store;

import decant.base.Hash;
import decant.store.OverlayFormat.Shape;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a checkpoint consists of: hashes of its records, overlay files of its images. The content of
/// `Metadata`, without the records themselves.
///
/// @param height the height of the checkpoint, or `NO_HEIGHT` in a fresh store
/// @param records the SHA-256 of every record
/// @param images the numbers of the overlay files of every image, the newest first
/// @param overlays every file that an image refers to
record Catalog(
        long height,
        SortedMap<String, Hash> records,
        SortedMap<String, List<Long>> images,
        SortedMap<Long, Shape> overlays) {
    static final long NO_HEIGHT = -1;
    static final Catalog EMPTY = new Catalog(NO_HEIGHT, new TreeMap<>(), new TreeMap<>(), new TreeMap<>());

    Catalog {
        records = Collections.unmodifiableSortedMap(records);
        images = Collections.unmodifiableSortedMap(images);
        overlays = Collections.unmodifiableSortedMap(overlays);
    }

    boolean isEmpty() {
        return height == NO_HEIGHT;
    }

    /// {@return the hash of everything this catalog says}
    ///
    /// ```
    /// digest  = SHA-256 of: height i64, count, record*, count, image*, count, overlay*
    /// record  = name, SHA-256 of the bytes
    /// image   = name, count, number of the overlay i64 *
    /// overlay = number i64, pages i64, ranges i64
    /// name    = length in UTF-8 i64, UTF-8        count = i64; numbers are little-endian
    /// ```
    Hash digest() {
        var digest = new ValueDigest();
        digest.add(height);
        digest.add(records.size());
        records.forEach((name, hash) -> digest.add(name).add(hash));
        digest.add(images.size());
        images.forEach((name, stack) -> {
            digest.add(name).add(stack.size());
            stack.forEach(id -> digest.add(id));
        });
        digest.add(overlays.size());
        overlays.forEach((id, shape) -> digest.add(id).add(shape.pages()).add(shape.ranges()));
        return digest.finish();
    }
}
