package decant.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.base.Hash;
import decant.candid.Value;
import decant.cli.SnapshotFolder.Part;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Exports of memories that are known byte by byte, also ones that are interrupted.
final class SnapshotExportTest {
    private static final int BLOCK = FileBlocks.BLOCK_BYTES;

    @TempDir
    Path folder;

    /// A snapshot in memory. It counts the blocks that are asked for, and fails after some.
    private static final class MemorySnapshot implements SnapshotSource {
        private final byte[] heap;
        private final byte[] stable;
        private final Value.Record globals;
        private int blocksUntilFailure = Integer.MAX_VALUE;
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
        public void forEachBlock(Part memory, LongPredicate isWanted, BlockSink sink) throws IOException {
            var bytes = memory == Part.HEAP ? heap : stable;
            for (long block = 0; block * BLOCK < bytes.length; block++) {
                if (isWanted.test(block)) {
                    if (blocksUntilFailure-- == 0) {
                        throw new IOException("the cable was pulled");
                    }
                    given.add(block);
                    sink.put(block, block(bytes, block));
                }
            }
        }
    }

    private static byte[] block(byte[] bytes, long block) {
        int from = (int) block * BLOCK;
        return Arrays.copyOfRange(bytes, from, Math.min(from + BLOCK, bytes.length));
    }

    private SnapshotFolder target() {
        return new SnapshotFolder(folder.resolve("target"));
    }

    private SnapshotSidecar export(SnapshotSource source) {
        var silent = new PrintStream(PrintStream.nullOutputStream());
        var surroundings = new Surroundings(Map.of(), folder, silent, silent, Optional.empty());
        return new SnapshotExport(surroundings, target(), source, false).run();
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
                            assertThat(Hash.sha256(block(bytes, block))).isEqualTo(hash));
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
