package decant.candid;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SubtypingTest {
    private static final String DEFINITIONS = """
            type List = opt record { head : int; tail : List };
            type Nats = opt record { head : nat; tail : Nats };
            type Tree = variant { leaf; node : record { Tree; Tree } };
            type Bush = variant { leaf; node : record { Bush; Bush }; bud };
            type Self = service { me : () -> (Self) query };
            type Chain = vec Chain;
            """;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            nat                            | int                              | yes
            int                            | nat                              | no
            nat8                           | nat                              | no
            nat                            | reserved                         | yes
            empty                          | text                             | yes
            reserved                       | empty                            | no
            text                           | opt text                         | yes
            text                           | opt nat                          | yes
            null                           | opt nat                          | yes
            opt nat                        | nat                              | no
            opt nat                        | null                             | no
            vec nat                        | vec int                          | yes
            vec nat                        | vec text                         | no
            blob                           | vec nat8                         | yes
            record { a : nat; b : text }   | record { a : int }               | yes
            record { a : nat }             | record { a : nat; b : opt text } | yes
            record { a : nat }             | record { a : nat; b : null }     | yes
            record { a : nat }             | record { a : nat; b : reserved } | yes
            record { a : nat }             | record { a : nat; b : text }     | no
            record { nat; text }           | record { 0 : int }               | yes
            variant { a }                  | variant { a; b }                 | yes
            variant { a; b }               | variant { a }                    | no
            variant { a : nat }            | variant { a : int; b }           | yes
            func (int) -> (nat)            | func (nat) -> (int)              | yes
            func (nat) -> ()               | func (int) -> ()                 | no
            func () -> (nat)               | func (text) -> ()                | yes
            func (text) -> ()              | func () -> ()                    | no
            func (opt text) -> ()          | func () -> ()                    | yes
            func () -> () query            | func () -> ()                    | no
            func () -> () query            | func () -> () query              | yes
            func () -> () query            | func () -> () composite_query    | no
            service { a : () -> () }       | service {}                       | yes
            service {}                     | service { a : () -> () }         | no
            service {}                     | principal                        | yes
            principal                      | service {}                       | no
            Nats                           | List                             | yes
            List                           | Nats                             | yes
            List                           | opt record { head : int }        | yes
            Tree                           | Bush                             | yes
            Bush                           | Tree                             | no
            Self                           | service { me : () -> (Self) query }        | yes
            service { me : () -> (Self) query; you : () -> () } | Self         | yes
            Chain                          | vec vec Chain                    | yes
            vec vec vec Chain              | Chain                            | yes
            """)
    void theRelationHoldsAsSpecified(String provided, String required, String answer) {
        var did = Did.parse(DEFINITIONS + "type provided = " + provided + "; type required = " + required + ";");
        assertThat(Subtyping.holds(did.type("provided"), did.type("required"))).isEqualTo(answer.equals("yes"));
    }

    @Test
    void anUnchangedInterfaceHasNoFindings() {
        assertThat(compare("service : { a : (nat) -> (text) }", "service : { a : (nat) -> (text) }"))
                .isEmpty();
    }

    @Test
    void aCompatibleUpgradeHasNoFindings() {
        assertThat(compare("service : { get : (nat) -> (record { id : int }) }", """
                        service : {
                          get : (int, opt text) -> (record { id : nat; name : text }, bool);
                          put : (text) -> ();
                        }
                        """))
                .isEmpty();
    }

    @Test
    void everyBreakIsExplainedFromTheOldClientsPointOfView() {
        var before = """
                type Account = record { owner : principal; sub : opt blob };
                type Event = variant { mint : nat; burn : nat };
                service : {
                  balance : (Account) -> (nat) query;
                  events : (from : nat) -> (vec Event) query;
                  notify : (func (record { amount : nat }) -> ()) -> ();
                  pair : () -> (nat, text);
                  status : () -> (opt variant { up; down });
                  transfer : (record { to : Account; amount : nat }) -> (variant { ok : nat; err : text });
                  withdraw : () -> ();
                };
                """;
        var after = """
                type Account = record { owner : principal; sub : opt blob; tag : text };
                type Event = variant { mint : nat; burn : nat; move : nat };
                service : {
                  balance : (Account) -> (nat);
                  events : (from : nat, limit : nat) -> (vec Event) query;
                  notify : (func (record { amount : nat; memo : text }) -> (nat)) -> ();
                  pair : () -> (int);
                  status : () -> (opt variant { up; down; degraded });
                  transfer : (record { to : Account; amount : nat64 }) -> (variant { ok : nat; err : text });
                };
                """;
        assertThat(compare(before, after)).isEqualTo("""
                error: an old client calls the method withdraw, which is no longer there \
                (before: func () -> (); after: nothing). \
                Remedy: keep the method withdraw.
                error in method balance: an old client calls the function in another way (query, update, oneway) \
                (before: func (Account) -> (nat) query; after: func (Account) -> (nat)). \
                Remedy: declare the function as before.
                error in method balance, argument 1: \
                an old client does not send the field tag, which the new version requires \
                (before: nothing; after: text). \
                Remedy: make the new field optional: tag : opt text.
                error in method events, argument 2 (limit): \
                an old client does not send argument 2, which the new version requires \
                (before: nothing; after: nat). \
                Remedy: make the new argument optional: opt nat.
                error in method events, result 1, element: \
                an old client may receive the case move, which it does not know \
                (before: nothing; after: nat). \
                Remedy: return the case move only from a new method, or make the variant optional first.
                error in method notify, argument 1, result 1: \
                an old client's function does not return result 1, which the new version requires \
                (before: nothing; after: nat). \
                Remedy: make the new result optional: opt nat.
                error in method pair, result 2: an old client requires result 2, which is no longer returned \
                (before: text; after: nothing). \
                Remedy: keep result 2.
                error in method pair, result 1: an old client receives a value that it cannot read \
                (before: nat; after: int). \
                Remedy: keep the type nat.
                warning in method status, result 1, opt: \
                an old client may receive the case degraded, which it does not know; inside an option, it reads as null \
                (before: nothing; after: null). \
                Remedy: return the case degraded only from a new method, or make the variant optional first.
                error in method transfer, argument 1, field amount: \
                an old client sends a value that the new version cannot read \
                (before: nat; after: nat64). \
                Remedy: keep the type nat.
                """);
    }

    private static String compare(String before, String after) {
        List<Finding> findings =
                Subtyping.compare(Did.parse(before).service(), Did.parse(after).service());
        return findings.stream().map(finding -> finding + "\n").collect(Collectors.joining());
    }

    @Test
    void twoLargeInterfacesAreComparedWithinABound() {
        var wide = new StringBuilder("type t0 = record { x : nat };");
        for (int i = 1; i < 400; i++) {
            wide.append("type t").append(i).append(" = record {");
            for (int j = 0; j < 40; j++) {
                wide.append("f")
                        .append(j)
                        .append(" : t")
                        .append((i * 7 + j * 13) % 400)
                        .append(';');
            }
            wide.append("};");
        }
        var before = Did.parse(wide + "service : { m : () -> (t399) }");
        var after = Did.parse(wide.toString().replace("nat", "int") + "service : { m : () -> (t398) }");
        assertThat(Subtyping.compare(before.service(), after.service()))
                .hasSizeLessThanOrEqualTo(Subtyping.FINDINGS_MAX);
    }
}
