package decant.motoko;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class StableSignatureTest {
    @Test
    void aSignatureIsPrintedInTheCompilersForm() {
        var text = """
                // Version: 3.0.0
                type Tree__42<K, V <: Any> = {#leaf; #node : (Tree__42<K, V>, K, V)};
                actor ({in var old : Tree__42<Text, Nat>; stable f : shared query (who : Principal) -> async ?Text},
                       {stable weakly : ?weak {var n : Nat}; stable a : actor {ping(n : Nat) : async (); o : Nat -> ()}})""";
        assertThat(StableSignature.parse(text)).hasToString("""
                // Version: 3.0.0
                type Tree__42<K, V> = {#leaf; #node : (Tree__42<K, V>, K, V)};
                actor ({
                  stable f : shared query (who : Principal) -> async ?Text;
                  in var old : Tree__42<Text, Nat>
                }, {
                  stable a : actor {o : shared Nat -> (); ping : shared (n : Nat) -> async ()};
                  stable weakly : ?weak {var n : Nat}
                });
                """);
    }

    @Test
    void aChainOfMigrationsIsPrintedInTheCompilersForm() {
        var text = """
                // Version: 4.0.0
                {
                  "20260101_Init" : {} -> {a : Nat; b : Text};
                  "20260201_Next" : (old : {a : Nat}) -> {a : Int; c : [Nat]}
                }
                actor {
                  stable var a : Int;
                  stable var b : Text;
                  stable c : [Nat]
                };
                """;
        assertThat(StableSignature.parse(text)).hasToString(text);
        assertThat(StableSignature.parse(text).variableNames()).containsExactly("a", "b", "c");
    }

    @Test
    void whatIsPrintedMeansWhatWasRead() {
        var pairs = List.of(SignaturePair.written(), SignaturePair.ofExamples(), SignatureGenerator.pairs(7, 200));
        for (var pair : pairs.stream().flatMap(List::stream).toList()) {
            StableSignature read;
            try {
                read = StableSignature.parse(pair.before());
            } catch (StableSignatureException _) {
                continue;
            }
            var printed = read.toString();
            var again = StableSignature.parse(printed);
            assertThat(again).hasToString(printed);
            boolean replacesItself = isCompatible(read, read);
            assertThat(isCompatible(read, again)).as(printed).isEqualTo(replacesItself);
            assertThat(isCompatible(again, read)).as(printed).isEqualTo(replacesItself);
        }
    }

    private static boolean isCompatible(StableSignature before, StableSignature after) {
        return StableCompatibility.compare(before, after, Set.of()).isEmpty();
    }

    @Test
    void whatIsWrongIsSaidWithItsPlace() {
        assertThatThrownBy(() -> StableSignature.parse("actor {\n  stable x : Natt\n};"))
                .isInstanceOf(StableSignatureException.class)
                .hasMessage("line 2, column 14: the type Natt is not defined");
        assertThatThrownBy(() -> StableSignature.parse("type A<T> = ?T; actor {stable x : A}"))
                .hasMessage("line 1, column 35: the type A takes 1 arguments, found 0");
        assertThatThrownBy(() -> StableSignature.parse("actor {stable x : [Nat}"))
                .hasMessage("line 1, column 23: expected `]`, found `}`");
        assertThatThrownBy(() -> StableSignature.parse("actor {stable x : Nat"))
                .hasMessage("line 1, column 22: expected `}`, found the end");
        assertThatThrownBy(() -> StableSignature.parse("actor {stable x : {f : Nat -> Nat}}"))
                .hasMessage("the variable x cannot be stable: the type Nat -> Nat cannot be kept over an upgrade");
    }

    @Test
    void aHostileTextIsRefusedInShortTime() {
        assertThatThrownBy(() -> StableSignature.parse("actor {stable x : " + "?".repeat(100_000) + "Nat}"))
                .hasMessageContaining("nested more than 200 levels deep");
        assertThatThrownBy(() -> StableSignature.parse("actor {stable x : " + "(".repeat(100_000)))
                .hasMessageContaining("nested more than 200 levels deep");
        assertThatThrownBy(() -> StableSignature.parse("actor {stable x : " + "async ".repeat(100_000) + "Nat}"))
                .hasMessageContaining("nested more than 200 levels deep");
        var doubling = IntStream.range(0, 60)
                .mapToObj(i -> "type D" + i + "<T> = D" + (i + 1) + "<(T, T)>;")
                .collect(Collectors.joining("", "", "type D60<T> = T;"));
        assertThatThrownBy(() -> StableSignature.parse(doubling + "actor {stable x : D0<Nat>}"))
                .isInstanceOf(StableSignatureException.class);
        var growing = "type G<T> = {#z; #s : G<?T>}; actor {stable x : G<Nat>}";
        assertThatThrownBy(() -> StableSignature.parse(growing)).isInstanceOf(StableSignatureException.class);
        var chain = IntStream.range(0, 5_000)
                .mapToObj(i -> "type C" + i + " = {a : C" + (i + 1) + "};")
                .collect(Collectors.joining("", "", "type C5000 = Nat;"));
        assertThat(StableSignature.parse(chain + "actor {stable x : C0}").variableNames())
                .containsExactly("x");
    }
}
