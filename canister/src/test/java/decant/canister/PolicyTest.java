package decant.canister;

import static decant.canister.Script.script;
import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Quota;
import decant.candid.Value;
import decant.canister.CanisterKit.Canister;
import decant.canister.CanisterKit.Result;
import decant.canister.InstallRequest.Mode;
import decant.canister.InstallRequest.Persistence;
import decant.canister.state.Change;
import decant.canister.state.Charter;
import decant.canister.state.Chronicle.Event;
import decant.canister.state.CostSchedule;
import decant.canister.state.ErrorCode;
import decant.canister.state.Finding;
import decant.canister.state.Stage;
import decant.canister.state.UpgradePolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The upgrade policy of a canister is a gate that cannot be waved through.
final class PolicyTest {
    private static final Principal OPERATOR = Principal.of(new byte[] {5, 5, 5});
    private static final Principal CONTROLLER = CanisterKit.CONTROLLER;
    private static final byte[] PUPPET = WasmFiles.wasm("puppet");
    private static final Mode.Upgrade UPGRADE = new Mode.Upgrade(false, Optional.empty());

    private final CanisterKit kit = new CanisterKit();

    @AfterEach
    void close() {
        kit.close();
    }

    private void operated(UpgradePolicy defaultPolicy) {
        kit.subnet(
                kit.subnet().withCharter(new Charter(defaultPolicy, Optional.of(OPERATOR), false, CostSchedule.FREE)));
    }

    private Canister puppet(UpgradePolicy policy) {
        return kit.puppet().settings(draft -> draft.upgradePolicy = policy);
    }

    private static Value.Record about(Canister canister) {
        return Value.record().with("canister_id", Value.principal(canister.id()));
    }

    private Result tighten(Canister canister, String policy) {
        return kit.manage(
                CONTROLLER,
                "update_settings",
                about(canister)
                        .with("settings", Value.record().with("upgrade_policy", Value.some(Value.variant(policy)))));
    }

    private Result set(Principal sender, Canister canister, String policy) {
        return kit.manage(sender, "decant_set_upgrade_policy", about(canister).with("policy", Value.variant(policy)));
    }

    private static UpgradePolicy policyOf(Canister canister) {
        return canister.state().settings().upgradePolicy();
    }

