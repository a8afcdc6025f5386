package decant.cli.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FileBlocksTest {
    private static final int PAGE = FileBlocks.PAGE_BYTES;

    /// {@return the hash of a block as `docs/snapshots.md` says it}
    static Hash hash(byte[] block) {
        var pages = new ByteArrayOutputStream();
        for (int from = 0; from < block.length; from += 4096) {
            pages.writeBytes(
                    Hash.sha256(Arrays.copyOfRange(block, from, from + 4096)).bytes());
        }
        return Hash.sha256(pages.toByteArray());
    }

    private static byte[] randomBlock(int bytes) {
        var block = new byte[bytes];
        new Random(bytes).nextBytes(block);
        return block;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 65_536, 15 * 65_536, FileBlocks.BLOCK_BYTES})
    void theHashOfABlockIsThatOfTheHashesOfItsPages(int bytes) {
        var block = randomBlock(bytes);
        Arrays.fill(block, bytes / 2, bytes, (byte) 0);
        assertThat(FileBlocks.hash(MemorySegment.ofArray(block))).isEqualTo(hash(block));
    }

    @Test
    void whateverByteOfABlockChangesItsHashIsAnother() {
        var block = randomBlock(65_536);
        var content = MemorySegment.ofArray(block);
        var before = FileBlocks.hash(content);
        var random = new Random(1);
        for (int page = 0; page < block.length; page += PAGE) {
            for (int at : new int[] {page, page + random.nextInt(PAGE), page + PAGE - 1}) {
                block[at] ^= (byte) (1 << random.nextInt(8));
                assertThat(FileBlocks.hash(content)).as("byte %d", at).isNotEqualTo(before);
                System.arraycopy(randomBlock(65_536), page, block, page, PAGE);
            }
        }
        assertThat(FileBlocks.hash(content)).isEqualTo(before);
        System.arraycopy(block.clone(), 0, block, PAGE, block.length - PAGE);
        assertThat(FileBlocks.hash(content)).as("pages in other places").isNotEqualTo(before);
        assertThat(FileBlocks.hash(content.asSlice(PAGE))).as("a page less").isNotEqualTo(before);
    }
}
