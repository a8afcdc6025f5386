package decant.candid;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

final class DidTest {
    @Test
    void theManagementCanistersInterfaceIsReadAndPrintedTheSame() throws Exception {
        var file = Path.of(System.getProperty("decant.shared", ""), "reference", "ic.did");
        Assumptions.assumeTrue(Files.exists(file), "the management canister's interface is not at " + file);
        var did = Did.parse(Files.readString(file));
        assertThat(did.service().methods()).hasSizeGreaterThan(40);
        assertThat(did.method("canister_status").orElseThrow().isQuery()).isTrue();
        assertThat(did.method("install_code").orElseThrow().argumentTypes()).hasToString("[install_code_args]");
        var printed = did.toString();
        assertThat(Did.parse(printed)).hasToString(printed);
        assertThat(Subtyping.compare(did.service(), Did.parse(printed).service()))
                .isEmpty();
        System.out.println("ic.did: " + did.scope().definitions().size() + " types, "
                + did.service().methods().size() + " methods");
    }

    @Test
    void whatTheMotokoCompilerWritesIsReadAndPrintedTheSame() throws Exception {
        var examples = Path.of(System.getProperty("decant.root", ""), "examples");
        Assumptions.assumeTrue(Files.isDirectory(examples), "the examples are not at " + examples);
        try (var files = Files.walk(examples)) {
            var interfaces = files.filter(file -> file.toString().endsWith(".did"))
                    .sorted()
                    .toList();
            assertThat(interfaces).isNotEmpty();
            for (var file : interfaces) {
                var did = Did.parse(Files.readString(file));
                var printed = did.toString();
                assertThat(Did.parse(printed)).as(file.toString()).hasToString(printed);
                assertThat(did.service().methods()).as(file.toString()).isNotEmpty();
            }
        }
    }

    @Test
    void theSecondVersionOfEachExampleStillServesTheClientsOfItsFirst() throws Exception {
        var examples = Path.of(System.getProperty("decant.root", ""), "examples");
        Assumptions.assumeTrue(Files.isDirectory(examples), "the examples are not at " + examples);
        for (var example : List.of("counter", "counter-classic", "ledger")) {
            var before = Did.parse(Files.readString(examples.resolve(example).resolve("v1.did")));
            var after = Did.parse(Files.readString(examples.resolve(example).resolve("v2.did")));
            assertThat(Subtyping.compare(before.service(), after.service()))
                    .as(example)
                    .isEmpty();
        }
    }

    @Test
    void aServiceMayTakeArgumentsWhenItIsInstalled() {
        var did = Did.parse(
                "type t = record { int }; service counter : (start : t, opt nat) -> { get : () -> (nat) query };");
        assertThat(did.initTypes()).hasToString("[t, opt nat]");
        assertThat(did).hasToString("""
                type t = record { int };
                service counter : (start : t, opt nat) -> { get : () -> (nat) query }
                """);
    }

    @Test
    void aServiceAndItsMethodsMayBeGivenByName() {
        var did = Did.parse("""
                type handler = func (text) -> () oneway;
                type s = service { on : handler; "two words" : () -> () };
                service : s
                """);
        assertThat(did.method("on").orElseThrow().annotations()).containsExactly(Type.Annotation.ONEWAY);
        assertThat(did.method("two words")).isPresent();
        assertThat(did.method("off")).isEmpty();
    }

    @Test
    void definitionsAloneAreAnInterfaceWithoutMethods() {
        var did = Did.parse("type a = opt b; type b = vec a");
        assertThat(did.actor()).isEmpty();
        assertThat(did.service().methods()).isEmpty();
        assertThat(did.type("a").unfold()).hasToString("opt b");
    }

    @Test
    void longTypesAreBrokenIntoLines() {
        var did = Did.parse("type account = record { owner : principal; subaccount : opt blob; created_at : nat64; "
                + "kind : variant { user; canister : record { id : principal; version : nat64; name : opt text } } };");
        assertThat(did).hasToString("""
                type account = record {
                  owner : principal;
                  kind : variant {
                    user;
                    canister : record { id : principal; name : opt text; version : nat64 };
                  };
                  subaccount : opt blob;
                  created_at : nat64;
                };
                """);
    }

    @Test
    void commentsNestAndNumbersMayBeHexadecimal() {
        var did = Did.parse("""
                /* outer /* inner */ still a comment */
                type a = record { 0x10 : nat; text; "opt" : bool }; // and this one
                """);
        assertThat(did.type("a").unfold()).hasToString("record { 16 : nat; 17 : text; \"opt\" : bool }");
    }
}
