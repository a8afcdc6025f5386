package decant.replica;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CodeFilesTest {
    private static final Hash ENGINE = Hash.sha256("engine".getBytes(US_ASCII));
    private static final Hash OTHER_ENGINE = Hash.sha256("other engine".getBytes(US_ASCII));
    private static final Hash MODULE = Hash.sha256("module".getBytes(US_ASCII));
    private static final Map<String, byte[]> CLASSES =
            new TreeMap<>(Map.of("state", new byte[] {1, 2, 3}, "f0", new byte[0], "f1_2", new byte[70]));

    @TempDir
    private Path directory;

    private CodeFiles open(Hash engine) throws IOException {
        return CodeFiles.open(directory, engine, 1 << 20);
    }

    private Path file() {
        return directory.resolve(MODULE.hex());
    }

    private Map<String, byte[]> found() throws IOException {
        return found(ENGINE);
    }

    private Map<String, byte[]> found(Hash engine) throws IOException {
        var classes = open(engine).of(MODULE);
        var found = new HashMap<String, byte[]>();
        CLASSES.keySet().forEach(name -> classes.find(name).ifPresent(classFile -> found.put(name, classFile)));
        return found;
    }

    private void addAll() throws IOException {
        var classes = open(ENGINE).of(MODULE);
        CLASSES.forEach((name, classFile) -> {
            assertThat(classes.find(name)).isEmpty();
            classes.add(name, classFile);
        });
    }

    @Test
    void whatWasAddedIsFoundByTheNextProcess() throws IOException {
        addAll();
        assertThat(found()).containsExactlyInAnyOrderEntriesOf(CLASSES);
        assertThat(open(ENGINE).of(ENGINE).find("f0")).isEmpty();
    }

    @Test
    void anotherEngineBeginsAnew() throws IOException {
        addAll();
        assertThat(found(OTHER_ENGINE)).isEmpty();
        assertThat(found()).isEmpty();
    }

    @Test
    void ofAFileThatIsTornAnywhereNothingIsFoundThatWasNotAdded() throws IOException {
        addAll();
        byte[] whole = Files.readAllBytes(file());
        int lost = 0;
        for (int length = 0; length < whole.length; length++) {
            Files.write(file(), Arrays.copyOf(whole, length));
            lost += expectSomeOfWhatWasAdded();
        }
        // Between two class files nothing is torn.
        assertThat(lost).isEqualTo(whole.length - (CLASSES.size() - 1));
    }

    @Test
    void ofAFileWithABitFlippedAnywhereNothingIsFound() throws IOException {
        addAll();
        byte[] whole = Files.readAllBytes(file());
        for (int bit = 0; bit < whole.length * 8; bit++) {
            byte[] flipped = whole.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file(), flipped);
            assertThat(found()).as("bit %d", bit).isEmpty();
        }
    }

    /// {@return 1 if nothing was found}
    private int expectSomeOfWhatWasAdded() throws IOException {
        var found = found();
        found.forEach((name, classFile) -> assertThat(classFile).isEqualTo(CLASSES.get(name)));
        return found.isEmpty() ? 1 : 0;
    }

    @Test
    void neverMoreThanTheBoundIsKept() throws IOException {
        var files = CodeFiles.open(directory, ENGINE, 10_000);
        for (int i = 0; i < 30; i++) {
            files.of(Hash.sha256(new byte[] {(byte) i})).add("f0", new byte[1_000]);
        }
        assertThat(bytes()).isBetween(9_000L, 10_000L);
    }

    @Test
    void whatWasNotUsedForLongestIsDeletedFirst() throws IOException {
        var modules = new TreeMap<Integer, Hash>();
        for (int i = 0; i < 10; i++) {
            var module = Hash.sha256(new byte[] {(byte) i});
            modules.put(i, module);
            open(ENGINE).of(module).add("f0", new byte[1_000]);
            Files.setLastModifiedTime(directory.resolve(module.hex()), FileTime.fromMillis(1_000L * (10 - i)));
        }
        CodeFiles.open(directory, ENGINE, 5_500);
        assertThat(kept(modules)).containsOnlyKeys(0, 1, 2, 3, 4);
    }

    private SortedMap<Integer, Hash> kept(SortedMap<Integer, Hash> modules) {
        var kept = new TreeMap<>(modules);
        kept.values().removeIf(module -> !Files.exists(directory.resolve(module.hex())));
        return kept;
    }

    private long bytes() throws IOException {
        long bytes = 0;
        try (var files = Files.newDirectoryStream(directory)) {
            for (Path each : files) {
                bytes += Files.size(each);
            }
        }
        return bytes;
    }

    @Test
    void aNodeThatStartsAgainCompilesNothing() throws IOException {
        var state = directory.resolve("node");
        var code = state.resolve("code");
        try (var node = Node.in(state)) {
            var probe = node.installProbe();
            assertThat(node.add(probe, 1)).isEqualTo(1);
            assertThat(node.get(probe, 1)).isEqualTo(1);
            byte[] compiled = onlyFile(code);

            node.restart();
            assertThat(node.add(probe, 1)).isEqualTo(2);
            assertThat(node.get(probe, 1)).isEqualTo(2);
            assertThat(onlyFile(code)).isEqualTo(compiled);
        }
    }

    @Test
    void aNodeWithoutItsCodeCompilesItAgain() throws IOException {
        var state = directory.resolve("node");
        var code = state.resolve("code");
        try (var node = Node.in(state)) {
            var probe = node.installProbe();
            node.add(probe, 1);
            node.restart();
            Directories.delete(code);
            assertThat(node.add(probe, 1)).isEqualTo(2);

            node.restart();
            assertThat(node.add(probe, 1)).isEqualTo(3);
            assertThat(onlyFile(code)).hasSizeGreaterThan(1_000);
        }
    }

    private static byte[] onlyFile(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return Files.readAllBytes(files.toList().getFirst());
        }
    }
}
