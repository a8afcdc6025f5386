package decant.motoko;

import decant.base.Hash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Two stable signatures of which the second is to replace the first.
record SignaturePair(String name, String before, String after) {

    /// {@return what tells this pair from one of the same name with other texts}
    String digest() {
        var texts = before + "\0" + after;
        return Hash.sha256(texts.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 12);
    }

    /// {@return the pairs written by hand}
    static List<SignaturePair> written() {
        try (var resource = SignaturePair.class.getResourceAsStream("pairs.txt")) {
            if (resource == null) {
                throw new AssertionError("pairs.txt is not among the test resources");
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(SignaturePair::ofLine)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SignaturePair ofLine(String line) {
        var parts = List.of(line.split("\\|", -1));
        if (parts.size() != 3) {
            throw new AssertionError("a pair is written as NAME | BEFORE | AFTER, found " + line);
        }
        var before = text(parts.get(1).strip());
        var after = parts.get(2).strip();
        return new SignaturePair(parts.get(0).strip(), before, after.equals("=") ? before : text(after));
    }

    private static String text(String written) {
        var text = written.replace("\\n", "\n");
        int at = text.indexOf('@');
        if (at < 0) {
            return text;
        }
        var type = text.substring(at + 1);
        int comment = type.indexOf("//");
        var rest = comment < 0 ? "" : type.substring(comment);
        return text.substring(0, at) + "actor { stable x :" + (comment < 0 ? type : type.substring(0, comment)) + " };"
                + rest;
    }

    /// {@return every ordered pair of the examples' signatures}
    static List<SignaturePair> ofExamples() {
        var root = Path.of(System.getProperty("decant.root"), "examples");
        try (Stream<Path> tree = Files.walk(root)) {
            var files = tree.filter(file -> file.toString().endsWith(".most"))
                    .filter(file -> !file.toString().contains("node_modules"))
                    .sorted()
                    .toList();
            var pairs = new ArrayList<SignaturePair>();
            for (Path before : files) {
                for (Path after : files) {
                    pairs.add(new SignaturePair(
                            name(root, before) + " to " + name(root, after),
                            Files.readString(before),
                            Files.readString(after)));
                }
            }
            return pairs;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String name(Path root, Path file) {
        return root.relativize(file).toString().replace('\\', '/').replace(".most", "");
    }
}
