package decant.canister;

import static org.assertj.core.api.Assertions.assertThat;

import decant.canister.InstallRequest.Mode;
import decant.canister.InstallRequest.Persistence;
import decant.canister.Rehearsals.Rehearsed;
import decant.canister.rehearsal.RehearsalPlan;
import decant.canister.rehearsal.Verdict;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// The failures of upgrades of [UpgradeCasesTest], known before they happen.
///
/// Where a version will fail only when it is left, it is shown both as what is installed and as what is about to be.
final class RehearsalCasesTest {
    private final CanisterKit kit = new CanisterKit();

    @AfterEach
    void close() {
        kit.close();
    }

    private ExampleCanister install(String module) {
        return ExampleCanister.install(kit, module);
    }

    private ExampleCanister register(String variant, int members) {
        var register = install("register/" + variant);
        register.update("join", "(" + members + " : nat64)");
        return register;
    }

    private static Rehearsals rehearse(ExampleCanister canister, String module) {
        return Rehearsals.of(canister.inKit()).example(module);
    }

    private static void expect(Rehearsed rehearsed, String code, String path, String found, String remedy) {
        var finding = rehearsed.finding(code);
        assertThat(finding.path()).contains(path);
        assertThat(finding.found()).contains(found);
        assertThat(finding.remedy()).contains(remedy);
    }

    @Test
    @DisplayName("C1: 51 GiB of stable memory, and a pre_upgrade that uses the 32-bit calls")
    void c1() {
        var vault = install("vault/v1");
        vault.update("fill", "(51 : nat64)");
        var stuck = rehearse(vault, "vault/v2").run().expectUnsafe("install.rejected");
        expect(stuck, "install.rejected", "pre_upgrade", "32 bit stable memory api", "stable-memory-32-bit");

        var other = install("vault/v2");
        other.update("fill", "(51 : nat64)");
        var coming = rehearse(other, "vault/v1").run().expectUnsafe("install.rejected");
        expect(coming, "install.rejected", "post_upgrade", "32 bit stable memory api", "stable-memory-32-bit");
    }

    @Test
    @DisplayName("C2: pre_upgrade calls another canister")
    void c2() {
        var stuck = rehearse(register("calls", 300), "register/sound").run().expectUnsafe("install.rejected");
        expect(stuck, "install.rejected", "pre_upgrade", "ic0_call_new", "call-in-hook");
        var coming = rehearse(register("sound", 300), "register/calls").run().expectUnsafe("next.rejected");
        expect(coming, "next.rejected", "pre_upgrade", "ic0_call_new", "call-in-hook");
    }

    @Test
    @DisplayName("C3: the layout is taken from the module instead of from the memory; the second upgrade loses data")
    void c3() {
        var coming = rehearse(register("narrow", 1_000), "register/fixed")
                .run()
                .expectUnsafe("next.changed", "next.changed");
        expect(coming, "next.changed", "digest", "", "mend the new version");
    }

    @Test
    @DisplayName("C4: two lists in stable memory have changed places")
    void c4() {
        var coming = rehearse(register("sound", 1_000), "register/swapped")
                .run()
                .expectUnsafe("probes.lost", "probes.changed", "next.changed", "next.lost");
        expect(coming, "probes.changed", "total", "1_500_500", "mend the new version");
    }

    @Test
    @DisplayName("C5: the answer to a call that was open during the upgrade lands in another function")
    void c5() {
        var shop = register("sound", 10);
        var supplier = register("sound", 1);
        shop.inKit().submit(CanisterKit.CONTROLLER, "order", ExampleCanister.candid(supplier.principal()));
        shop.inKit().executeNext();
        var coming = rehearse(shop, "register/reordered").run().expectUnsafe("open-calls.code-changed");
        assertThat(coming.finding("open-calls.code-changed").remedy()).startsWith("stop the canister");

        kit.drain();
        rehearse(shop, "register/reordered").run().expectSafe();
    }

    @Test
    @DisplayName("C6: what pre_upgrade costs grows with the users, until it is too much")
    void c6() {
        kit.with(limits -> limits.withInstallInstructionsMax(25_000_000));
        var register = register("byte-by-byte", 70_000);
        var stuck = rehearse(register, "register/sound")
                .with(_ -> RehearsalPlan.asked(kit.env().limits()))
                .run()
                .expectUnsafe("install.rejected");
        expect(stuck, "install.rejected", "pre_upgrade", "25000000 instructions", "instruction-limit");

        var coming = rehearse(register("sound", 70_000), "register/byte-by-byte")
                .with(_ -> RehearsalPlan.asked(kit.env().limits()))
                .run()
                .expectUnsafe("next.rejected");
        expect(coming, "next.rejected", "pre_upgrade", "25000000 instructions", "instruction-limit");
    }

    @Test
    @DisplayName("C7: the serialiser needs more heap than is left")
    void c7() {
        var stuck = rehearse(register("copies", 70_000), "register/sound").run().expectUnsafe("install.rejected");
        expect(stuck, "install.rejected", "pre_upgrade", "no room for a copy", "heap-exhausted");
        var coming =
                rehearse(register("sound", 70_000), "register/copies").run().expectUnsafe("next.rejected");
        expect(coming, "next.rejected", "pre_upgrade", "no room for a copy", "heap-exhausted");
    }

