package decant.store;

import static decant.store.StoreTest.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InspectionTest {
    @TempDir
    Path directory;

    /// The document explains a store byte by byte; its example is this one.
    @Test
    void everyFileIsDescribedAsTheDocumentSays() throws IOException {
        writeSomething();
        var document =
                Files.readString(Path.of(System.getProperty("decant.root")).resolve("docs/internals/data-file.md"));
        assertThat(document).contains(Inspection.describe(directory).replace(directory.toString(), "state"));
    }

    private void writeSomething() throws IOException {
        try (var store = Store.open(directory.resolve("store"));
                var log = AppendLog.open(directory.resolve("log"), Disk.REAL, AppendLogTest.SEGMENT_BYTES)) {
            log.append(List.of(AppendLogTest.entry(1)));
            log.append(List.of(AppendLogTest.entry(2)));
            var image = PageMap.empty().with(run(0, 20, 1)).with(run(4096, 1, 2));
            for (int height = 1; height <= 2; height++) {
                var images = new TreeMap<>(Map.of("canister/1/heap", image));
                var records = StoreTest.records(Map.of("canister/1", new byte[] {1, 2, 3}));
                image = store.write(new Checkpoint(height, records, images))
                        .get("canister/1/heap")
                        .with(run(3, 2, 0));
            }
        }
    }

    @Test
    void damageIsDescribedToo() throws IOException {
        writeSomething();
        Files.writeString(directory.resolve("notes.txt"), "hi");
        var overlay = directory.resolve("store").resolve("overlays").resolve("0000000001.overlay");
        AppendLogTest.overwrite(overlay, 5 * 4096, new byte[] {9});
        AppendLogTest.overwrite(directory.resolve("log").resolve("0000000001.log"), 4096, new byte[] {9});
        assertThat(Inspection.describe(directory))
                .contains("    DAMAGED: " + overlay + " is damaged: at offset 20480")
                .contains("notes.txt: 2 bytes, not a file of the store")
                .contains("0000000001.log: DAMAGED: ")
                .contains("there is no entry 1");
    }

    @Test
    void aStoreInUseIsLeftAlone() {
        try (var _ = Store.open(directory)) {
            assertThatThrownBy(() -> Inspection.describe(directory)).hasMessageContaining("is in use");
        }
    }
}