    private static byte[] withInterface(String candid) {
        return WasmFiles.withCustomSection(
                PUPPET, "icp:public candid:service", candid.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aNewCanisterHasThePolicyOfTheNode() {
        operated(UpgradePolicy.CHECKED);
        var reply = kit.manage(CONTROLLER, "provisional_create_canister_with_cycles", Value.record());
        var id = Candid.decode(reply.reply(), Quota.DEFAULT)
                .getFirst()
                .field("canister_id")
                .toPrincipal();
        assertThat(kit.subnet().canister(id).orElseThrow().settings().upgradePolicy())
                .isEqualTo(UpgradePolicy.CHECKED);
        kit.manage(
                        CONTROLLER,
                        "provisional_create_canister_with_cycles",
                        Value.record()
                                .with(
                                        "settings",
                                        Value.some(Value.record()
                                                .with("upgrade_policy", Value.some(Value.variant("open"))))))
                .expectReject(ErrorCode.CANISTER_REJECTED_MESSAGE, "can only be tightened");
    }

    @Test
    void controllersOnlyTightenIt() {
        var canister = kit.puppet();
        tighten(canister, "rehearsed").reply();
        assertThat(policyOf(canister)).isEqualTo(UpgradePolicy.REHEARSED);
        tighten(canister, "checked")
                .expectReject(
                        ErrorCode.CANISTER_REJECTED_MESSAGE,
                        "The upgrade policy is rehearsed and can only be tightened by controllers, not loosened to"
                                + " checked. The operator of this node can do that, with decant_set_upgrade_policy.");
        tighten(canister, "rehearsed").reply();
        var entries = kit.subnet().chronicle(canister.id()).entries();
        assertThat(entries).hasSize(1);
        assertThat(entries.getFirst().event())
                .isEqualTo(new Event.PolicyChange(UpgradePolicy.OPEN, UpgradePolicy.REHEARSED, false));
    }

    @Test
    void theOperatorLoosensItAndLeavesAnEntry() {
        operated(UpgradePolicy.OPEN);
        var canister = puppet(UpgradePolicy.IMMUTABLE);
        set(CONTROLLER, canister, "open")
                .expectReject(ErrorCode.CANISTER_INVALID_CONTROLLER, "Only the operator of this node");
        set(OPERATOR, canister, "open").reply();

        assertThat(policyOf(canister)).isEqualTo(UpgradePolicy.OPEN);
        var entry = kit.subnet().chronicle(canister.id()).entries().getLast();
        assertThat(entry.event()).isEqualTo(new Event.PolicyChange(UpgradePolicy.IMMUTABLE, UpgradePolicy.OPEN, true));
        assertThat(entry.origin().principal()).isEqualTo(OPERATOR);
        kit.manage(OPERATOR, "decant_history", about(canister)).reply();
    }

    @Test
    void whereThereIsNoOperatorNobodyLoosensIt() {
        var canister = puppet(UpgradePolicy.CHECKED);
        set(CONTROLLER, canister, "open").expectReject(ErrorCode.CANISTER_INVALID_CONTROLLER, "is not the operator");
    }

    @Test
    void onlyTheOperatorGetsSuchACallInAtAll() {
        operated(UpgradePolicy.OPEN);
        var canister = kit.puppet();
        var argument = Candid.encode(List.of(about(canister).with("policy", Value.variant("open"))));
        var management = kit.management();
        assertThat(management.hindrance(kit.subnet(), OPERATOR, "decant_set_upgrade_policy", argument))
                .isEmpty();
        assertThat(management.hindrance(kit.subnet(), CONTROLLER, "decant_set_upgrade_policy", argument))
                .isPresent();
        var undo = Candid.encode(List.of(about(canister)));
        assertThat(management.hindrance(kit.subnet(), OPERATOR, "decant_undo", undo))
                .isPresent();
        assertThat(management.hindrance(kit.subnet(), OPERATOR, "decant_history", undo))
                .isEmpty();
    }

    @Test
    void nothingOfAnImmutableCanisterIsReplaced() {
        var canister = kit.puppet();
        install(canister, Value.variant("upgrade", Value.none())).reply();
        tighten(canister, "immutable").reply();
        var content = canister.contentHash();
        var modes = List.of(
                Value.variant("upgrade", Value.none()),
                Value.variant("reinstall"),
                Value.variant("lifecycle_upgrade", Value.none()));

        for (var mode : modes) {
            install(canister, mode).expectReject(ErrorCode.CANISTER_REJECTED_MESSAGE, "is immutable");
        }
        for (var method : List.of("uninstall_code", "decant_undo")) {
            kit.manage(CONTROLLER, method, about(canister))
                    .expectReject(ErrorCode.CANISTER_REJECTED_MESSAGE, "cannot be replaced by anybody");
        }
        assertThat(canister.contentHash()).isEqualTo(content);
        kit.manage(CONTROLLER, "stop_canister", about(canister)).reply();
        kit.manage(CONTROLLER, "delete_canister", about(canister))
                .expectReject(ErrorCode.CANISTER_REJECTED_MESSAGE, "is immutable");
    }

    private Result install(Canister canister, Value mode) {
        return kit.manage(
                CONTROLLER,
                "install_code",
                about(canister)
                        .with("mode", mode)
                        .with("wasm_module", Value.blob(PUPPET))
                        .with("arg", Value.blob(new byte[0])));
    }

    @Test
    void anUndoDoesNotLoosenThePolicy() {
        var canister = kit.puppet();
        install(canister, Value.variant("upgrade", Value.none())).reply();
        tighten(canister, "checked").reply();
        kit.manage(CONTROLLER, "decant_undo", about(canister)).reply();
        assertThat(policyOf(canister)).isEqualTo(UpgradePolicy.CHECKED);
    }

    @ParameterizedTest
    @EnumSource(names = {"CHECKED", "REHEARSED"})
    void aCheckedCanisterIsNotUpgradedToAnInterfaceThatBreaksItsClients(UpgradePolicy policy) {
        var canister = kit.install(withInterface("service : { get : () -> (nat) query }"), script());
        canister.settings(draft -> draft.upgradePolicy = policy);
        canister.run(script().setValue("kept").reply());
        var content = canister.contentHash();

        var report = canister.deploy(UPGRADE, withInterface("service : {}"), script())
                .expectRejected(
                        Stage.CHECK,
                        ErrorCode.CANISTER_REJECTED_MESSAGE,
                        "The upgrade policy of canister " + canister.id() + " is " + policy
                                + ", and the new module does not pass the checks; errors: 1.")
                .report();
        assertThat(report.findings())
                .filteredOn(Finding::isError)
                .hasSize(1)
                .allMatch(finding -> finding.consequence().contains("the method get"));
        assertThat(report.summary()).contains("Remedy: ");
        assertThat(canister.contentHash()).isEqualTo(content);
        canister.run(script().appendValue().reply()).expectReply("kept");

        var wider = "service : { get : () -> (nat) query; set : (nat) -> () }";
        // The puppet's methods are not those of the interface, so a rehearsal has nothing to ask it.
        var upgrade = UPGRADE.withAcknowledgedFindings(List.of("probes.none"));
        canister.deploy(upgrade, withInterface(wider), script()).expectInstalled();
    }

    @Test
    void anOpenCanisterIsUpgradedAsOnTheInternetComputer() {
        var canister = kit.install(withInterface("service : { get : () -> (nat) query }"), script());
        var report = canister.deploy(UPGRADE, withInterface("service : {}"), script())
                .expectInstalled()
                .report();
        assertThat(report.findings()).isEmpty();
    }

    @Test
    void whoTriesAnUpgradeOfAnOpenCanisterIsToldWhatTheChecksFindAndNotKeptFromIt() {
        var canister = kit.install(withInterface("service : { get : () -> (nat) query }"), script());
        var content = canister.contentHash();
        var request = new InstallRequest(
                UPGRADE, withInterface("service : {}"), new byte[0], new Change.Origin.FromUser(CONTROLLER));

        var tried = canister.deploy(request.tried());
        assertThat(tried.outcome()).isInstanceOf(InstallOutcome.Tried.class);
        assertThat(tried.report().findings())
                .filteredOn(finding -> finding.severity() == Finding.Severity.WARNING)
                .hasSize(1)
                .allMatch(finding -> finding.consequence().contains("the method get"));
        assertThat(tried.report().findings()).noneMatch(Finding::isError);
        assertThat(canister.contentHash()).isEqualTo(content);
        canister.deploy(request).expectInstalled();
    }

    @Test
    void aDroppedStableVariableIsAnErrorUnlessItIsAcknowledged() {
        var counter = kit.create().settings(draft -> draft.upgradePolicy = UpgradePolicy.CHECKED);
        counter.deployWith(new Mode.Install(), example("counter/v2.wasm"), candid())
                .expectInstalled();
        var content = counter.contentHash();
        var keep = new Mode.Upgrade(false, Optional.of(Persistence.KEEP));
        var report = counter.deployWith(keep, example("counter/v1.wasm"), candid())
                .expectRejected(Stage.CHECK, ErrorCode.CANISTER_REJECTED_MESSAGE, "does not pass the checks")
                .report();
        assertThat(report.findings()).extracting(Finding::toText).anyMatch(text -> text.contains("highest"));
        assertThat(counter.contentHash()).isEqualTo(content);

        var acknowledged = keep.withAcknowledgedDrops(List.of("highest", "upgrades"));
        var second = counter.deployWith(acknowledged, example("counter/v1.wasm"), candid())
                .report();
        assertThat(second.findings())
                .filteredOn(Finding::isError)
                .extracting(Finding::code)
                .noneMatch(code -> code.startsWith("stable-variables"));
    }

    @Test
    void aCheckedCanisterIsNotUpgradedToAModuleWhoseMemoryIsTooSmallForItsHeap() {
        var small =
                WasmFiles.withPersistence(new ModuleBuilder().memoryUpTo(1, 1).build());
        var canister = kit.install(WasmFiles.withPersistence(PUPPET), script())
                .settings(draft -> draft.upgradePolicy = UpgradePolicy.CHECKED);
        var report = canister.upgradeKeeping(small, script())
                .expectRejected(Stage.CHECK, ErrorCode.CANISTER_REJECTED_MESSAGE, "does not pass the checks")
                .report();
        assertThat(report.findings()).extracting(Finding::code).contains("heap.size");
    }

    private static byte[] candid() {
        return Candid.encode(Candid.parse("()"));
    }

    private static byte[] example(String path) {
        try {
            return Files.readAllBytes(Path.of(System.getProperty("decant.root"), "examples", path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