    @Test
    @DisplayName("C8: a canister that keeps its data in the heap is upgraded with replace")
    void c8() {
        var counter = install("counter/v1");
        counter.update("add", "(42 : nat)");
        var coming = rehearse(counter, "counter/v2")
                .mode(new Mode.Upgrade(false, Optional.of(Persistence.REPLACE)))
                .run()
                .expectUnsafe("heap.dropped", "probes.lost");
        expect(coming, "probes.lost", "get", "0 : nat", "");
        expect(coming, "heap.dropped", "wasm_memory_persistence", "replace", "opt variant { keep }");
    }

    @Test
    @DisplayName("C9: the new version no longer has a stable field")
    void c9() {
        var counter = install("counter/v2");
        counter.update("add", "(42 : nat)");
        var coming = rehearse(counter, "counter/v1")
                .keeping()
                .run()
                .expectUnsafe(
                        "interface.breaks-clients",
                        "interface.breaks-clients",
                        "stable-variables.variable-dropped",
                        "stable-variables.variable-dropped",
                        "install.rejected");
        expect(coming, "stable-variables.variable-dropped", "highest", "", "acknowledge that `highest`");
        expect(coming, "install.rejected", "post_upgrade", "Memory-incompatible", "stable-types-incompatible");

        var counters = install("counter-classic/v2");
        counters.update("add", "(\"a\", 70_000 : nat)");
        var classic = rehearse(counters, "counter-classic/v1").run();
        expect(classic, "stable-variables.variable-dropped", "savedWide", "", "acknowledge that `savedWide`");
        expect(classic, "probes.lost", "total", "0 : nat", "");
    }

    @Test
    @DisplayName("C10: post_upgrade decodes with the wrong type")
    void c10() {
        var chat = ExampleCanister.install(kit, "chat/chat", "(\"Alice\")");
        var argument = rehearse(chat, "chat/chat")
                .keeping()
                .argumentText("(42 : nat)")
                .run()
                .expectUnsafe("argument.does-not-fit", "install.rejected");
        expect(argument, "argument.does-not-fit", "", "42", "(text)");
        expect(argument, "install.rejected", "post_upgrade", "IDL error", "argument-type");

        var counter = install("counter/v1");
        var retyped = rehearse(counter, "counter/v2-retyped").keeping().run();
        expect(retyped, "stable-variables.type-changed", "count", "", "");
        expect(retyped, "install.rejected", "post_upgrade", "Memory-incompatible", "write a migration");
    }

    @Test
    @DisplayName("C11: the new version installs, but its own pre_upgrade traps, so it could never be left")
    void c11() {
        var coming = rehearse(register("sound", 10), "register/asserts").run().expectUnsafe("next.rejected");
        expect(coming, "next.rejected", "pre_upgrade", "nobody has joined yet", "");
        rehearse(install("counter/v1"), "counter/v2-stuck").keeping().run().expectUnsafe("next.rejected");
    }

    @Test
    @DisplayName(
            "C12: an upgrade that is cut off; a rehearsal that is cut off leaves nothing, and is never called safe")
    void c12() {
        var register = register("sound", 10);
        int steps = 0;
        for (boolean wasCut = true; wasCut; steps += 5) {
            var rehearsed =
                    rehearse(register, "register/sound").endingAfter(steps).run();
            wasCut = rehearsed.report().verdict() != Verdict.SAFE;
            if (wasCut) {
                assertThat(rehearsed.finding("rehearsal.cut").found()).isEqualTo("the time that it had");
            }
        }
        assertThat(steps).isGreaterThan(25);
        assertThat(register.query("count")).isEqualTo("(10 : nat64)");
        register.upgrade("register/sound").expectInstalled();
    }

    @Test
    @DisplayName("C13: post_upgrade makes stable memory larger, writes into it, and then traps")
    void c13() {
        var register = register("sound", 1_000);
        register.upgrade("register/sound").expectInstalled();
        var coming = rehearse(register, "register/grows").run().expectUnsafe("install.rejected");
        expect(coming, "install.rejected", "post_upgrade", "index of the members", "");
    }

    @Test
    @DisplayName("C14: a reinstallation by mistake")
    void c14() {
        var notes = install("notes/notes");
        notes.update("add", "(\"irreplaceable\")");
        var coming =
                rehearse(notes, "notes/notes").mode(new Mode.Reinstall()).run().expectUnsafe("install.wipes");
        expect(coming, "install.wipes", "mode", "reinstall", "upgrade instead");
        rehearse(notes, "notes/notes").run().expectSafe();
    }

    @Test
    @DisplayName("C15: a deployment was interrupted, and left the canister stopped")
    void c15() {
        var register = register("sound", 10);
        register.manage("stop_canister");
        var found = rehearse(register, "register/sound").run().expectSafe();
        expect(found, "canister.not-running", "status", "not running", "start it afterwards");
    }
}
