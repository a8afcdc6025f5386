package decant.cli.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.base.Hash;
import decant.candid.Value;
import decant.cli.json.JsonText;
import decant.cli.snapshot.SnapshotFolder.Part;
import decant.cli.terminal.CommandFailure;
import decant.cli.terminal.Surroundings;
import decant.store.WritableFile;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Exports of memories that are known byte by byte, also ones that are interrupted.
final class SnapshotExportTest {
    private static final int BLOCK = FileBlocks.BLOCK_BYTES;
    private static final int GONE = 137;

    @TempDir
    Path folder;

    /// A snapshot in memory. It counts the blocks that are asked for, and fails after some.
    private static final class MemorySnapshot implements SnapshotSource {
        private final byte[] heap;
        private final byte[] stable;
        private final Value.Record globals;
        private int blocksUntilFailure = Integer.MAX_VALUE;
        private boolean isGivenByManyThreads;
        private final List<Long> given = new ArrayList<>();

        MemorySnapshot(byte[] heap, byte[] stable, Value... globals) {
            this.heap = heap;
            this.stable = stable;
            this.globals = Value.record().with("globals", Value.vec(List.of(globals)));
        }

        @Override
        public String name() {
            return "0000000000000000ff";
        }

        @Override
        public SnapshotMetadata metadata() {
            return new SnapshotMetadata(
                    globals.with("source", Value.variant("taken_from_canister", Value.Reserved.RESERVED))
                            .with("taken_at_timestamp", Value.nat64(1))
                            .with("wasm_module_size", Value.nat64(4))
                            .with("wasm_memory_size", Value.nat64(heap.length))
                            .with("stable_memory_size", Value.nat64(stable.length))
                            .with("wasm_chunk_store", Value.vec(List.of()))
                            .with("canister_version", Value.nat64(2))
                            .with("certified_data", Value.blob(new byte[0]))
                            .with("global_timer", Value.none())
                            .with("on_low_wasm_memory_hook_status", Value.none()));
        }

        @Override
        public byte[] module() {
            return new byte[] {1, 2, 3, 4};
        }

        @Override
        public byte[] chunk(Hash hash) {
            throw new AssertionError("there is no chunk");
        }

        @Override
        public Hash hash(Part memory, long block, MemorySegment content) {
            return FileBlocks.hash(content);
        }

        @Override
        public void forEachBlock(Part memory, LongPredicate isWanted, BlockSink sink) throws IOException {
            var bytes = memory == Part.HEAP ? heap : stable;
            if (isGivenByManyThreads) {
                var file = new FileBlocks(bytes.length);
                var wanted = LongStream.range(0, file.count()).filter(isWanted).iterator();
                BlockWork.forEach(file, wanted, (block, content) -> {
                    content.copyFrom(MemorySegment.ofArray(block(bytes, block)));
                    sink.put(block, content);
                });
                return;
            }
            for (long block = 0; block * BLOCK < bytes.length; block++) {
                if (isWanted.test(block)) {
                    if (blocksUntilFailure-- == 0) {
                        throw new IOException("the cable was pulled");
                    }
                    given.add(block);
                    sink.put(block, buffered(block(bytes, block)));
                }
            }
        }
    }

    private static MemorySegment buffered(byte[] bytes) {
        return MemoryFile.buffer(Arena.ofAuto()).asSlice(0, bytes.length).copyFrom(MemorySegment.ofArray(bytes));
    }

    private static byte[] block(byte[] bytes, long block) {
        int from = (int) block * BLOCK;
        return Arrays.copyOfRange(bytes, from, Math.min(from + BLOCK, bytes.length));
    }

    private SnapshotFolder target() {
        return target(folder);
    }

    private static SnapshotFolder target(Path folder) {
        return new SnapshotFolder(folder.resolve("target"));
    }

    private SnapshotSidecar export(SnapshotSource source) {
        return export(folder, source, MemoryFile::open);
    }

    private static SnapshotSidecar export(Path folder, SnapshotSource source, SnapshotExport.Disk disk) {
        var silent = new PrintStream(PrintStream.nullOutputStream());
        var surroundings = new Surroundings(Map.of(), folder, silent, silent, Optional.empty());
        return new SnapshotExport(surroundings, target(folder), source, false, disk).run();
    }

    private static byte[] scribbled(Random random, int bytes) {
        var memory = new byte[bytes];
        for (int i = 0; i < 20; i++) {
            var page = new byte[random.nextInt(9_000)];
            random.nextBytes(page);
            System.arraycopy(page, 0, memory, random.nextInt(bytes - page.length), page.length);
        }
        return memory;
    }

