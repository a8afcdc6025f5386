package decant.wasm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class RealModulesTest {
    private static final int FLIPS = 2_000;

    static Stream<Path> modules() {
        return RealModules.paths().stream();
    }

    @ParameterizedTest
    @MethodSource("modules")
    void modulesOfRealCompilersAreValidOnTheInternetComputer(Path path) {
        var module = Module.parse(RealModules.bytes(path), Features.IC);
        assertThat(module.bodies()).isNotEmpty();
        assertThat(module.exports()).isNotEmpty();
    }

    @Test
    void aModuleCutAnywhereIsRefusedOrWholeSections() {
        byte[] bytes = smallest();
        for (int length = 0; length < bytes.length; length++) {
            parseOrRefuse(Arrays.copyOf(bytes, length));
        }
    }

    @Test
    void aModuleWithFlippedBitsIsRefusedOrValid() {
        var random = new Random(20_261_122);
        flipBits(smallest(), FLIPS, random);
        flipBits(largest(), FLIPS / 10, random);
    }

    private static void flipBits(byte[] bytes, int times, Random random) {
        for (int i = 0; i < times; i++) {
            var flipped = bytes.clone();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
            }
            parseOrRefuse(flipped);
        }
    }

    @Test
    void aModuleWithOverwrittenBytesIsRefusedOrValid() {
        var random = new Random(7);
        byte[] bytes = smallest();
        for (int i = 0; i < FLIPS; i++) {
            var changed = bytes.clone();
            int at = random.nextInt(changed.length);
            int end = Math.min(changed.length, at + 1 + random.nextInt(5));
            Arrays.fill(changed, at, end, (byte) random.nextInt());
            parseOrRefuse(changed);
        }
    }

    private static void parseOrRefuse(byte[] bytes) {
        assertThatCode(() -> {
                    try {
                        var _ = Module.parse(bytes, Features.ALL);
                    } catch (InvalidModuleException e) {
                        assertThat(e.offset()).isBetween(0, bytes.length);
                        assertThat(e.reason()).isNotBlank();
                    }
                })
                .doesNotThrowAnyException();
    }

    private static byte[] smallest() {
        return modules()
                .map(RealModules::bytes)
                .min((a, b) -> Integer.compare(a.length, b.length))
                .orElseThrow();
    }

    private static byte[] largest() {
        return modules()
                .map(RealModules::bytes)
                .max((a, b) -> Integer.compare(a.length, b.length))
                .orElseThrow();
    }
}
