package decant.store;

import decant.base.Hash;
import decant.store.OverlayFormat.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// The SQLite database that says what the latest checkpoint is made of, and holds its records.
///
/// ```
/// checkpoint(one, height, digest)   exactly one row; `digest` is that of the catalog, which covers all other rows
/// record(name, bytes)               the records
/// image(name, overlays)             numbers of overlay files, the newest first, separated by spaces
/// overlay(id, pages, ranges)        the overlay files that images refer to
/// application_id = "DECA", user_version = format version
/// ```
///
/// A new checkpoint is one transaction, written ahead to the `-wal` file with `synchronous=FULL`, then moved
/// into the database, so that the `-wal` file is empty again: a damaged `-wal` file can undo nothing that
/// `write` has returned from.
final class Metadata implements AutoCloseable {
    private static final int APPLICATION_ID = 0x44454341; // "DECA"
    private static final int VERSION = 1;

    private final Path path;
    private final Connection connection;
    private final Disk disk;

    private Metadata(Path path, Connection connection, Disk disk) {
        this.path = path;
        this.connection = connection;
        this.disk = disk;
    }

    /// Makes an empty database that is whole from the moment it has its name.
    static void create(Disk disk, Path directory) {
        var path = directory.resolve(StoreFormat.METADATA);
        var unfinished = directory.resolve(StoreFormat.METADATA_UNFINISHED);
        try {
            for (String suffix : List.of("", "-wal", "-shm", "-journal")) {
                Files.deleteIfExists(unfinished.resolveSibling(StoreFormat.METADATA_UNFINISHED + suffix));
            }
            try (var metadata = new Metadata(unfinished, connect(unfinished), disk)) {
                metadata.createTables();
            }
            disk.rename(unfinished, path);
            disk.syncDirectory(directory);
        } catch (IOException e) {
            throw StoreException.failed("make", path, e);
        }
    }

    static Metadata open(Path path) {
        return open(path, Disk.REAL);
    }

    static Metadata open(Path path, Disk disk) {
        var metadata = new Metadata(path, connect(path), disk);
        try {
            metadata.requireFormat();
            metadata.run("open", metadata::emptyLog);
            return metadata;
        } catch (StoreException e) {
            metadata.close();
            throw e;
        }
    }

    /// {@return the catalog, after its digest was found to fit everything in the database}
    Catalog readCatalog() {
        return query("read", () -> {
            try (var statement = connection.createStatement();
                    var row = statement.executeQuery("SELECT height, digest FROM checkpoint")) {
                if (!row.next()) {
                    throw StoreException.damaged(path, "it does not say which checkpoint is the latest");
                }
                var catalog = new Catalog(row.getLong(1), readRecordHashes(), readImages(), readOverlays());
                var found = catalog.digest().bytes();
                var expected = bytes(row, 2);
                if (!Arrays.equals(found, expected)) {
                    throw StoreException.damaged(
                            path, "its content has the digest " + hex(found) + ", expected " + hex(expected));
                }
                return catalog;
            }
        });
    }

    /// {@return the records, of which each is read when it is asked for, and has the hash that `catalog` says}
    SortedMap<String, Supplier<byte[]>> records(Catalog catalog) {
        var records = new TreeMap<String, Supplier<byte[]>>();
        catalog.records().forEach((name, hash) -> records.put(name, () -> record(name, hash)));
        return records;
    }

    private byte[] record(String name, Hash hash) {
        return query("read", () -> {
            try (var select = connection.prepareStatement("SELECT bytes FROM record WHERE name = ?")) {
                select.setString(1, name);
                try (var row = select.executeQuery()) {
                    if (row.next()) {
                        byte[] bytes = bytes(row, 1);
                        if (Hash.sha256(bytes).equals(hash)) {
                            return bytes;
                        }
                    }
                    throw StoreException.damaged(path, "record \"" + name + "\" has changed");
                }
            }
        });
    }

