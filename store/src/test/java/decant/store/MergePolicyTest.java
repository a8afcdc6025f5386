package decant.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MergePolicyTest {
    @Test
    void filesPileUpUntilThereAreTooMany() {
        assertThat(MergePolicy.countOf(1)).isZero();
        assertThat(MergePolicy.countOf(1, 1000)).isZero();
        assertThat(MergePolicy.countOf(1, 1, 1, 1, 1, 1, 1000)).isZero();
        assertThat(MergePolicy.countOf(1, 1, 1, 1, 1, 1, 1, 1, 1000)).isEqualTo(7);
    }

    @Test
    void aLargerFileIsNotMergedWithTheSmallerOnesAboveIt() {
        assertThat(MergePolicy.countOf(1, 1, 1, 4, 20, 30, 60, 100, 1000)).isEqualTo(2);
        assertThat(MergePolicy.countOf(1, 50, 1, 4, 20, 30, 60, 100, 1000)).isEqualTo(7);
    }

    @Test
    void oneFileIsAlwaysMergedWhereThereIsNoRoomForAnother() {
        assertThat(MergePolicy.countOf(1, 7, 10, 20, 30, 40, 50, 60, 1000)).isEqualTo(1);
    }

    @Test
    void everythingIsMergedWhenTheOldestFileMayBeHiddenByHalf() {
        assertThat(MergePolicy.countOf(1, 498, 1000)).isZero();
        assertThat(MergePolicy.countOf(2, 498, 1000)).isEqualTo(2);
    }

    /// Pages at random places, batch by batch, as checkpoints write them.
    @ParameterizedTest(name = "{0} pages at a time: at most {1} written for each that changes")
    @CsvSource({"64, 5.0", "512, 4.5", "2048, 4.0", "16384, 3.5"})
    void randomWritesAreRewrittenAFewTimes(int batch, double amplificationMax) {
        int image = 65_536;
        var random = new SplittableRandom(batch);
        var files = new ArrayList<BitSet>();
        var whole = new BitSet();
        whole.set(0, image);
        files.add(whole);
        long written = 0;
        long changed = 0;
        for (int i = 0; i < 400; i++) {
            var fresh = new BitSet();
            for (int j = 0; j < batch; j++) {
                fresh.set(random.nextInt(image));
            }
            changed += fresh.cardinality();
            int count = MergePolicy.countOf(
                    fresh.cardinality(),
                    files.stream().mapToLong(BitSet::cardinality).toArray());
            for (var merged : files.subList(0, count)) {
                fresh.or(merged);
            }
            files.subList(0, count).clear();
            files.addFirst(fresh);
            written += fresh.cardinality();
            long onDisk = files.stream().mapToLong(BitSet::cardinality).sum();
            assertThat(files.size()).isLessThanOrEqualTo(MergePolicy.OVERLAYS_MAX);
            assertThat(onDisk).isLessThanOrEqualTo(image + image / 2L + batch);
        }
        assertThat((double) written / changed).isLessThan(amplificationMax);
    }
}
