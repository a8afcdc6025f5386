package decant.cli.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BlockWorkTest {
    private static final long COUNT = 300;
    private static final int THREADS_MAX = 16;

    private final FileBlocks file = new FileBlocks((COUNT - 1) * FileBlocks.BLOCK_BYTES + 65_536);

    @Test
    void eachBlockIsDoneOnceInABufferOfItsLength() throws IOException {
        var done = new ConcurrentSkipListSet<Long>();
        BlockWork.forEach(file, LongStream.range(0, COUNT).iterator(), (block, buffer) -> {
            assertThat(buffer.byteSize()).isEqualTo(file.length(block));
            assertThat(buffer.address() % FileBlocks.PAGE_BYTES).isZero();
            assertThat(done.add(block)).isTrue();
        });
        assertThat(done).hasSize((int) COUNT);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 7, 120, COUNT - 1})
    void ofSeveralBlocksThatFailTheFirstIsTold(long failing) {
        var last = new AtomicInteger();
        var failures = LongStream.range(0, COUNT)
                .mapToObj(block -> new IOException("block " + block + " cannot be written"))
                .toList();
        assertThatThrownBy(() ->
                        BlockWork.forEach(file, LongStream.range(0, COUNT).iterator(), (block, _) -> {
                            last.accumulateAndGet((int) block, Math::max);
                            if (block >= failing) {
                                throw failures.get((int) block);
                            }
                        }))
                .isSameAs(failures.get((int) failing));
        assertThat(last.get()).as("no thread begins a block after it").isLessThanOrEqualTo((int) failing + THREADS_MAX);
    }

    @Test
    void whatNobodyExpectedIsThrownOn() {
        assertThatThrownBy(() -> BlockWork.forEach(file, LongStream.of(3).iterator(), (_, _) -> {
                    throw new OutOfMemoryError("no room");
                }))
                .isInstanceOf(OutOfMemoryError.class);
        assertThatThrownBy(() -> BlockWork.forEach(
                        file,
                        LongStream.range(0, 3)
                                .filter(block -> {
                                    throw new IllegalStateException("the list of blocks is torn");
                                })
                                .iterator(),
                        (_, _) -> {}))
                .hasMessage("the list of blocks is torn");
    }
}