    /// Replaces the catalog `before` by `after`, in one transaction that is durable when this returns.
    ///
    /// @param records the records in `after`
    void write(Catalog before, Catalog after, SortedMap<String, Supplier<byte[]>> records) {
        run("write", () -> {
            execute("BEGIN IMMEDIATE");
            try {
                replaceRecords(before, after, records);
                replaceImages(before, after);
                replaceOverlays(before, after);
                setCheckpoint(after);
                disk.commit(() -> execute("COMMIT"));
            } catch (SQLException | RuntimeException | Error e) {
                rollback(e);
                throw e;
            }
            try {
                emptyLog();
            } catch (SQLException _) {
                // The commit is durable where it is, and is moved by the next write or the next opening.
            }
        });
    }

    @Override
    public void close() {
        run("close", connection::close);
    }

    private static Connection connect(Path path) {
        var config = new SQLiteConfig();
        config.setLockingMode(SQLiteConfig.LockingMode.EXCLUSIVE);
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        try {
            return config.createConnection("jdbc:sqlite:" + path.toAbsolutePath());
        } catch (SQLException e) {
            throw failed("open", path, e);
        }
    }

    private void createTables() {
        run("make", () -> {
            execute("PRAGMA application_id = " + APPLICATION_ID);
            execute("PRAGMA user_version = " + VERSION);
            execute("CREATE TABLE checkpoint(one INTEGER PRIMARY KEY, height INTEGER NOT NULL, digest BLOB NOT NULL)");
            execute("CREATE TABLE record(name TEXT PRIMARY KEY, bytes BLOB NOT NULL)");
            execute("CREATE TABLE image(name TEXT PRIMARY KEY, overlays TEXT NOT NULL)");
            execute("CREATE TABLE overlay(id INTEGER PRIMARY KEY, pages INTEGER NOT NULL, ranges INTEGER NOT NULL)");
            setCheckpoint(Catalog.EMPTY);
        });
    }

    private void requireFormat() {
        run("open", () -> {
            long application = readNumber("PRAGMA application_id");
            if (application != APPLICATION_ID) {
                throw StoreException.damaged(
                        path, "its application id is " + application + ", expected " + APPLICATION_ID);
            }
            long version = readNumber("PRAGMA user_version");
            if (version != VERSION) {
                throw StoreException.otherVersion(path, version, VERSION);
            }
            forEachRow("PRAGMA quick_check", row -> {
                if (!text(row, 1).equals("ok")) {
                    throw StoreException.damaged(path, text(row, 1));
                }
            });
        });
    }

