package decant.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LabeledTreeTest {
    @Test
    void theEmptyTreeHasTheHashOfTheEmptyHashTree() {
        assertThat(LabeledTree.Branch.EMPTY.rootHash()).isEqualTo(new HashTree.Empty().rootHash());
        assertThat(LabeledTree.Branch.EMPTY.witness(List.of(Label.path("a"))).lookup("a"))
                .isInstanceOf(HashTree.Lookup.Absent.class);
    }

    @Test
    void aBranchBehavesLikeASortedMapUnderRandomChanges() {
        var random = new Random(11);
        var model = new TreeMap<byte[], byte[]>(Arrays::compareUnsigned);
        var branch = LabeledTree.Branch.EMPTY;
        for (int step = 0; step < 5_000; step++) {
            byte[] label = randomLabel(random);
            if (random.nextInt(3) == 0) {
                model.remove(label);
                branch = branch.without(label);
            } else {
                var value = new byte[] {(byte) step, (byte) (step >> 8)};
                model.put(label, value);
                branch = branch.with(label, LabeledTree.leaf(value));
            }
            byte[] probe = randomLabel(random);
            assertThat(branch.get(probe).isPresent()).isEqualTo(model.containsKey(probe));
        }
        var labels = new ArrayList<String>();
        branch.forEach((label, _) -> labels.add(HexFormat.of().formatHex(label)));
        assertThat(labels)
                .isEqualTo(
                        model.keySet().stream().map(HexFormat.of()::formatHex).toList());
    }

    @Test
    void theRootHashDependsOnTheContentAloneAndNotOnItsHistory() {
        var random = new Random(12);
        for (int round = 0; round < 50; round++) {
            var labels = new ArrayList<byte[]>();
            for (int i = 0; i < 40; i++) {
                labels.add(randomLabel(random));
            }
            var grown = LabeledTree.Branch.EMPTY;
            for (byte[] label : labels) {
                grown = grown.with(label, LabeledTree.leaf(label));
            }
            var shrunk = grown;
            for (int i = 0; i < 40; i++) {
                shrunk = shrunk.with(new byte[] {9, (byte) i}, LabeledTree.leaf("passing"));
                shrunk.rootHash();
            }
            for (int i = 39; i >= 0; i--) {
                shrunk = shrunk.without(new byte[] {9, (byte) i});
            }

            assertThat(shrunk.rootHash()).isEqualTo(grown.rootHash());
            assertThat(grown.whole().rootHash()).isEqualTo(grown.rootHash());
            assertThat(HashTree.decode(Cbor.encode(grown.whole().toCbor())).rootHash())
                    .isEqualTo(grown.rootHash());
        }
    }

    @Test
    void anOlderTreeIsUntouchedByLaterChanges() {
        var before = LabeledTree.Branch.EMPTY.with("a", LabeledTree.leaf("1")).with("b", LabeledTree.leaf("2"));
        var hash = before.rootHash();

        var after = before.with("a", LabeledTree.leaf("3")).without(Label.of("b"));

        assertThat(before.rootHash()).isEqualTo(hash);
        assertThat(after.rootHash()).isNotEqualTo(hash);
        assertThat(before.get("b")).isPresent();
        assertThat(after.get("b")).isEmpty();
    }

    @Test
    void aWitnessHasTheRootHashAndAnswersEveryPathAsTheTreeDoes() {
        var random = new Random(13);
        for (int round = 0; round < 400; round++) {
            var tree = randomBranch(random, 3);
            var paths = new ArrayList<List<byte[]>>();
            for (int i = random.nextInt(6); i > 0; i--) {
                paths.add(randomPath(random, tree));
            }

            // The trip through bytes also checks the order of labels.
            var witness = HashTree.decode(Cbor.encode(tree.witness(paths).toCbor()));

            assertThat(witness.rootHash()).isEqualTo(tree.rootHash());
            for (var path : paths) {
                assertThat(describe(witness.lookup(path))).isEqualTo(describe(expected(tree, path)));
            }
        }
    }

    @Test
    void aSourceIsAskedForItsTreeAgainOnlyToShowIt() {
        var tree = LabeledTree.Branch.EMPTY
                .with("status", LabeledTree.leaf("replied"))
                .with("reply", LabeledTree.leaf("1"));
        var asked = new AtomicInteger();
        TreeSource source = () -> {
            asked.incrementAndGet();
            return tree;
        };
        var other = LabeledTree.leaf("other");
        var kept = LabeledTree.Branch.EMPTY.with("other", other).with("request", tree);

        var made = LabeledTree.Branch.EMPTY.with("other", other).with(Label.of("request"), source);
        assertThat(made.rootHash()).isEqualTo(kept.rootHash());
        assertThat(made.with("third", other).rootHash())
                .isEqualTo(kept.with("third", other).rootHash());
        assertThat(shown(made, Label.path("other"))).isEqualTo(shown(kept, Label.path("other")));
        assertThat(asked).hasValue(1);

        for (var path : List.of(Label.path("request"), Label.path("request", "reply"), Label.path("request", "x"))) {
            assertThat(shown(made, path)).isEqualTo(shown(kept, path));
        }
        assertThat(asked).hasValue(4);
    }

    @Test
    void aWitnessKeepsSilentAboutWhatWasNotAsked() {
        var tree = LabeledTree.Branch.EMPTY
                .with("a", LabeledTree.leaf("secret"))
                .with("b", LabeledTree.leaf("asked"))
                .with("d", LabeledTree.Branch.EMPTY.with("x", LabeledTree.leaf("hidden")))
                .with("z", LabeledTree.leaf("far"));

        var witness = tree.witness(List.of(Label.path("b"), Label.path("c")));

        assertThat(witness.lookup("b")).isInstanceOf(HashTree.Lookup.Found.class);
        assertThat(witness.lookup("c")).isInstanceOf(HashTree.Lookup.Absent.class);
        assertThat(HashTree.describe(witness)).isEqualTo("(((... \"b\":=61736b6564) \"d\":...) ...)");
    }

    @Test
    void aPathToABranchRevealsAllOfIt() {
        var below = LabeledTree.Branch.EMPTY.with("x", LabeledTree.leaf("1")).with("y", LabeledTree.leaf("2"));
        var tree = LabeledTree.Branch.EMPTY.with("a", below).with("b", LabeledTree.leaf("3"));

        var witness = tree.witness(List.of(Label.path("a")));

        assertThat(HashTree.describe(witness)).isEqualTo("(\"a\":(\"x\":=31 \"y\":=32) ...)");
    }

    @Test
    void aTreeOfManyRequestsStaysShallowAndAChangeHashesLittle() {
        var branch = LabeledTree.Branch.EMPTY;
        for (int i = 0; i < 50_000; i++) {
            branch = branch.with(Label.of(Hash.sha256(Nat.encode(i))), LabeledTree.leaf("replied"));
        }
        branch.rootHash();
        byte[] asked = Label.of(Hash.sha256(Nat.encode(4_711)));

        var witness = branch.witness(List.of(List.of(asked)));

        assertThat(depth(witness)).isLessThan(40);
        assertThat(witness.rootHash()).isEqualTo(branch.rootHash());
    }

    private static byte[] shown(LabeledTree tree, List<byte[]> path) {
        return Cbor.encode(tree.witness(List.of(path)).toCbor());
    }

    private static int depth(HashTree tree) {
        return switch (tree) {
            case HashTree.Fork(var left, var right) -> 1 + Math.max(depth(left), depth(right));
            case HashTree.Labeled labeled -> 1 + depth(labeled.tree());
            case HashTree.Empty _, HashTree.Leaf _, HashTree.Pruned _ -> 1;
        };
    }

    private static LabeledTree.Branch randomBranch(Random random, int depth) {
        var branch = LabeledTree.Branch.EMPTY;
        for (int i = random.nextInt(12); i > 0; i--) {
            byte[] label = randomLabel(random);
            branch = branch.with(
                    label,
                    depth == 0 || random.nextInt(3) == 0
                            ? LabeledTree.leaf(randomLabel(random))
                            : randomBranch(random, depth - 1));
        }
        return branch;
    }

    /// A path that follows the tree for a while, sometimes leaves it, and sometimes stops early.
    private static List<byte[]> randomPath(Random random, LabeledTree.Branch tree) {
        var path = new ArrayList<byte[]>();
        LabeledTree at = tree;
        while (at instanceof LabeledTree.Branch branch && !branch.isEmpty() && random.nextInt(8) != 0) {
            var labels = new ArrayList<byte[]>();
            branch.forEach((label, _) -> labels.add(label));
            byte[] label = labels.get(random.nextInt(labels.size()));
            path.add(label);
            at = branch.get(label).orElseThrow();
        }
        while (random.nextInt(3) == 0) {
            path.add(randomLabel(random));
        }
        return path;
    }

    private static HashTree.Lookup expected(LabeledTree tree, List<byte[]> path) {
        LabeledTree at = tree;
        for (byte[] label : path) {
            if (at instanceof LabeledTree.Leaf) {
                return new HashTree.Lookup.Malformed();
            }
            var next = ((LabeledTree.Branch) at).get(label);
            if (next.isEmpty()) {
                return new HashTree.Lookup.Absent();
            }
            at = next.get();
        }
        return switch (at) {
            case LabeledTree.Leaf leaf -> new HashTree.Lookup.Found(leaf.value());
            case LabeledTree.Branch branch ->
                branch.isEmpty() ? new HashTree.Lookup.Absent() : new HashTree.Lookup.Malformed();
        };
    }

    private static String describe(HashTree.Lookup lookup) {
        return lookup instanceof HashTree.Lookup.Found(var value)
                ? "found " + HexFormat.of().formatHex(value)
                : lookup.getClass().getSimpleName();
    }

    /// Short labels over few bytes, so that prefixes and neighbours abound.
    private static byte[] randomLabel(Random random) {
        var label = new byte[random.nextInt(5)];
        for (int i = 0; i < label.length; i++) {
            label[i] = (byte) (random.nextBoolean() ? random.nextInt(3) : 0xFE + random.nextInt(2));
        }
        return label;
    }
}
