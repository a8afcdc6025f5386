package decant.wasm;

import static org.assertj.core.api.Assertions.assertThat;

import decant.wasm.differential.RandomModule;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Bytes that nearly are a module, for decoder and validator: each is a valid module or has a fault that is named, and
/// either costs memory in proportion to its length.
///
/// Inputs that meet a fault not seen before, as its words tell, are changed further; `-Ddecant.kept` says where they
/// are left. The ten million of the slow tier were gone through on 2026-11-23: 10,884 were valid, none failed.
class DecoderFuzzTest {
    private static final Pattern PARTICULARS = Pattern.compile("[0-9a-f]*[0-9][0-9a-f]*|\\[[^]]*]|'[^']*'");
    private static final int INPUT_BYTES_MAX = 4000;
    private static final long ALLOCATED_BYTES_FIXED = 4 << 20;
    private static final long ALLOCATED_BYTES_PER_BYTE = 2_000;

    private final List<byte[]> corpus = new ArrayList<>();
    private final Map<String, Integer> outcomes = new HashMap<>();
    private Random random = new Random(1);

    @Test
    void twentyThousandInputsAreModulesOrHaveAFault() throws IOException {
        search(20_000, 20261123);
    }

    @Test
    @Tag("slow")
    void tenMillionInputsAreModulesOrHaveAFault() throws IOException {
        search(10_000_000, Long.getLong("decant.seed", 1));
    }

    @Test
    void everyBeginningOfAModuleIsAModuleOrHasAFault() {
        int valid = 0;
        byte[] module = RandomVectorFunction.module(1, 3);
        for (int length = 0; length < module.length; length++) {
            if (isValid(Arrays.copyOf(module, length))) {
                valid++;
            }
        }
        // Behind the header, and behind the sections that announce nothing that is yet to come.
        assertThat(valid).isBetween(1, 10);
    }

    private void search(int count, long seed) throws IOException {
        random = new Random(seed);
        seeds().forEach(corpus::add);
        int kept = corpus.size();
        int valid = 0;
        for (int i = 0; i < count; i++) {
            byte[] input = changed(corpus.get(random.nextInt(corpus.size())));
            if (isValid(input)) {
                valid++;
            }
        }
        for (byte[] input : corpus.subList(kept, corpus.size())) {
            keep(input);
        }
        System.out.printf(
                "decoder fuzz: %d inputs, %d valid, %d kinds of outcomes, %d inputs kept%n",
                count, valid, outcomes.size(), corpus.size() - kept);
        assertThat(valid).isPositive();
        assertThat(outcomes).hasSizeGreaterThan(40);
    }

    private static Stream<byte[]> seeds() {
        var seeds = new ArrayList<byte[]>();
        for (int seed = 0; seed < 5; seed++) {
            seeds.add(RandomVectorFunction.module(seed, 2));
        }
        seeds.add(new WasmBuilder().build());
        for (int seed = 0; seed < 20; seed++) {
            seeds.add(RandomModule.bytes(seed));
        }
        return seeds.stream();
    }

    private static void keep(byte[] input) throws IOException {
        String folder = System.getProperty("decant.kept");
        if (folder != null) {
            Files.createDirectories(Path.of(folder));
            Files.write(Path.of(folder, "%08x.wasm".formatted(Arrays.hashCode(input))), input);
        }
    }

    private boolean isValid(byte[] input) {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        String outcome = outcome(input);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(allocated)
                .as("bytes allocated for %d bytes of input: %s", input.length, outcome)
                .isLessThan(ALLOCATED_BYTES_FIXED + ALLOCATED_BYTES_PER_BYTE * input.length);
        if (outcomes.merge(outcome, 1, Integer::sum) == 1 && input.length <= INPUT_BYTES_MAX) {
            corpus.add(input);
        }
        return outcome.equals("valid");
    }

    private static String outcome(byte[] input) {
        try {
            Module.parse(input, Features.IC);
            return "valid";
        } catch (InvalidModuleException e) {
            return PARTICULARS.matcher(String.valueOf(e.getMessage())).replaceAll("N");
        }
    }

    private byte[] changed(byte[] input) {
        byte[] bytes = input;
        for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
            bytes = changedOnce(bytes);
        }
        return bytes.length > INPUT_BYTES_MAX ? Arrays.copyOf(bytes, INPUT_BYTES_MAX) : bytes;
    }

    private byte[] changedOnce(byte[] input) {
        int at = random.nextInt(input.length + 1);
        return switch (random.nextInt(8)) {
            case 0 -> Arrays.copyOf(input, at);
            case 1 -> replaced(input, at, at, bytes(1 + random.nextInt(6)));
            case 2 -> replaced(input, at, Math.min(input.length, at + 1 + random.nextInt(6)), new byte[0]);
            case 3 -> {
                byte[] other = corpus.get(random.nextInt(corpus.size()));
                int from = random.nextInt(other.length + 1);
                int to = Math.min(other.length, from + random.nextInt(60));
                yield replaced(input, at, at, Arrays.copyOfRange(other, from, to));
            }
            case 4 -> replaced(input, at, Math.min(input.length, at + 1), interesting());
            default -> {
                if (input.length == 0) {
                    yield input;
                }
                var copy = input.clone();
                int place = random.nextInt(copy.length);
                copy[place] = (byte) (random.nextBoolean() ? copy[place] ^ 1 << random.nextInt(8) : random.nextInt());
                yield copy;
            }
        };
    }

    private byte[] bytes(int count) {
        var bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    /// {@return a number at the edge of what its encoding allows, or the code of an instruction with a prefix}
    private byte[] interesting() {
        return switch (random.nextInt(6)) {
            case 0 -> new byte[] {-1, -1, -1, -1, 0x0F};
            case 1 -> new byte[] {-1, -1, -1, -1, 0x7F};
            case 2 -> new byte[] {-128, -128, -128, -128, 0x08};
            case 3 -> new byte[] {(byte) 0xFC, (byte) random.nextInt(20)};
            case 4 -> new byte[] {(byte) 0xFD, (byte) random.nextInt(256), 1};
            default -> new byte[] {0};
        };
    }

    private static byte[] replaced(byte[] input, int from, int to, byte[] by) {
        var bytes = new byte[input.length - (to - from) + by.length];
        System.arraycopy(input, 0, bytes, 0, from);
        System.arraycopy(by, 0, bytes, from, by.length);
        System.arraycopy(input, to, bytes, from + by.length, input.length - to);
        return bytes;
    }
}