    /// Moves what was written ahead into the database.
    private void emptyLog() throws SQLException {
        execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    private void rollback(Throwable cause) {
        try {
            execute("ROLLBACK");
        } catch (SQLException e) {
            // Some errors have rolled back already, and then there is nothing to roll back.
            cause.addSuppressed(e);
        }
    }

    private SortedMap<String, Hash> readRecordHashes() throws SQLException {
        var hashes = new TreeMap<String, Hash>();
        forEachRow("SELECT name, bytes FROM record", row -> hashes.put(text(row, 1), Hash.sha256(bytes(row, 2))));
        return hashes;
    }

    private SortedMap<String, List<Long>> readImages() throws SQLException {
        var images = new TreeMap<String, List<Long>>();
        forEachRow("SELECT name, overlays FROM image", row -> images.put(text(row, 1), ids(text(row, 2))));
        return images;
    }

    private SortedMap<Long, Shape> readOverlays() throws SQLException {
        var overlays = new TreeMap<Long, Shape>();
        forEachRow("SELECT id, pages, ranges FROM overlay", row -> {
            var shape = new Shape(row.getLong(1), row.getLong(2), row.getLong(3));
            overlays.put(shape.id(), shape);
        });
        return overlays;
    }

    private void replaceRecords(Catalog before, Catalog after, SortedMap<String, Supplier<byte[]>> records)
            throws SQLException {
        deleteMissing("DELETE FROM record WHERE name = ?", before.records(), after.records());
        try (var insert = connection.prepareStatement("INSERT OR REPLACE INTO record VALUES (?, ?)")) {
            for (var record : records.entrySet()) {
                var hash = after.records().get(record.getKey());
                if (!Objects.equals(hash, before.records().get(record.getKey()))) {
                    insert.setString(1, record.getKey());
                    insert.setBytes(2, record.getValue().get());
                    insert.executeUpdate();
                }
            }
        }
    }

    private void replaceImages(Catalog before, Catalog after) throws SQLException {
        deleteMissing("DELETE FROM image WHERE name = ?", before.images(), after.images());
        try (var insert = connection.prepareStatement("INSERT OR REPLACE INTO image VALUES (?, ?)")) {
            for (var image : after.images().entrySet()) {
                if (!image.getValue().equals(before.images().get(image.getKey()))) {
                    insert.setString(1, image.getKey());
                    insert.setString(2, text(image.getValue()));
                    insert.executeUpdate();
                }
            }
        }
    }

    private void replaceOverlays(Catalog before, Catalog after) throws SQLException {
        deleteMissing("DELETE FROM overlay WHERE id = ?", before.overlays(), after.overlays());
        try (var insert = connection.prepareStatement("INSERT OR REPLACE INTO overlay VALUES (?, ?, ?)")) {
            for (var shape : after.overlays().values()) {
                if (!shape.equals(before.overlays().get(shape.id()))) {
                    insert.setLong(1, shape.id());
                    insert.setLong(2, shape.pages());
                    insert.setLong(3, shape.ranges());
                    insert.executeUpdate();
                }
            }
        }
    }

    private <K> void deleteMissing(String sql, SortedMap<K, ?> before, SortedMap<K, ?> after) throws SQLException {
        try (var delete = connection.prepareStatement(sql)) {
            for (K key : before.keySet()) {
                if (!after.containsKey(key)) {
                    delete.setObject(1, key);
                    delete.executeUpdate();
                }
            }
        }
    }

    private void setCheckpoint(Catalog catalog) throws SQLException {
        try (var insert = connection.prepareStatement("INSERT OR REPLACE INTO checkpoint VALUES (1, ?, ?)")) {
            insert.setLong(1, catalog.height());
            insert.setBytes(2, catalog.digest().bytes());
            insert.executeUpdate();
        }
    }

    private void execute(String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private long readNumber(String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    private void forEachRow(String sql, RowVisitor visitor) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            while (row.next()) {
                visitor.visit(row);
            }
        }
    }

    private byte[] bytes(ResultSet row, int column) throws SQLException {
        byte @Nullable [] bytes = row.getBytes(column);
        if (bytes == null) {
            throw StoreException.damaged(path, "it has a value missing");
        }
        return bytes;
    }

    private String text(ResultSet row, int column) throws SQLException {
        @Nullable String text = row.getString(column);
        if (text == null) {
            throw StoreException.damaged(path, "it has a name missing");
        }
        return text;
    }

    private List<Long> ids(String text) {
        try {
            return text.isEmpty()
                    ? List.of()
                    : Arrays.stream(text.split(" ", -1)).map(Long::valueOf).toList();
        } catch (NumberFormatException e) {
            throw StoreException.damaged(path, "it has a list of overlay files that reads \"" + text + "\"");
        }
    }

    private static String text(List<Long> ids) {
        return ids.stream().map(String::valueOf).collect(Collectors.joining(" "));
    }

    private static String hex(byte[] digest) {
        return HexFormat.of().formatHex(digest);
    }

    private <T> T query(String doing, Query<T> query) {
        try {
            return query.run();
        } catch (SQLException e) {
            throw failed(doing, path, e);
        }
    }

    private void run(String doing, Statements statements) {
        query(doing, () -> {
            statements.run();
            return this;
        });
    }

    private static StoreException failed(String doing, Path path, SQLException cause) {
        var code = cause instanceof SQLiteException sqlite ? sqlite.getResultCode() : SQLiteErrorCode.UNKNOWN_ERROR;
        // Codes of a kind share their lowest byte.
        int kind = code.code & 0xff;
        if (kind == SQLiteErrorCode.SQLITE_FULL.code) {
            return StoreException.diskFull(doing, path, cause);
        }
        if (kind == SQLiteErrorCode.SQLITE_CORRUPT.code || kind == SQLiteErrorCode.SQLITE_NOTADB.code) {
            return StoreException.damaged(path, String.valueOf(cause.getMessage()));
        }
        return new StoreException("failed to " + doing + " " + path + ": " + cause.getMessage(), path, cause);
    }

    private interface Query<T> {
        T run() throws SQLException;
    }

    private interface Statements {
        void run() throws SQLException;
    }

    private interface RowVisitor {
        void visit(ResultSet row) throws SQLException;
    }
}
