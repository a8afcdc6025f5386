package decant.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// A real disk whose power fails at an operation chosen in advance, and which then forgets what it was never
/// told to keep: any of the sectors written and any of the names changed since they were last synchronised.
///
/// After the cut every operation fails; `restart` brings the directory into the state that the next process
/// finds.
final class PowerCutDisk implements Disk {
    private static final int SECTOR_BYTES = 512;

    private final Path trash;
    private final Random random;
    private long operationsLeft;
    private boolean isOff;

    private final Map<Path, Content> contents = new HashMap<>();

    /// What would have to be undone for each directory, the oldest first.
    private final Map<Path, List<UnsyncedName>> names = new HashMap<>();

    private int trashCount;

    /// @param operations how many operations succeed before the power fails
    /// @param trash an empty directory on the same disk
    PowerCutDisk(long operations, Path trash, Random random) {
        this.operationsLeft = operations;
        this.trash = trash;
        this.random = random;
    }

    boolean isOff() {
        return isOff;
    }

    /// Undoes what the disk had no reason to keep.
    void restart() throws IOException {
        for (var content : contents.values()) {
            if (Files.exists(content.path)) {
                try (var channel = FileChannel.open(content.path, StandardOpenOption.WRITE)) {
                    for (var write : content.unsynced.reversed()) {
                        undoPartly(channel, write);
                    }
                }
            }
        }
        for (var undone : names.values()) {
            int kept = random.nextInt(undone.size() + 1);
            for (var name : undone.subList(kept, undone.size()).reversed()) {
                name.undo();
            }
        }
    }

    @Override
    public WritableFile create(Path path) throws IOException {
        step();
        var file = new CutFile(path, REAL.create(path));
        name(path, () -> Files.deleteIfExists(path));
        return file;
    }

    @Override
    public WritableFile open(Path path) throws IOException {
        step();
        return new CutFile(path, REAL.open(path));
    }

    @Override
    public void rename(Path source, Path target) throws IOException {
        step();
        if (Files.exists(target)) {
            throw new AssertionError("the store renames " + source + " over " + target);
        }
        REAL.rename(source, target);
        var content = contents.remove(source);
        if (content != null) {
            content.path = target;
            contents.put(target, content);
        }
        name(target, () -> Files.move(/* source= */ target, /* target= */ source));
    }

    @Override
    public void delete(Path path) throws IOException {
        step();
        if (Files.exists(path)) {
            var kept = trash.resolve(String.valueOf(trashCount++));
            Files.move(path, kept);
            name(path, () -> Files.move(kept, path));
        }
    }

    @Override
    public void commit(Transaction transaction) throws SQLException {
        transaction.commit();
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        step();
        names.remove(directory);
    }

    private void name(Path path, UnsyncedName undo) {
        names.computeIfAbsent(path.getParent(), _ -> new ArrayList<>()).add(undo);
    }

    private void step() throws IOException {
        if (operationsLeft-- <= 0) {
            isOff = true;
            throw new IOException("the power is off");
        }
    }

    private void undoPartly(FileChannel channel, UnsyncedWrite write) throws IOException {
        boolean isAllLost = random.nextInt(3) == 0;
        for (int at = 0; at < write.before.length; at += SECTOR_BYTES) {
            if (isAllLost || random.nextBoolean()) {
                int length = Math.min(SECTOR_BYTES, write.before.length - at);
                channel.write(ByteBuffer.wrap(write.before, at, length), write.position + at);
            }
        }
        if (isAllLost) {
            channel.truncate(write.lengthBefore);
        }
    }

    /// A write, and what was there before it.
    private record UnsyncedWrite(long position, byte[] before, long lengthBefore) {}

    /// A change of names, and how to take it back.
    private interface UnsyncedName {
        void undo() throws IOException;
    }

    /// What would have to be undone in a file, the oldest first, and the name that the file has now.
    private static final class Content {
        private final List<UnsyncedWrite> unsynced = new ArrayList<>();
        private Path path;

        Content(Path path) {
            this.path = path;
        }
    }

    /// A file on this disk, open.
    private final class CutFile implements WritableFile {
        private final WritableFile file;
        private final Content content;

        CutFile(Path path, WritableFile file) {
            this.file = file;
            this.content = contents.computeIfAbsent(path, Content::new);
        }

        @Override
        public void write(ByteBuffer bytes, long position) throws IOException {
            if (!isOff) {
                // The power fails in the middle of a write: any part of it may have reached the disk.
                var before = before(position, bytes.remaining());
                content.unsynced.add(new UnsyncedWrite(position, before, Files.size(content.path)));
                file.write(bytes, position);
            }
            step();
        }

        @Override
        public void sync() throws IOException {
            step();
            file.sync();
            content.unsynced.clear();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }

        private byte[] before(long position, int length) throws IOException {
            var before = ByteBuffer.allocate(length);
            try (var channel = FileChannel.open(content.path)) {
                int count = 0;
                while (before.hasRemaining() && count >= 0) {
                    count = channel.read(before, position + before.position());
                }
            }
            return before.array();
        }
    }
}
