package decant.store;

import com.github.luben.zstd.util.Native;
import decant.base.Hash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A directory of backups: blobs that are known by their SHA-256 and stored once, compressed, and lists of which blobs
/// a backup consists of.
///
/// ```text
/// archive directory = lock  packs/  backups/  native/
/// ```
///
/// Files are written once and never changed. A pack of blobs has its name only when it is whole, and a backup only when
/// all its blobs are in packs; so what was interrupted leaves whole packs behind, which the next backup uses.
///
/// One process has it open at a time, and one thread uses it.
public final class Archive implements AutoCloseable {
    /// A pack as large as this is ended. What an interrupted backup had in a pack that was not ended is stored again.
    private static final long PACK_BYTES = 64L << 20;

    private static final int NO_BLOB = -1;

    private final Path directory;
    private final Disk disk;
    private final DirectoryLock lock;
    private final long packBytes;

    /// Finished packs by the number that their first blob has among all blobs of the archive.
    private final List<Pack> packs = new ArrayList<>();

    private int[] firstBlobs = new int[16];
    private final List<Damage> unreadable = new ArrayList<>();
    private int blobs;
    private long packNumberNext = 1;
    private @Nullable PackWriter writer;

    /// Numbers of blobs, each at the place that its hash says or behind it: a hash table without objects.
    private int[] table = new int[1 << 12];

    private long newBlobs;
    private long newBytes;
    private long storedBytes;

    private Archive(Path directory, Disk disk, DirectoryLock lock, long packBytes) throws IOException {
        this.directory = directory;
        this.disk = disk;
        this.lock = lock;
        this.packBytes = packBytes;
        Arrays.fill(table, NO_BLOB);
        openPacks();
    }

    /// Something in the archive that is not what was written.
    ///
    /// @param path the file
    /// @param what what is wrong, in a sentence
    public record Damage(Path path, String what) {
        private static Damage of(Path path, StoreException found) {
            return new Damage(path, String.valueOf(found.getMessage()));
        }
    }

    /// What `put` has added since the archive was opened.
    ///
    /// @param blobs how many were new
    /// @param bytes their bytes
    /// @param storedBytes the bytes of the packs that were written for them
    public record Added(long blobs, long bytes, long storedBytes) {}

    /// {@return whether there is an archive in the directory}
    public static boolean isArchive(Path directory) {
        return Files.isDirectory(directory.resolve(ArchiveFormat.PACKS))
                && Files.isDirectory(directory.resolve(ArchiveFormat.BACKUPS));
    }

    /// Opens the archive in `directory`, or makes one in a directory that is empty or not there.
    ///
    /// @throws StoreException if another process has it open, or if there is something else in the directory
    public static Archive openOrCreate(Path directory) {
        try {
            if (!isArchive(directory)) {
                requireEmpty(directory);
                makePrivate(directory);
                Files.createDirectories(directory.resolve(ArchiveFormat.PACKS));
                Files.createDirectories(directory.resolve(ArchiveFormat.BACKUPS));
            }
        } catch (IOException e) {
            throw StoreException.failed("make", directory, e);
        }
        return open(directory, Disk.REAL, PACK_BYTES);
    }

    /// Opens the archive in `directory`.
    ///
    /// @throws StoreException if there is none, or if another process has it open
    public static Archive open(Path directory) {
        if (!isArchive(directory)) {
            throw new StoreException(
                    "there are no backups in " + directory
                            + ": it has no packs and no backups; name a directory that `decant backup create` has written",
                    directory);
        }
        return open(directory, Disk.REAL, PACK_BYTES);
    }

    static Archive open(Path directory, Disk disk, long packBytes) {
        var lock = DirectoryLock.acquire(directory);
        try {
            loadLibrary(directory.resolve(ArchiveFormat.NATIVE));
            return new Archive(directory, disk, lock, packBytes);
        } catch (IOException e) {
            lock.close();
            throw StoreException.failed("open", directory, e);
        } catch (RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    /// What is backed up may be secret, so a directory that is made is its owner's alone.
    private static void makePrivate(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            Files.createDirectories(directory);
            if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
            }
        }
    }

    private static void requireEmpty(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (var files = Files.newDirectoryStream(directory)) {
            // A lock alone is what is left where making an archive was interrupted.
            for (Path file : files) {
                var name = file.getFileName().toString();
                if (!List.of(StoreFormat.LOCK, ArchiveFormat.PACKS).contains(name)) {
                    throw new StoreException(
                            directory + " has something else in it: " + name
                                    + "; name a directory that is empty, or one with backups",
                            directory);
                }
            }
        }
    }

