package decant.canister;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import decant.canister.state.Code;
import decant.canister.state.ErrorCode;
import decant.canister.state.MemoryImage;
import decant.canister.state.Stage;
import decant.canister.state.StateFormat;
import decant.store.Checkpoint;
import decant.store.PageDelta;
import decant.store.PageMap;
import decant.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Case C1 with a stable memory of which every page is written, each with other bytes: stuck, repaired, upgraded,
/// undone.
///
/// 51 GiB where the disk has room for them twice, since overlays are merged into new files; else as many as fit, and
/// the test says how many. `-Ddecant.gib=N` asks for less.
@Tag("slow")
final class WrittenVaultTest {
    private static final long GIB = 1L << 30;
    private static final long WANTED_GIB = Long.getLong("decant.gib", 51);
    private static final long PAGES_AT_ONCE = 65_536;
    private static final long PAGES_PER_GIB = GIB / PageMap.PAGE_BYTES;

    @TempDir
    private Path folder;

    private long height;

    @Test
    void aVaultOfWrittenPagesIsRepairedWithoutLosingAByte() throws IOException {
        long gib = Math.min(WANTED_GIB, Files.getFileStore(folder).getUsableSpace() * 4 / 9 / GIB);
        System.out.println("stable memory with every page written: " + gib + " GiB of 51 wanted");
        assumeTrue(gib > 4, "there is no room for 5 GiB twice, and up to 4 GiB this vault is not stuck");
        try (var kit = new CanisterKit();
                var store = Store.open(folder.resolve("store"))) {
            var vault = ExampleCanister.install(kit, "vault/v1");
            long documents = gib - 1;
            vault.update("fill", "(" + gib + " : nat64)");
            write(kit, store, gib * PAGES_PER_GIB);
            var written = stable(kit).hash();

            vault.upgrade("vault/v2")
                    .expectRejected(
                            Stage.PRE_UPGRADE,
                            ErrorCode.CANISTER_TRAPPED,
                            "32 bit stable memory api used on a memory larger than 4GB")
                    .expectHint("stable-memory-32-bit", "it has " + gib * GIB + " bytes");
            assertThat(stable(kit).hash()).isEqualTo(written);

            vault.lifecycleUpgrade("vault/v2").expectInstalled();
            assertThat(stable(kit).hash()).isEqualTo(written);
            vault.upgrade("vault/v2-rebuilt").expectInstalled();
            assertThat(vault.query("verify")).isEqualTo("(" + documents + " : nat64)");
            var saved = stable(kit);
            checkpoint(kit, store);
            assertThat(stable(kit).hash()).isEqualTo(saved.hash());
            assertThat(differences(kit))
                    .as("pages in which the hooks saved the index")
                    .containsExactly(0L);

            vault.undo();
            assertThat(stable(kit).hash()).isEqualTo(written);
            assertThat(vault.query("verify")).isEqualTo("(" + documents + " : nat64)");
        }
    }

    /// Writes all pages but those that begin with a document.
    private void write(CanisterKit kit, Store store, long pages) {
        for (long first = 0; first < pages; first += PAGES_AT_ONCE) {
            var delta = new PageDelta();
            for (long page = first; page < first + PAGES_AT_ONCE; page++) {
                if (page % PAGES_PER_GIB != 0) {
                    delta.put(page, content(page));
                }
            }
            withStable(kit, stable(kit).with(delta));
            checkpoint(kit, store);
        }
    }

    private static byte[] content(long page) {
        var bytes = new byte[PageMap.PAGE_BYTES];
        new SplittableRandom(page).nextBytes(bytes);
        return bytes;
    }

    /// {@return the pages of stable memory that are not as they were written}
    private static List<Long> differences(CanisterKit kit) {
        var image = stable(kit);
        var different = new ArrayList<Long>();
        var found = new byte[PageMap.PAGE_BYTES];
        for (long page = 0; page < code(kit).stable().bytes() / PageMap.PAGE_BYTES; page++) {
            image.read(page * PageMap.PAGE_BYTES, found, 0, found.length);
            boolean isDocument = page > 0 && page % PAGES_PER_GIB == 0;
            if (!isDocument && !Arrays.equals(found, expected(page))) {
                different.add(page);
            }
        }
        return different;
    }

    private static byte[] expected(long page) {
        return page == 0 ? new byte[PageMap.PAGE_BYTES] : content(page);
    }

    private static Code code(CanisterKit kit) {
        return kit.subnet().canisters().values().iterator().next().code().orElseThrow();
    }

    private static PageMap stable(CanisterKit kit) {
        return code(kit).stable().pages();
    }

    private static void withStable(CanisterKit kit, PageMap pages) {
        var canister = kit.subnet().canisters().values().iterator().next();
        var code = code(kit);
        var stable = new MemoryImage(pages, code.stable().bytes());
        var next = code.withMemory(code.globals(), code.heap(), stable);
        kit.subnet(kit.subnet().with(canister.with(draft -> draft.code = Optional.of(next))));
    }

    private void checkpoint(CanisterKit kit, Store store) {
        var images = StateFormat.images(kit.subnet());
        var durable = store.write(new Checkpoint(++height, StateFormat.records(kit.subnet()), images));
        kit.subnet(StateFormat.withImages(
                kit.subnet(), (name, image) -> image.rebase(images.get(name), durable.get(name))));
        store.reclaim();
    }
}
