package decant.motoko;

import static org.assertj.core.api.Assertions.assertThat;

import decant.motoko.StableFinding.Kind;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class StableCompatibilityTest {
    @Test
    void aChangedTypeIsExplainedWhereItIs() {
        assertThat(
                        compare(
                                "type User__1 = {name : Text; age : Nat8}; actor {stable var users : [(Principal, User__1)]};",
                                "type User__2 = {name : Text; age : Nat16}; actor {stable var users : [(Principal, User__2)]};"))
                .hasToString(
                        "[error in stable variable users, element, position 2, field age: the data kept is of another"
                                + " type, so the upgrade fails (before: Nat8; after: Nat16). Remedy: keep the type Nat8, or convert"
                                + " the data in a migration function.]");
    }

    @Test
    void aDroppedVariableSaysWhatItMayBeCalledNow() {
        var finding = compare("actor {stable total : Nat};", "actor {stable sum : Nat};")
                .getFirst();
        assertThat(finding.kind()).isEqualTo(Kind.VARIABLE_DROPPED);
        assertThat(finding.consequence()).isEqualTo("everything in total is dropped");
        assertThat(finding.remedy())
                .isEqualTo("if it is now called sum, move the data in a migration function; else declare"
                        + " `stable total : Nat` again, or drop it in a migration function");
        assertThat(finding.drop()).contains("total");
    }

    @Test
    void anAcknowledgedLossIsAWarning() {
        var before = "actor {stable users : [{name : Text; email : Text}]; stable log : [Text]};";
        var after = "actor {stable users : [{name : Text}]};";
        assertThat(compare(before, after)).extracting(StableFinding::isError).containsExactly(true, true);
        assertThat(compare(before, after))
                .extracting(StableFinding::drop)
                .containsExactly(Optional.of("log"), Optional.of("users.email"));
        assertThat(compare(before, after, "log"))
                .extracting(StableFinding::isError)
                .containsExactly(false, true);
        assertThat(compare(before, after, "log", "users.email"))
                .extracting(StableFinding::isError)
                .containsExactly(false, false);
        assertThat(compare(before, after, "users", "email")).allMatch(StableFinding::isError);
    }

    @Test
    void anAcknowledgedLossDoesNotHideAnother() {
        var before = "type P = {n : Nat; m : Nat}; actor {stable a : {x : P; y : [P]; z : ?Nat}; stable b : P};";
        var after = "type P = {n : Nat}; actor {stable a : {x : P; y : [P]; z : ?Any}; stable b : P};";
        assertThat(compare(before, after, "a.m"))
                .filteredOn(StableFinding::isError)
                .extracting(StableFinding::drop)
                .containsExactly(Optional.of("a.z"), Optional.of("b.m"));
    }

    @Test
    void aLossInsideAMutablePlaceCannotBeAcknowledged() {
        var finding = compare(
                        "actor {stable a : [var {x : Nat; y : Nat}]};", "actor {stable a : [var {x : Nat}]};", "a.y")
                .getFirst();
        assertThat(finding.isError()).isTrue();
        assertThat(finding.drop()).isEmpty();
        assertThat(finding.consequence())
                .isEqualTo(
                        "the field y of every record kept is dropped, and where data can be changed its type must stay"
                                + " the same, so the upgrade fails");
    }

    @Test
    void everyPlaceThatDisagreesIsFound() {
        var findings = compare(
                "actor {stable x : {a : Nat; b : {#t; #u}; c : (Nat, Nat)}; stable y : Text};",
                "actor {stable x : {a : Text; b : {#t}; c : (Nat, Nat, Nat)}; stable y : Blob};");
        assertThat(findings)
                .extracting(StableFinding::path)
                .containsExactly(
                        "stable variable x, field a",
                        "stable variable x, field b",
                        "stable variable x, field c",
                        "stable variable y");
    }

    @Test
    void aMigrationThatLacksAVariableSaysSo() {
        assertThat(compare("actor {};", "actor ({in x : Nat}, {});"))
                .hasToString(
                        "[error in stable variable x: the migration function needs x, which the old version does not"
                                + " have, so the upgrade fails (before: nothing; after: Nat). Remedy: do not take x from the old"
                                + " version.]");
    }

    @Test
    void anAbandonedChainIsSaidBesideWhatElseIsWrong() {
        assertThat(compare("{\"1\" : {} -> {x : Nat}} actor {stable x : Nat};", "actor {};"))
                .extracting(StableFinding::kind)
                .containsExactly(Kind.CHAIN_ABANDONED, Kind.VARIABLE_DROPPED);
    }

    @Test
    void aFunctionKeptInTheDataIsExplainedFromTheCallersSide() {
        assertThat(compare(
                        "actor {stable a : actor {f : {#x} -> async ()}};",
                        "actor {stable a : actor {f : {#x; #y} -> async ()}};"))
                .hasToString(
                        "[error in stable variable a, method f, argument 1: the new version may call a function kept"
                                + " in the data with something that it does not take (before: nothing; after: #y : ())."
                                + " Remedy: leave the tag #y out, or convert the data in a migration function.]");
    }

    @Test
    void findingsStopWhereNobodyReadsOn() {
        var before = new StringBuilder("actor {");
        for (int i = 0; i < 300; i++) {
            before.append("stable x").append(i).append(" : Nat;");
        }
        assertThat(compare(before + "}", "actor {}")).hasSize(StableCompatibility.FINDINGS_MAX);
    }

    private static List<StableFinding> compare(String before, String after, String... drops) {
        return StableCompatibility.compare(StableSignature.parse(before), StableSignature.parse(after), Set.of(drops));
    }
}
