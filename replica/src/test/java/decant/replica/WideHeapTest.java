package decant.replica;

import static decant.replica.Node.number;
import static decant.replica.Node.rejected;
import static decant.replica.Node.reply;
import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Principal;
import decant.candid.Value;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A heap of 6 GiB, the most that a canister with 64-bit addresses may have, in a process with less Java heap: in
/// messages, checkpoints, restarts, upgrades, snapshots, undo.
final class WideHeapTest {
    private static final long GIB = 1L << 30;
    private static final long HEAP_BYTES = 6 * GIB;
    private static final long WASM_PAGES = HEAP_BYTES / 65_536;
    private static final long PAGES = HEAP_BYTES / 4_096;

    /// The pages that the canister leaves free for arguments.
    private static final long FIRST = 16;

    private static final long[] EDGES = {
        16 * 4_096, 2 * GIB - 4, 4 * GIB - 8, 4 * GIB - 4, 4 * GIB + 4, 5 * GIB, HEAP_BYTES - 8
    };

    @TempDir
    private Path directory;

    @Test
    void whatIsWrittenBeyond4GiBIsThereInAllThatComesAfter() throws IOException {
        try (var node = Node.in(directory)) {
            var wide = install(node);
            assertThat(update(node, wide, "grow", 1)).isEqualTo(-1);
            for (int i = 0; i < EDGES.length; i++) {
                update(node, wide, "put", EDGES[i], ~i);
                assertThat(query(node, wide, "get", EDGES[i])).isEqualTo(~i);
            }
            update(node, wide, "fill", PAGES - 8, PAGES, 1);
            long first = query(node, wide, "get", EDGES[0]);
            for (long outside : new long[] {HEAP_BYTES - 7, HEAP_BYTES, HEAP_BYTES + GIB, -8}) {
                assertThat(rejected(node.call(wide, "put", numbers(outside, 0))).message())
                        .contains("heap out of bounds");
            }
            rejected(node.call(wide, "fill_and_trap", numbers(PAGES - 64, PAGES, 2)));
            assertThat(query(node, wide, "differing", PAGES - 8, PAGES, 1)).isZero();
            var hash = node.replica().stateHash();

            node.restart();
            assertThat(node.replica().stateHash()).isEqualTo(hash);
            var snapshot = take(node, wide);
            upgrade(node, wide);
            update(node, wide, "fill", PAGES - 8, PAGES, 2);
            update(node, wide, "put", EDGES[0], 0);
            node.manage("stop_canister", wide);
            node.manage("decant_undo", wide);
            node.manage("start_canister", wide);
            assertThat(query(node, wide, "differing", PAGES - 8, PAGES, 1)).isZero();
            update(node, wide, "fill", PAGES - 8, PAGES, 3);
            load(node, wide, snapshot);
            node.restart();

            assertThat(query(node, wide, "pages")).isEqualTo(WASM_PAGES);
            assertThat(query(node, wide, "differing", PAGES - 8, PAGES, 1)).isZero();
            assertThat(query(node, wide, "get", EDGES[0])).isEqualTo(first);
            for (int i = 1; i < EDGES.length - 1; i++) {
                assertThat(query(node, wide, "get", EDGES[i])).isEqualTo(expected(i));
            }
            assertThat(bytesOf(directory.resolve("store")))
                    .as("the files hold what was written, not 6 GiB")
                    .isLessThan(4 << 20);
        }
    }

    /// {@return what is at an edge after all were written: half of the word at 4 GiB - 8 was written over}
    private static long expected(int edge) {
        return EDGES[edge] == 4 * GIB - 8 ? (~(edge + 1L) << 32) | (~edge & 0xFFFF_FFFFL) : ~edge;
    }

    @Test
    @Tag("slow")
    void everyPageOfItIsWrittenAndKept() {
        try (var node = Node.in(directory, config -> config.withCallPatience(Duration.ofMinutes(10)))) {
            var wide = install(node);
            fill(node, wide, FIRST, PAGES, 1);
            assertThat(query(node, wide, "differing", FIRST, PAGES, 1)).isZero();

            node.restart();
            upgrade(node, wide);
            assertThat(query(node, wide, "differing", FIRST, PAGES, 1)).isZero();
            var snapshot = take(node, wide);
            fill(node, wide, PAGES / 2, PAGES, 2);
            rejected(node.call(wide, "fill_and_trap", numbers(PAGES / 4, PAGES / 4 + 65_536, 3)));
            assertThat(query(node, wide, "differing", FIRST, PAGES / 2, 1)).isZero();
            assertThat(query(node, wide, "differing", PAGES / 2, PAGES, 2)).isZero();

            load(node, wide, snapshot);
            node.restart();
            assertThat(query(node, wide, "differing", FIRST, PAGES, 1)).isZero();
        }
    }

    /// Writes 256 MiB with each message.
    private static void fill(Node node, Principal wide, long first, long end, long salt) {
        for (long page = first; page < end; page += 65_536) {
            update(node, wide, "fill", page, Math.min(end, page + 65_536), salt);
        }
    }

    private static Principal install(Node node) {
        var wide = node.create();
        var limit = Value.record().with("wasm_memory_limit", Value.opt(Optional.of(Value.nat(HEAP_BYTES))));
        node.manage("update_settings", wide, about(wide).with("settings", limit));
        node.manage("install_code", wide, installation(wide, Value.variant("install")));
        assertThat(update(node, wide, "grow", WASM_PAGES - 1)).isEqualTo(1);
        return wide;
    }

    private static void upgrade(Node node, Principal wide) {
        var options = Value.record().with("wasm_memory_persistence", Value.opt(Optional.of(Value.variant("keep"))));
        node.manage(
                "install_code", wide, installation(wide, Value.variant("upgrade", Value.opt(Optional.of(options)))));
    }

    private static Value.Record installation(Principal wide, Value mode) {
        return Value.record()
                .with("mode", mode)
                .with("canister_id", Value.principal(wide))
                .with("wasm_module", Value.blob(keepable(Node.module("wide.wasm"))))
                .with("arg", Value.blob(new byte[0]));
    }

    /// {@return the module, saying that its heap may be kept in upgrades}
    private static byte[] keepable(byte[] module) {
        var name = "icp:private enhanced-orthogonal-persistence".getBytes(StandardCharsets.UTF_8);
        var out = new ByteArrayOutputStream();
        out.writeBytes(module);
        out.write(0);
        out.write(1 + name.length);
        out.write(name.length);
        out.writeBytes(name);
        return out.toByteArray();
    }

    private static Value take(Node node, Principal wide) {
        return node.manage("take_canister_snapshot", wide, about(wide)).field("id");
    }

    private static void load(Node node, Principal wide, Value snapshot) {
        node.manage("load_canister_snapshot", wide, about(wide).with("snapshot_id", snapshot));
    }

    private static Value.Record about(Principal wide) {
        return Value.record().with("canister_id", Value.principal(wide));
    }

    private static long update(Node node, Principal wide, String method, long... arguments) {
        return node.update(wide, method, numbers(arguments));
    }

    private static long query(Node node, Principal wide, String method, long... arguments) {
        return number(reply(node.query(wide, method, numbers(arguments))));
    }

    static byte[] numbers(long... values) {
        var bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (long value : values) {
            bytes.putLong(value);
        }
        return bytes.array();
    }

    private static long bytesOf(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            long bytes = 0;
            for (var file : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
            return bytes;
        }
    }
}
