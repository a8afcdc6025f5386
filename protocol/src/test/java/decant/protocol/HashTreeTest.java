package decant.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HashTreeTest {
    /// The example of the interface specification, "Certification".
    private static final String SPECIFICATION_EXAMPLE = "8301830183024161830183018302417882034568656c6c6f810083024179"
            + "820345776f726c6483024162820344676f6f648301830241638100830241648203476d6f726e696e67";

    private static HashTree decode(String hex) {
        return HashTree.decode(HexFormat.of().parseHex(hex));
    }

    @Test
    void theRootHashIsThatOfTheSpecification() {
        var tree = decode(SPECIFICATION_EXAMPLE);

        assertThat(tree.rootHash().hex()).isEqualTo("eb5c5b2195e62d996b84c9bcc8259d19a83786a2f59e0878cec84c811f669aa0");
        assertThat(HexFormat.of().formatHex(Cbor.encode(tree.toCbor()))).isEqualTo(SPECIFICATION_EXAMPLE);
    }

    @Test
    void lookupsInTheExampleAnswerAsTheSpecificationSays() {
        var tree = decode(SPECIFICATION_EXAMPLE);

        assertThat(found(tree, "a", "x")).isEqualTo("hello");
        assertThat(found(tree, "d")).isEqualTo("morning");
        assertThat(tree.lookup("a", "0")).isInstanceOf(HashTree.Lookup.Absent.class);
        assertThat(tree.lookup("aa")).isInstanceOf(HashTree.Lookup.Absent.class);
        assertThat(tree.lookup("c")).isInstanceOf(HashTree.Lookup.Absent.class);
        assertThat(tree.lookup("c", "x")).isInstanceOf(HashTree.Lookup.Absent.class);
        assertThat(tree.lookup("e")).isInstanceOf(HashTree.Lookup.Absent.class);
        assertThat(tree.lookup("a")).isInstanceOf(HashTree.Lookup.Malformed.class);
        assertThat(tree.lookup("b", "x")).isInstanceOf(HashTree.Lookup.Malformed.class);
        assertThat(tree.lookup()).isInstanceOf(HashTree.Lookup.Malformed.class);
    }

    @Test
    void aLookupNextToAPrunedPartIsUnknown() {
        var whole = (HashTree.Fork) decode(SPECIFICATION_EXAMPLE);
        var pruned = new HashTree.Fork(
                whole.left(), new HashTree.Pruned(whole.right().rootHash()));

        assertThat(pruned.rootHash()).isEqualTo(whole.rootHash());
        assertThat(found(pruned, "b")).isEqualTo("good");
        assertThat(pruned.lookup("aa")).isInstanceOf(HashTree.Lookup.Absent.class);
        assertThat(pruned.lookup("c")).isInstanceOf(HashTree.Lookup.Unknown.class);
        assertThat(pruned.lookup("e")).isInstanceOf(HashTree.Lookup.Unknown.class);
        assertThat(new HashTree.Pruned(whole.rootHash()).lookup("a")).isInstanceOf(HashTree.Lookup.Unknown.class);
        assertThatThrownBy(() -> pruned.subtree(Label.path("d")))
                .isInstanceOf(ProtocolException.class)
                .hasMessage("the tree does not reveal the path /\"d\"");
    }

    @Test
    void theChildrenOfASubtreeAreItsLabelsInOrder() {
        var children = decode(SPECIFICATION_EXAMPLE).children();

        assertThat(children.stream().map(child -> Label.text(child.label()))).isEqualTo(List.of("a", "b", "c", "d"));
        assertThat(decode(SPECIFICATION_EXAMPLE).subtree(Label.path("z"))).isEqualTo(new HashTree.Empty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "830183024162810083024161 8100 | labels of a hash tree must increase, but \"a\" follows \"b\"",
                "830183024161810083024161 8100 | labels of a hash tree must increase, but \"a\" follows \"a\"",
                "8301820341008302 4161 8100 | a hash tree has a value beside other nodes",
                "80 | a hash tree is a non-empty array, found an array",
                "8105 | a hash tree node starts with its kind, a number from 0 to 4",
                "8201 00 | a hash tree node of kind 1 is an array of 3 items, found 2",
                "820400 | a label or value of a hash tree is a byte string, found a natural number",
                "82044100 | a pruned hash has 32 bytes, found 1"
            })
    void anIllFormedTreeIsRefused(String hex, String message) {
        assertThatThrownBy(() -> decode(hex.replace(" ", "")))
                .isInstanceOf(ProtocolException.class)
                .hasMessage(message);
    }

    private static String found(HashTree tree, String... path) {
        return switch (tree.lookup(path)) {
            case HashTree.Lookup.Found(var value) -> new String(value, StandardCharsets.UTF_8);
            case HashTree.Lookup other -> other.toString();
        };
    }
}