    private void expectWhole(MemorySnapshot source, SnapshotSidecar sidecar) throws IOException {
        assertThat(target().file(Part.HEAP)).hasBinaryContent(source.heap);
        assertThat(target().file(Part.STABLE)).hasBinaryContent(source.stable);
        assertThat(target().file(SnapshotFolder.EXPORT_JOURNAL)).doesNotExist();
        var read = SnapshotSidecar.parse(Files.readString(target().file(SnapshotFolder.SIDECAR)));
        assertThat(read.print()).isEqualTo(sidecar.print());
        for (Part memory : SnapshotExport.MEMORIES) {
            byte[] bytes = memory == Part.HEAP ? source.heap : source.stable;
            read.memories()
                    .get(memory.fileName())
                    .hashes()
                    .forEach((block, hash) ->
                            assertThat(FileBlocksTest.hash(block(bytes, block))).isEqualTo(hash));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void whateverTheMemoriesAreTheFilesHaveThem(long seed) throws IOException {
        var random = new Random(seed);
        var source = new MemorySnapshot(scribbled(random, 33 << 16), scribbled(random, 50 << 16));
        expectWhole(source, export(source));
    }

    @Test
    void anExportThatIsInterruptedAnywhereGoesOnThere() throws IOException {
        var random = new Random(5);
        var heap = scribbled(random, 3 * BLOCK + 65_536);
        heap[heap.length - 1] = 1;
        var stable = scribbled(random, 4 * BLOCK);
        for (int failure = 0; failure < 8; failure++) {
            var source = new MemorySnapshot(heap, stable);
            source.blocksUntilFailure = failure;
            assertThatThrownBy(() -> export(source))
                    .isInstanceOf(CommandFailure.class)
                    .hasMessageContaining("the cable was pulled. Run the same command again to go on.");
            assertThat(target().file(SnapshotFolder.METADATA)).doesNotExist();
            source.blocksUntilFailure = Integer.MAX_VALUE;
            expectWhole(source, export(source));
            assertThat(source.given)
                    .as("each block, of which none is all zeros, was asked for once")
                    .hasSize(8);
            for (Path file : List.of(target().file(Part.HEAP), target().file(Part.STABLE))) {
                Files.delete(file);
            }
            for (String name : List.of(
                    SnapshotFolder.METADATA, SnapshotFolder.SIDECAR, SnapshotFolder.CHUNKS, Part.MODULE.fileName())) {
                Files.delete(target().file(name));
            }
        }
    }

    /// A disk that does only the first half of one write, and nothing after it.
    private static final class FailingDisk implements SnapshotExport.Disk {
        private final AtomicInteger writesLeft;
        private final Runnable end;

        FailingDisk(int writes, Runnable end) {
            this.writesLeft = new AtomicInteger(writes);
            this.end = end;
        }

        @Override
        public MemoryFile open(Path path, long bytes) throws IOException {
            MemoryFile.open(path, bytes).close();
            return new MemoryFile(new HalfSink(FileChannel.open(path, StandardOpenOption.WRITE)), Optional.empty());
        }

        private final class HalfSink implements WritableFile {
            private final FileChannel channel;

            HalfSink(FileChannel channel) {
                this.channel = channel;
            }

            @Override
            public void write(ByteBuffer bytes, long position) throws IOException {
                int left = writesLeft.getAndDecrement();
                if (left == 0) {
                    bytes.limit(bytes.limit() / 2);
                }
                if (left >= 0) {
                    channel.write(bytes, position);
                }
                if (left <= 0) {
                    end.run();
                    throw new IOException("No space left on device");
                }
            }

            @Override
            public void sync() throws IOException {
                if (writesLeft.getAndDecrement() <= 0) {
                    end.run();
                    throw new IOException("Input/output error");
                }
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        }
    }

    /// What the journal has is in the files, whatever happened.
    private static void requireJournalTrue(SnapshotFolder target) throws IOException {
        for (Part memory : SnapshotExport.MEMORIES) {
            for (var block : ExportJournal.blocks(target, memory.fileName()).entrySet()) {
                var bytes = new byte[BLOCK];
                int length;
                try (var file = new RandomAccessFile(target.file(memory).toFile(), "r")) {
                    file.seek(block.getKey() * BLOCK);
                    length = file.read(bytes);
                }
                assertThat(FileBlocksTest.hash(Arrays.copyOf(bytes, length)))
                        .as("block %d of %s", block.getKey(), memory)
                        .isEqualTo(block.getValue());
            }
        }
    }

    /// A snapshot of which the heap is full, and each block of the stable memory has a hole: 9 writes, in any order.
    private static MemorySnapshot sparse() {
        var heap = new byte[3 * BLOCK];
        new Random(6).nextBytes(heap);
        var stable = heap.clone();
        for (int block = 0; block < 3; block++) {
            Arrays.fill(stable, block * BLOCK + 9_000, block * BLOCK + 600_000, (byte) 0);
        }
        var source = new MemorySnapshot(heap, stable);
        source.isGivenByManyThreads = true;
        return source;
    }

    @Test
    void whereverTheDiskFailsForOneOfManyThreadsAnExportGoesOnThere() throws IOException {
        var source = sparse();
        int failures = 0;
        for (boolean isWhole = false; !isWhole; ) {
            var place = Files.createDirectory(folder.resolve("failure" + failures));
            try {
                export(place, source, new FailingDisk(failures, () -> {}));
                isWhole = true;
            } catch (CommandFailure e) {
                assertThat(e)
                        .hasMessageContaining(". Run the same command again to go on.")
                        .hasCauseInstanceOf(IOException.class);
                assertThat(e.getMessage()).containsAnyOf("No space left on device", "Input/output error");
                requireJournalTrue(target(place));
                assertThat(target(place).file(SnapshotFolder.METADATA)).doesNotExist();
                export(place, source, MemoryFile::open);
                failures++;
            }
            assertThat(target(place).file(Part.HEAP)).hasBinaryContent(source.heap);
            assertThat(target(place).file(Part.STABLE)).hasBinaryContent(source.stable);
            assertThat(target(place).file(SnapshotFolder.EXPORT_JOURNAL)).doesNotExist();
        }
        assertThat(failures).as("9 writes, and two files synchronised").isEqualTo(9 + 2);
    }

    /// The process that is gone in the middle of a write, as one that is killed is: nothing is closed or ended.
    static final class Exporter {
        private Exporter() {}

        public static void main(String[] arguments) {
            var disk = new FailingDisk(
                    Integer.parseInt(arguments[1]), () -> Runtime.getRuntime().halt(GONE));
            export(Path.of(arguments[0]), sparse(), disk);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5, 10})
    void anExportOfWhichTheProcessIsGoneGoesOn(int writes) throws Exception {
        var process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xmx200m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Exporter.class.getName(),
                        folder.toString(),
                        Integer.toString(writes))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(process.waitFor()).isEqualTo(GONE);
        requireJournalTrue(target());
        assertThat(target().file(SnapshotFolder.METADATA)).doesNotExist();
        expectWhole(sparse(), export(sparse()));
    }

    @Test
    void whatWasDamagedMeanwhileIsWrittenAgain() throws IOException {
        var stable = new byte[3 * BLOCK];
        Arrays.fill(stable, 5_000, 2 * BLOCK + 9, (byte) 7);
        var source = new MemorySnapshot(new byte[0], stable);
        source.blocksUntilFailure = 2;
        assertThatThrownBy(() -> export(source)).isInstanceOf(CommandFailure.class);
        try (var file = new RandomAccessFile(target().file(Part.STABLE).toFile(), "rw")) {
            file.seek(100);
            file.write(1);
        }
        source.blocksUntilFailure = Integer.MAX_VALUE;
        export(source);
        assertThat(target().file(Part.STABLE)).hasBinaryContent(stable);
        assertThat(source.given).containsExactly(0L, 1L, 0L, 2L);
    }

    @Test
    void anUnfinishedExportOfSomethingElseIsLeftAlone() {
        var source = new MemorySnapshot(new byte[0], new byte[BLOCK]);
        source.blocksUntilFailure = 0;
        assertThatThrownBy(() -> export(source)).isInstanceOf(CommandFailure.class);
        assertThatThrownBy(() -> export(new MemorySnapshot(new byte[0], new byte[2 * BLOCK])))
                .hasMessageContaining("has an unfinished export of something else, 0000000000000000ff. Finish that");
    }

    @Test
    void aNanIsNullForOthersAndItselfForUs() throws IOException {
        var nan = Double.longBitsToDouble(0x7FF8_0000_0000_0123L);
        var source = new MemorySnapshot(
                new byte[0],
                new byte[0],
                Value.variant("f64", new Value.Float64(nan)),
                Value.variant("f32", new Value.Float32(Float.NEGATIVE_INFINITY)),
                Value.variant("f32", new Value.Float32(0.1f)));
        assertThat(source.metadata().globalsWithoutNumber()).containsExactly(0, 1);
        var sidecar = export(source);
        var json = JsonText.parse(Files.readString(target().file(SnapshotFolder.METADATA)));
        assertThat(json.print()).contains("\"globals\":[{\"f64\":null},{\"f32\":null},{\"f32\":0.1}]");

        var read = SnapshotMetadata.ofJson(json, Optional.of(sidecar.globals()));
        assertThat(read.exactGlobals()).containsExactly("f64:7ff8000000000123", "f32:ff800000", "f32:3dcccccd");
        assertThatThrownBy(() -> SnapshotMetadata.ofJson(json, Optional.empty()))
                .hasMessageContaining("the value of global 0, of type f64, is lost");
    }

    @Test
    void theChecksumsOfTheChecksumsTellDamage() {
        var text = export(new MemorySnapshot(new byte[BLOCK], scribbled(new Random(1), BLOCK)))
                .print();
        for (int i = 0; i < text.length(); i += 7) {
            var damaged = text.substring(0, i) + (text.charAt(i) == '7' ? '8' : '7') + text.substring(i + 1);
            assertThatThrownBy(() -> SnapshotSidecar.parse(damaged)).isInstanceOf(SnapshotSidecar.Malformed.class);
        }
        assertThatThrownBy(() -> SnapshotSidecar.parse(text.substring(0, text.length() - 3)))
                .isInstanceOf(SnapshotSidecar.Malformed.class);
    }
}
