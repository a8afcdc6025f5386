package decant.cli.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.canister.state.CanisterState;
import decant.canister.state.Code;
import decant.cli.WholeNode;
import decant.replica.StoppedNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The commands for snapshots, against a whole node in the test's process.
final class SnapshotCommandsTest {
    private static final Path FIXTURES = Path.of(System.getProperty("decant.root"), "cli/src/test/resources/snapshots");

    @TempDir
    Path folder;

    private WholeNode node;

    @BeforeEach
    void startNode() {
        node = new WholeNode(folder);
    }

    @AfterEach
    void closeNode() {
        node.close();
    }

    /// Runs a command that succeeds while the node does not run.
    private void doneWithoutNode(String... arguments) {
        node.close();
        try {
            node.done(arguments);
        } finally {
            node = new WholeNode(folder);
        }
    }

    private Path backup() {
        return folder.resolve("backup");
    }

    private Path copyOf(String fixture) {
        var source = FIXTURES.resolve(fixture);
        try (var files = Files.walk(source)) {
            for (Path file : files.toList()) {
                Files.copy(file, backup().resolve(source.relativize(file).toString()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return backup();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void rewrite(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void flip(Path file, long position) {
        try (var bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(position);
            int before = bytes.read();
            bytes.seek(position);
            bytes.write(before ^ 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// {@return everything that a snapshot has of a canister, of a node that is closed then}
    private List<Object> kept(String name) {
        node.close();
        try (var stopped = StoppedNode.open(folder.resolve("state"))) {
            var canister = stopped.subnet().canisters().values().stream()
                    .filter(found -> found.name().equals(Optional.of(name)))
                    .findFirst()
                    .orElseThrow();
            return kept(canister);
        } finally {
            node = new WholeNode(folder);
        }
    }

    private static List<Object> kept(CanisterState canister) {
        var code = canister.code().orElseThrow();
        return List.of(
                code.module().hash(),
                memories(code),
                Hash.sha256(longs(code.globals())),
                Hash.sha256(canister.certifiedData()),
                canister.chunkStore().keySet());
    }

    private static List<Object> memories(Code code) {
        return List.of(
                code.heap().bytes(),
                code.heap().pages().hash(),
                code.stable().bytes(),
                code.stable().pages().hash());
    }

    private static byte[] longs(long[] values) {
        return Arrays.toString(values).getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void aSnapshotIsTakenListedRestoredAndDeleted() {
        node.deploy("counter/v1.wasm", "counter");
        assertThat(node.done("snapshot", "list", "counter")).isEqualTo("counter has no snapshots.");
        node.done("call", "counter", "add", "(5)");
        assertThat(node.done("snapshot", "take", "counter")).startsWith("Snapshot 0 of counter is taken: ");
        node.done("call", "counter", "add", "(5)");
        assertThat(node.done("snapshot", "take", "counter", "--replace", "0")).startsWith("Snapshot 1 of counter");
        node.done("call", "counter", "add", "(5)");
        assertThat(node.done("snapshot", "list", "counter"))
                .containsPattern("NUMBER +TAKEN +SIZE +SNAPSHOT\n1 +2\\S+Z +\\S+ MiB +0000000000000001[0-9a-f]{20}");
        assertThat(node.done("snapshot", "list", "counter", "--json")).startsWith("[{\"snapshot\":\"0000000000000001");

        assertThat(node.failed("snapshot", "restore", "counter", "1"))
                .contains("counter becomes what snapshot 1 has kept since")
                .contains("Nobody is there to be asked");
        var restored = node.done("snapshot", "restore", "counter", "1", "--yes");
        assertThat(restored).contains("counter is what snapshot 1 kept. To undo this: decant undo counter --to 2");
        assertThat(node.done("call", "counter", "get", "--query")).isEqualTo("(10 : nat)");
        assertThat(node.done("history", "counter")).contains("load of snapshot 0000000000000001");
        node.done("undo", "counter", "--to", "2", "--yes");
        assertThat(node.done("call", "counter", "get", "--query")).isEqualTo("(15 : nat)");

        assertThat(node.failed("snapshot", "delete", "counter", "1")).contains("cannot be undone");
        node.done("snapshot", "delete", "counter", "1", "--yes");
        assertThat(node.failed("snapshot", "delete", "counter", "1", "--yes")).contains("IC0305");
        assertThat(node.failed("snapshot", "restore", "counter", "newest", "--yes"))
                .contains("\"newest\" names no snapshot.");
    }

    @Test
    void whatIsExportedAndImportedElsewhereIsTheSame() {
        node.deploy("counter/v1.wasm", "counter");
        node.done("call", "counter", "add", "(5)");
        var exported = node.done("snapshot", "export", "counter", "backup");
        assertThat(exported).contains("counter is in backup: ").contains("in use.");
        assertThat(node.done("snapshot", "list", "counter"))
                .as("taken for the export")
                .contains("no snapshots");
        assertThat(backup().resolve("stable_memory.bin")).isEmptyFile();
        assertThat(backup())
                .isDirectoryNotContaining(file -> file.getFileName().toString().startsWith("."));

        node.deploy("counter/v2.wasm", "twin");
        assertThat(node.done("snapshot", "import", "backup", "twin"))
                .contains("backup is snapshot 0 of twin now")
                .contains("decant snapshot restore twin 0");
        node.done("snapshot", "restore", "twin", "0", "--yes");
        assertThat(node.done("call", "twin", "get", "--query")).isEqualTo("(5 : nat)");
        assertThat(kept("twin")).isEqualTo(kept("counter"));
    }

    @Test
    void fiftyOneGibibytesThatAreMostlyZerosCostWhatIsInThem() throws IOException {
        node.deploy("vault/v1.wasm", "vault");
        node.done("call", "vault", "fill", "(51)");
        node.done("snapshot", "export", "vault", "backup");
        assertThat(Files.size(backup().resolve("stable_memory.bin"))).isEqualTo(51L << 30);
        var sidecar = SnapshotSidecar.parse(text(backup().resolve("decant.json")));
        assertThat(sidecar.memories().get("stable_memory.bin").hashes()).hasSizeLessThan(200);

        node.deploy("counter/v1.wasm", "twin");
        node.done("snapshot", "import", "backup", "twin");
        node.done("snapshot", "restore", "twin", "0", "--yes");
        assertThat(node.done("call", "twin", "verify")).isEqualTo("(50 : nat64)");
    }

    @Test
    void noNodeNeedRun() {
        node.deploy("counter/v1.wasm", "counter");
        node.deploy("counter/v1.wasm", "twin");
        node.done("call", "counter", "add", "(5)");
        assertThat(node.failed("snapshot", "export", "counter", "backup", "--state", "state"))
                .contains("is in use");
        node.done("snapshot", "take", "counter");
        var id = node.done("snapshot", "list", "counter").replaceAll("(?s).* ", "");
        node.close();
        try {
            node.done("snapshot", "export", "counter", "backup", "--state", "state");
            node.done("snapshot", "export", id, "backup-of-snapshot", "--state", "state");
            assertThat(node.failed("snapshot", "export", "nobody", "other", "--state", "state"))
                    .contains("There is no canister \"nobody\" in this state.");
            assertThat(node.failed("snapshot", "export", "counter", "other", "--state", "backup"))
                    .contains("is not the state directory of a node");
            assertThat(node.done("snapshot", "import", "backup", "twin", "--state", "state"))
                    .contains("backup is snapshot 0 of twin");
        } finally {
            node = new WholeNode(folder);
        }
        assertThat(folder.resolve("backup-of-snapshot/wasm_memory.bin"))
                .hasSameBinaryContentAs(backup().resolve("wasm_memory.bin"));
        node.done("snapshot", "restore", "twin", "0", "--yes");
        assertThat(node.done("call", "twin", "get", "--query")).isEqualTo("(5 : nat)");
    }

    /// The node hashes what it sends; in its files are hashes that were computed when the pages were written.
    @Test
    void aNodeAndItsFilesGiveTheSameChecksums() {
        node.deploy("vault/v1.wasm", "vault");
        node.done("call", "vault", "fill", "(3)");
        doneWithoutNode("inspect", "state");
        node.done("call", "vault", "fill", "(4)");
        node.done("snapshot", "take", "vault");
        var id = node.done("snapshot", "list", "vault").replaceAll("(?s).* ", "");
        node.done("snapshot", "export", id, "from-node");
        doneWithoutNode("snapshot", "export", id, "from-files", "--state", "state");

        var text = text(folder.resolve("from-files/decant.json"));
        assertThat(text).isEqualTo(text(folder.resolve("from-node/decant.json")));
        assertThat(SnapshotSidecar.parse(text).memories().values())
                .hasSize(2)
                .allSatisfy(memory -> assertThat(memory.hashes()).isNotEmpty());
        node.done("snapshot", "import", "from-files", "vault");
    }

    @Test
    void damageOfWhatWasReadFromFilesIsFoundWhereverItIs() {
        node.deploy("vault/v1.wasm", "vault");
        node.done("call", "vault", "fill", "(2)");
        doneWithoutNode("snapshot", "export", "vault", "backup", "--state", "state");

        var sidecar = SnapshotSidecar.parse(text(backup().resolve("decant.json")));
        var random = new Random(1);
        sidecar.memories().forEach((name, blocks) -> {
            assertThat(blocks.hashes()).as(name).isNotEmpty();
            for (long block : blocks.hashes().keySet()) {
                long at = block * FileBlocks.BLOCK_BYTES + random.nextInt(blocks.length(block));
                flip(backup().resolve(name), at);
                assertThat(node.failed("snapshot", "import", "backup", "vault"))
                        .contains(name + " is damaged between the bytes " + block * FileBlocks.BLOCK_BYTES + " and ");
                flip(backup().resolve(name), at);
            }
        });
        node.done("snapshot", "import", "backup", "vault");
    }

    @Test
    void aFolderWithSomethingInItIsNotWritten() {
        node.deploy("counter/v1.wasm", "counter");
        copyOf("icp");
        assertThat(node.failed("snapshot", "export", "counter", "backup"))
                .contains("backup is not empty. Name a folder that is, or a new one.");
        assertThat(node.failed("snapshot", "export", "counter", "backup", "--json"))
                .startsWith("{\"error\":");
    }

    /// The folder is what the reference says that icp writes, put together by hand.
    @Test
    void aDirectoryOfIcpIsImported() {
        copyOf("icp");
        node.deploy("counter/v1.wasm", "counter");
        var outcome = node.shell().run("snapshot", "import", "backup", "counter");
        assertThat(outcome.status()).as(outcome.err()).isZero();
        assertThat(outcome.err()).contains("Note: there is no decant.json in backup");
        node.done("snapshot", "restore", "counter", "0", "--yes");
        assertThat(node.done("call", "counter", "bytes", "--query", "--hex", ""))
                .contains("68656c6c6f");

        node.done("snapshot", "export", "counter", "again");
        for (String name : List.of("wasm_module.bin", "wasm_memory.bin", "stable_memory.bin")) {
            assertThat(folder.resolve("again").resolve(name)).hasSameBinaryContentAs(backup().resolve(name));
        }
        assertThat(text(folder.resolve("again/metadata.json")).replaceAll("\"(taken_at|canister_v).*", ""))
                .isEqualTo(text(backup().resolve("metadata.json")).replaceAll("\"(taken_at|canister_v).*", "") + "\n");
    }

    @Test
    void aDirectoryOfDfxIsImported() {
        copyOf("dfx");
        node.deploy("counter/v1.wasm", "counter");
        node.done("snapshot", "import", "backup", "counter");
        node.done("snapshot", "restore", "counter", "0", "--yes");
        assertThat(node.done("call", "counter", "bytes", "--query", "--hex", ""))
                .contains("68656c6c6f");
    }

    @Test
    void anImportGoesOnWhereItWasInterrupted() {
        copyOf("icp");
        node.deploy("counter/v1.wasm", "counter");
        node.done("snapshot", "import", "backup", "counter");
        var id = node.done("snapshot", "list", "counter").replaceAll("(?s).* ", "");
        rewrite(
                backup().resolve(".upload_progress.json"),
                "{\"snapshot_id\":\"" + id + "\",\"metadata_uploaded\":true,\"wasm_module_offset\":100,"
                        + "\"wasm_memory_offset\":0,\"stable_memory_offset\":0,\"wasm_chunks_uploaded\":[]}");
        assertThat(node.done("snapshot", "import", "backup", "counter")).contains("is snapshot 0 of counter");
        assertThat(backup().resolve(".upload_progress.json")).doesNotExist();

        node.done("snapshot", "delete", "counter", "0", "--yes");
        rewrite(
                backup().resolve(".upload_progress.json"),
                "{\"snapshot_id\":\"" + id + "\",\"metadata_uploaded\":true,\"wasm_chunks_uploaded\":[]}");
        assertThat(node.done("snapshot", "import", "backup", "counter"))
                .as("what is gone is not gone on with")
                .contains("is snapshot 1 of counter");
    }

    @ParameterizedTest
    @ValueSource(strings = {"wasm_module.bin", "wasm_memory.bin", "stable_memory.bin", "metadata.json", "decant.json"})
    void aDamagedByteIsFoundAndNamed(String name) {
        copyOf("icp");
        node.deploy("counter/v1.wasm", "counter");
        node.done("snapshot", "import", "backup", "counter");
        node.done("snapshot", "restore", "counter", "0", "--yes");
        node.done("snapshot", "export", "counter", "again");
        flip(folder.resolve("again").resolve(name), name.endsWith("json") ? 30 : 50);
        assertThat(node.failed("snapshot", "import", "again", "counter"))
                .contains(name)
                .containsAnyOf("is damaged", "is not understood");
        assertThat(node.done("snapshot", "list", "counter"))
                .as("nothing was uploaded")
                .doesNotContain("\n1 ");
    }

    @Test
    void whatDoesNotAgreeIsRefused() {
        var metadata = copyOf("icp").resolve("metadata.json");
        var original = text(metadata);
        node.deploy("counter/v1.wasm", "counter");

        rewrite(metadata, original.replace("\"wasm_memory_size\": 65536", "\"wasm_memory_size\": 65537"));
        expectRefusal("wasm_memory.bin has 65536 bytes, expected 65537 bytes by the wasm_memory_size in metadata.json");
        rewrite(metadata, original.replace("\"f64\": -2.25", "\"f64\": null"));
        expectRefusal("the value of global 4, of type f64, is lost: it was infinite or not a number");
        rewrite(metadata, original.replace("\"f64\": -2.25", "\"i64\": 0"));
        expectRefusal(
                "but those of the module are [i32, i32, i64, f32, f64, v128]. The files are not of one snapshot.");
        rewrite(metadata, original.replace("\"i64\": -7", "\"i64\": 9223372036854775808"));
        expectRefusal("global 2 must be a whole number of the type int64, found 9223372036854775808");
        rewrite(metadata, original.replace("\"canister_version\": 9,", ""));
        expectRefusal("the field \"canister_version\" is missing");
        rewrite(metadata, original.substring(0, 40));
        expectRefusal("metadata.json is not understood: in line 3: ");
        rewrite(metadata, original);

        rewrite(backup().resolve(".download_progress.json"), "{}");
        expectRefusal("Run `icp canister snapshot download --resume` with it.");
        delete(backup().resolve(".download_progress.json"));
        delete(backup().resolve("stable_memory.bin"));
        expectRefusal("stable_memory.bin is missing, expected 65536 bytes");
        delete(metadata);
        expectRefusal("there is no metadata.json in it");
    }

    @Test
    void aChunkMustHaveTheHashOfItsName() throws IOException {
        copyOf("icp");
        node.deploy("counter/v1.wasm", "counter");
        try (var chunks = Files.list(backup().resolve("wasm_chunk_store"))) {
            flip(chunks.findFirst().orElseThrow(), 0);
        }
        expectRefusal("is damaged: its SHA-256 is ");
    }

    private void expectRefusal(String part) {
        assertThat(node.failed("snapshot", "import", "backup", "counter")).contains(part);
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