    /// The driver unpacks its library before it loads it; so that nothing is left where a process is killed, this is
    /// done in a folder that the next process empties.
    private static synchronized void loadLibrary(Path folder) throws IOException {
        Files.createDirectories(folder);
        if (!Native.isLoaded()) {
            Native.load(folder.toFile());
        }
        try (var files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
    }

    private void openPacks() throws IOException {
        var numbered = new TreeMap<Long, Path>();
        try (var paths = Files.newDirectoryStream(packDirectory())) {
            for (Path path : paths) {
                long number = ArchiveFormat.number(path, ArchiveFormat.PACK_SUFFIX);
                if (number >= 0) {
                    numbered.put(number, path);
                } else if (ArchiveFormat.number(path, ArchiveFormat.UNFINISHED_SUFFIX) >= 0) {
                    disk.delete(path);
                }
            }
        }
        for (var entry : numbered.entrySet()) {
            packNumberNext = entry.getKey() + 1;
            try {
                var pack = Pack.open(entry.getValue(), entry.getKey());
                int first = blobs;
                append(pack);
                for (int blob = 0; blob < pack.blobs(); blob++) {
                    enter(pack.hash(blob), first + blob);
                }
            } catch (StoreException e) {
                unreadable.add(Damage.of(entry.getValue(), e));
            }
        }
    }

    private Path packDirectory() {
        return directory.resolve(ArchiveFormat.PACKS);
    }

    private void append(Pack pack) {
        if (packs.size() == firstBlobs.length) {
            firstBlobs = Arrays.copyOf(firstBlobs, firstBlobs.length * 2);
        }
        firstBlobs[packs.size()] = blobs;
        packs.add(pack);
        blobs = Math.addExact(blobs, pack.blobs());
    }

    public Path directory() {
        return directory;
    }

    /// {@return whether the blob is stored}
    public boolean contains(Hash hash) {
        return find(hash) != NO_BLOB;
    }

    /// Stores the blob, if it is not there yet.
    ///
    /// @return its hash
    public Hash put(byte[] content) {
        var hash = Hash.sha256(content);
        put(hash, content);
        return hash;
    }

    private void put(Hash hash, byte[] content) {
        if (contains(hash)) {
            return;
        }
        var pack = writer;
        if (pack == null) {
            pack = new PackWriter(disk, packDirectory(), packNumberNext++);
            writer = pack;
        }
        enter(hash, blobs + pack.blobs());
        pack.add(hash, content);
        newBlobs++;
        newBytes += content.length;
        if (pack.bytes() >= packBytes) {
            finishPack();
        }
    }

    /// Stores the image; only pages that are not there yet are read.
    ///
    /// @param visited is told now and then how many pages of the image are stored
    public Manifest.Image put(PageMap image, LongConsumer visited) {
        return ImageArchiving.put(image, this, visited);
    }

    /// Makes everything that was put durable.
    public void finishPack() {
        var pack = writer;
        if (pack != null) {
            // Whatever becomes of it, it takes no more blobs.
            writer = null;
            var finished = pack.finish();
            storedBytes += finished.bytes();
            append(finished);
        }
    }

    /// {@return the records of a backup, of which each is read when it is asked for}
    public SortedMap<String, Supplier<byte[]>> records(Manifest manifest) {
        var records = new TreeMap<String, Supplier<byte[]>>();
        manifest.records().forEach((name, blob) -> records.put(name, () -> get(blob.hash())));
        return records;
    }

    /// {@return the bytes of the blob, after they were found to have its hash}
    ///
    /// @throws StoreException if it is not there, or is damaged
    public byte[] get(Hash hash) {
        int blob = find(hash);
        if (blob == NO_BLOB) {
            throw new StoreException(
                    "the blob " + hash + " is not in " + directory
                            + ": the pack that had it is damaged or was removed; `decant backup verify` says what is lost",
                    directory);
        }
        if (blob >= blobs) {
            finishPack();
        }
        int pack = packOf(blob);
        return packs.get(pack).read(blob - firstBlobs[pack]);
    }

    /// {@return what was added since the archive was opened, as far as it is durable}
    public Added added() {
        return new Added(newBlobs, newBytes, storedBytes);
    }

    /// {@return the bytes of all packs}
    public long bytes() {
        return packs.stream().mapToLong(Pack::bytes).sum();
    }

    /// Writes the list of a backup, of which all blobs were put. It is durable when this returns.
    public void add(Manifest manifest) {
        finishPack();
        var path = manifestPath(manifest.number());
        var draft = path.resolveSibling(ArchiveFormat.name(manifest.number(), ArchiveFormat.UNFINISHED_SUFFIX));
        try {
            disk.delete(draft);
            try (var file = disk.create(draft)) {
                file.write(ByteBuffer.wrap(manifest.print().getBytes(StandardCharsets.UTF_8)), 0);
                file.sync();
            }
            disk.rename(draft, path);
            disk.syncDirectory(directory.resolve(ArchiveFormat.BACKUPS));
        } catch (IOException e) {
            throw StoreException.failed("write", path, e);
        }
    }

    private Path manifestPath(long number) {
        return directory
                .resolve(ArchiveFormat.BACKUPS)
                .resolve(ArchiveFormat.name(number, ArchiveFormat.BACKUP_SUFFIX));
    }

    /// {@return the number that the next backup gets}
    public long nextNumber() {
        var files = manifestFiles();
        return files.isEmpty() ? 1 : files.lastKey() + 1;
    }

    private SortedMap<Long, Path> manifestFiles() {
        var files = new TreeMap<Long, Path>();
        try (var paths = Files.newDirectoryStream(directory.resolve(ArchiveFormat.BACKUPS))) {
            for (Path path : paths) {
                long number = ArchiveFormat.number(path, ArchiveFormat.BACKUP_SUFFIX);
                if (number >= 0) {
                    files.put(number, path);
                }
            }
        } catch (IOException e) {
            throw StoreException.failed("list", directory, e);
        }
        return files;
    }

    /// {@return all backups, by their numbers}
    ///
    /// @throws StoreException if the list of one is damaged
    public SortedMap<Long, Manifest> manifests() {
        var manifests = new TreeMap<Long, Manifest>();
        manifestFiles().forEach((number, path) -> manifests.put(number, Manifest.read(path, number)));
        return Collections.unmodifiableSortedMap(manifests);
    }

    /// What came of deleting backups.
    ///
    /// @param freedBytes by how much all packs together are smaller
    /// @param copiedBytes the bytes of packs that were written for blobs out of packs that were mostly of no use
    public record Deleted(long freedBytes, long copiedBytes) {}

    /// Deletes backups, and the blobs that no other backup has. A pack of which less than half is left is written anew.
    ///
    /// Interrupted at any moment, it leaves the other backups as they were. The next one frees what is left.
    ///
    /// @param visited is told now and then how many bytes of the packs are behind
    /// @throws StoreException if there is no such backup, or one that stays is incomplete; nothing is deleted then
    public Deleted delete(Set<Long> numbers, LongConsumer visited) {
        finishPack();
        if (!unreadable.isEmpty()) {
            throw new StoreException(
                    unreadable.getFirst().what(), unreadable.getFirst().path());
        }
        var kept = new TreeMap<>(manifests());
        for (long number : numbers) {
            if (kept.remove(number) == null) {
                throw new StoreException("there is no backup " + number + " in " + directory, directory);
            }
        }
        var used = new BitSet(blobs);
        kept.values().forEach(manifest -> markUsed(manifest, used));
        long before = bytes();
        try {
            for (long number : numbers) {
                disk.delete(manifestPath(number));
            }
            disk.syncDirectory(directory.resolve(ArchiveFormat.BACKUPS));
            long copied = keepOnly(used, visited);
            return new Deleted(before - bytes(), copied);
        } catch (IOException e) {
            throw StoreException.failed("delete backups in", directory, e);
        }
    }

    private void markUsed(Manifest manifest, BitSet used) {
        var lost = lost(manifest, hash -> {
            int blob = find(hash);
            if (blob != NO_BLOB) {
                used.set(blob);
            }
            return blob == NO_BLOB;
        });
        if (!lost.isEmpty()) {
            throw new StoreException(
                    "backup " + manifest.number() + " in " + directory + " is incomplete: " + lost.getFirst()
                            + " is lost; `decant backup verify` says more. Delete that backup too, or bring its packs back",
                    directory);
        }
    }

    /// @return the bytes of the packs that were written
    private long keepOnly(BitSet used, LongConsumer visited) throws IOException {
        var given = new ArrayList<Pack>();
        long copied;
        try (var copies = new PackCopies(disk, packDirectory(), packBytes, packNumberNext)) {
            long behind = 0;
            for (int i = 0; i < packs.size(); i++) {
                if (copies.takeOver(packs.get(i), used, firstBlobs[i])) {
                    given.add(packs.get(i));
                }
                behind += packs.get(i).bytes();
                visited.accept(behind);
            }
            copied = copies.finish();
        }
        for (Pack pack : given) {
            disk.delete(pack.path());
        }
        disk.syncDirectory(packDirectory());
        forgetPacks();
        openPacks();
        return copied;
    }

    private void forgetPacks() {
        packs.clear();
        blobs = 0;
        Arrays.fill(table, NO_BLOB);
    }

    /// Receives what `check` finds, and how far it has come.
    public interface Findings {
        /// Receives a piece of damage.
        void damaged(Damage damage);

        /// Says that so many bytes of all packs are behind.
        void checked(long bytes);
    }

    /// Reads every byte of every pack, compares it with its checksum, and every blob with its hash.
    ///
    /// @return the blobs that are damaged
    public Set<Hash> check(Findings findings) {
        finishPack();
        var lost = new HashSet<Hash>();
        unreadable.forEach(findings::damaged);
        long behind = 0;
        for (Pack pack : packs) {
            int damagedFrame = NO_BLOB;
            for (int blob = 0; blob < pack.blobs(); blob++) {
                try {
                    pack.read(blob);
                } catch (StoreException e) {
                    lost.add(pack.hash(blob));
                    if (pack.frame(blob) != damagedFrame) {
                        damagedFrame = pack.frame(blob);
                        findings.damaged(Damage.of(pack.path(), e));
                    }
                }
            }
            behind += pack.bytes();
            findings.checked(behind);
        }
        manifestFiles().forEach((number, path) -> {
            try {
                Manifest.read(path, number);
            } catch (StoreException e) {
                findings.damaged(Damage.of(path, e));
            }
        });
        return lost;
    }

    /// {@return what of the backup cannot be read}
    ///
    /// @param damaged blobs that are there, but damaged
    public List<String> lost(Manifest manifest, Set<Hash> damaged) {
        return lost(manifest, hash -> damaged.contains(hash) || !contains(hash));
    }

    private List<String> lost(Manifest manifest, ArchivedImage.LostBlobs isLost) {
        var lost = new ArrayList<String>();
        addLost(lost, "file", manifest.files(), isLost);
        addLost(lost, "record", manifest.records(), isLost);
        if (isLost.isLost(manifest.log().hashes())) {
            lost.add("the log behind its checkpoint");
        } else {
            long number = manifest.height();
            for (Hash entry : hashes(get(manifest.log().hashes()))) {
                number++;
                if (isLost.isLost(entry)) {
                    lost.add("entry " + number + " of the log");
                }
            }
        }
        manifest.images()
                .forEach((name, image) -> ArchivedImage.forEachLost(
                        this, image, isLost, part -> lost.add("image " + name + ": " + part)));
        return lost;
    }

    private static void addLost(
            List<String> lost, String kind, SortedMap<String, Manifest.Blob> blobs, ArchivedImage.LostBlobs isLost) {
        blobs.forEach((name, blob) -> {
            if (isLost.isLost(blob.hash())) {
                lost.add(kind + " " + name);
            }
        });
    }

    /// {@return the hashes that a blob consists of}
    public static List<Hash> hashes(byte[] blob) {
        var hashes = new ArrayList<Hash>();
        for (int at = 0; at < blob.length; at += Hash.BYTES) {
            hashes.add(Hash.of(Arrays.copyOfRange(blob, at, at + Hash.BYTES)));
        }
        return hashes;
    }

    private int packOf(int blob) {
        int found = Arrays.binarySearch(firstBlobs, 0, packs.size(), blob);
        int pack = found >= 0 ? found : -found - 2;
        // An empty pack begins with the same blob as the one behind it.
        while (pack + 1 < packs.size() && firstBlobs[pack + 1] <= blob) {
            pack++;
        }
        return pack;
    }

    private Hash hash(int blob) {
        if (blob >= blobs) {
            var pack = writer;
            if (pack == null) {
                throw new AssertionError("BUG: blob " + blob + " is in no pack");
            }
            return pack.hash(blob - blobs);
        }
        int pack = packOf(blob);
        return packs.get(pack).hash(blob - firstBlobs[pack]);
    }

    private int find(Hash hash) {
        for (int at = slot(hash, table.length); ; at = at + 1 & table.length - 1) {
            int blob = table[at];
            if (blob == NO_BLOB || hash(blob).equals(hash)) {
                return blob;
            }
        }
    }

    private void enter(Hash hash, int blob) {
        if ((blob + 1) * 2L > table.length) {
            enlargeTable();
        }
        place(hash, blob);
    }

    private void place(Hash hash, int blob) {
        int at = slot(hash, table.length);
        while (table[at] != NO_BLOB) {
            at = at + 1 & table.length - 1;
        }
        table[at] = blob;
    }

    private void enlargeTable() {
        var old = table;
        table = new int[Math.multiplyExact(old.length, 2)];
        Arrays.fill(table, NO_BLOB);
        for (int blob : old) {
            if (blob != NO_BLOB) {
                place(hash(blob), blob);
            }
        }
    }

    private static int slot(Hash hash, int size) {
        return hash.hashCode() * 0x9E37_79B9 >>> Integer.numberOfLeadingZeros(size) + 1;
    }

    /// Gives the directory free. What was put and is in no finished pack is given up.
    @Override
    public void close() {
        try (lock) {
            if (writer != null) {
                writer.discard();
            }
        }
    }
}
