package decant.wasm;

import static java.nio.charset.StandardCharsets.UTF_8;

import decant.wasm.binary.Opcode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// What instructions cost, by name, as the table in `instruction-weights.txt` has it.
public final class Weights {
    private static final Pattern CHOICE = Pattern.compile("\\{([^}]*)}");
    private static final Map<String, int[]> TABLE = read();

    private Weights() {}

    /// {@return the weight in a module whose memory is addressed by i64 or not}
    public static int of(String name, boolean is64) {
        int[] weights = TABLE.get(name);
        if (weights == null) {
            throw new AssertionError("no weight is written down for " + name);
        }
        return weights[is64 ? 1 : 0];
    }

    public static int of(int opcode, boolean is64) {
        // The annotated select is the same instruction.
        return of(opcode == Opcode.SELECT_T ? "select" : Opcode.name(opcode), is64);
    }

    static Set<String> names() {
        return TABLE.keySet();
    }

    private static Map<String, int[]> read() {
        var table = new HashMap<String, int[]>();
        try (var in = Weights.class.getResourceAsStream("instruction-weights.txt")) {
            new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .forEach(line -> addLine(table, line));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return table;
    }

    private static void addLine(Map<String, int[]> table, String line) {
        String[] words = line.split("\\s+", -1);
        int[] weights = Arrays.stream(words[0].split("/", -1))
                .mapToInt(Integer::parseInt)
                .toArray();
        int[] both = {weights[0], weights[weights.length - 1]};
        for (String word : List.of(words).subList(1, words.length)) {
            for (String name : expand(word)) {
                if (table.put(name, both) != null) {
                    throw new AssertionError(name + " has two weights");
                }
            }
        }
    }

    private static List<String> expand(String word) {
        var choice = CHOICE.matcher(word);
        if (!choice.find()) {
            return List.of(word);
        }
        var words = new ArrayList<String>();
        for (String each : choice.group(1).split("\\|", -1)) {
            words.addAll(expand(word.substring(0, choice.start()) + each + word.substring(choice.end())));
        }
        return words;
    }
}
