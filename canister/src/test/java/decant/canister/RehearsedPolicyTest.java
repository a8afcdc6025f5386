package decant.canister;

import static org.assertj.core.api.Assertions.assertThat;

import decant.candid.Value;
import decant.canister.CanisterKit.Canister;
import decant.canister.GeneratedCanister.Fault;
import decant.canister.GeneratedCanister.Style;
import decant.canister.InstallRequest.Mode;
import decant.canister.InstallRequest.Persistence;
import decant.canister.state.Change;
import decant.canister.state.ErrorCode;
import decant.canister.state.Finding;
import decant.canister.state.Stage;
import decant.canister.state.UpgradePolicy;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The policy `rehearsed`: an upgrade is made only if it went well on a copy.
final class RehearsedPolicyTest {
    private static final Mode.Upgrade KEEP = new Mode.Upgrade(false, Optional.of(Persistence.KEEP));

    private final CanisterKit kit = new CanisterKit();

    @AfterEach
    void close() {
        kit.close();
    }

    @Test
    void anUpgradeThatIsSafeIsMade() {
        var counter = counter();
        var outcome = counter.deployWith(KEEP, ExampleCanister.wasm("counter/v2"), ExampleCanister.candid("()"))
                .expectInstalled()
                .outcome();
        assertThat(outcome.instructionsUsed())
                .as("the rehearsal counts for the round")
                .isGreaterThan(2 * outcome.report().usage().instructionsUsed());
    }

    @Test
    void aVersionThatCouldNeverBeLeftAgainIsRejectedWithTheReason() {
        var counter = counter();
        var content = counter.contentHash();
        var report = counter.deployWith(KEEP, ExampleCanister.wasm("counter/v2-stuck"), ExampleCanister.candid("()"))
                .expectRejected(Stage.CHECK, ErrorCode.CANISTER_REJECTED_MESSAGE, "tried on a copy, is unsafe")
                .expectRejected(Stage.CHECK, ErrorCode.CANISTER_REJECTED_MESSAGE, "next.rejected in stage pre_upgrade")
                .expectRejected(Stage.CHECK, ErrorCode.CANISTER_REJECTED_MESSAGE, "v2-stuck.mo:5")
                .report();
        assertThat(report.findings()).extracting(Finding::code).containsExactly("next.rejected");
        assertThat(report.usage().instructions().keySet()).containsExactly(Stage.CHECK);
        assertThat(counter.contentHash()).isEqualTo(content);
        counter.call("inc", ExampleCanister.candid("()")).reply();
    }

    @Test
    void aDryRunIsRejectedAsTheUpgradeWouldBe() {
        var request = new InstallRequest(
                        KEEP,
                        ExampleCanister.wasm("counter/v2-stuck"),
                        ExampleCanister.candid("()"),
                        new Change.Origin.FromUser(CanisterKit.CONTROLLER))
                .tried();
        counter()
                .deploy(request)
                .expectRejected(Stage.CHECK, ErrorCode.CANISTER_REJECTED_MESSAGE, "tried on a copy, is unsafe");
    }

    @Test
    void findingsKeepAnUpgradeFromBeingMadeUntilEachIsAcknowledged() {
        var old = new GeneratedCanister(Style.HOOKS, 3, Set.of(), Set.of());
        var canister = kit.create();
        canister.deployWith(new Mode.Install(), old.module(), ExampleCanister.candid("()"))
                .expectInstalled();
        canister.call("bump", ExampleCanister.candid("()")).reply();
        canister.settings(settings -> settings.upgradePolicy = UpgradePolicy.REHEARSED);
        var doubling = old.with(Fault.NUMBERS_DOUBLED).module();
        var upgrade = new Mode.Upgrade(false, Optional.empty());
        canister.deployWith(upgrade, doubling, ExampleCanister.candid("()"))
                .expectRejected(Stage.CHECK, ErrorCode.CANISTER_REJECTED_MESSAGE, "tried on a copy, is unsafe");
        var some = upgrade.withAcknowledgedFindings(List.of("probes.changed v0", "probes.changed v1", "next.changed"));
        canister.deployWith(some, doubling, ExampleCanister.candid("()"))
                .expectRejected(Stage.CHECK, ErrorCode.CANISTER_REJECTED_MESSAGE, "findings that speak against it: 1");
        var all = upgrade.withAcknowledgedFindings(List.of("probes.changed", "next.changed"));
        canister.deployWith(all, doubling, ExampleCanister.candid("()")).expectInstalled();
    }

    @Test
    void anInstallationThroughTheManagementCanisterIsStoppedTheSameWay() {
        var counter = counter();
        var argument = Value.record()
                .with(
                        "mode",
                        Value.variant(
                                "upgrade",
                                Value.some(Value.record()
                                        .with("wasm_memory_persistence", Value.some(Value.variant("keep"))))))
                .with("canister_id", Value.principal(counter.id()))
                .with("wasm_module", Value.blob(ExampleCanister.wasm("counter/v2-stuck")))
                .with("arg", Value.blob(ExampleCanister.candid("()")));
        kit.manage(CanisterKit.CONTROLLER, "install_code", argument)
                .expectReject(ErrorCode.CANISTER_REJECTED_MESSAGE, "tried on a copy, is unsafe");
    }

    private Canister counter() {
        var counter = kit.create();
        counter.deployWith(new Mode.Install(), ExampleCanister.wasm("counter/v1"), ExampleCanister.candid("()"))
                .expectInstalled();
        counter.call("add", ExampleCanister.candid("(41 : nat)"));
        return counter.settings(settings -> settings.upgradePolicy = UpgradePolicy.REHEARSED);
    }
}
