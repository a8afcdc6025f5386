package decant.canister;

import static decant.canister.Script.script;
import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Quota;
import decant.candid.Value;
import decant.canister.CanisterKit.Canister;
import decant.canister.CanisterKit.Result;
import decant.canister.Script.Call;
import decant.canister.Script.Hook;
import decant.canister.state.Calls;
import decant.canister.state.CanisterLog;
import decant.canister.state.CanisterState;
import decant.canister.state.CanisterStatus;
import decant.canister.state.Chronicle;
import decant.canister.state.Chronicle.Event;
import decant.canister.state.Cycles;
import decant.canister.state.ErrorCode;
import decant.canister.state.History;
import decant.canister.state.InstallReport.Outcome;
import decant.canister.state.RestorePoint;
import decant.canister.state.RestorePoint.Reason;
import decant.canister.state.RetentionRule;
import decant.canister.state.StateFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pcollections.TreePSet;

/// What is done to a canister is written down, and can be undone.
final class UndoTest {
    private static final byte[] PUPPET = WasmFiles.wasm("puppet");
    private static final byte[] OTHER_PUPPET = WasmFiles.withCustomSection(PUPPET, "other", new byte[0]);
    private static final Principal CONTROLLER = CanisterKit.CONTROLLER;
    private static final long DAY_SECONDS = 86_400;

    private final CanisterKit kit = new CanisterKit();

    @AfterEach
    void close() {
        kit.close();
    }

    private static Value.Record about(Canister canister) {
        return Value.record().with("canister_id", Value.principal(canister.id()));
    }

    private Result install(Canister canister, Value mode, byte[] module, Script argument) {
        return kit.manage(
                CONTROLLER,
                "install_code",
                about(canister)
                        .with("mode", mode)
                        .with("wasm_module", Value.blob(module))
                        .with("arg", Value.blob(argument.bytes())));
    }

    private static Value upgradeMode() {
        return Value.variant("upgrade", Value.none());
    }

    private void upgrade(Canister canister, byte[] module) {
        install(canister, upgradeMode(), module, script()).reply();
    }

    private Result undo(Canister canister) {
        return kit.manage(CONTROLLER, "decant_undo", about(canister));
    }

    private Result undo(Canister canister, long point) {
        return kit.manage(
                CONTROLLER, "decant_undo", about(canister).with("restore_point", Value.some(Value.nat64(point))));
    }

    private Result change(String method, Canister canister) {
        return kit.manage(CONTROLLER, method, about(canister));
    }

    private Chronicle chronicle(Canister canister) {
        return kit.subnet().chronicle(canister.id());
    }

    private List<Long> points(Canister canister) {
        return chronicle(canister).points().stream().map(RestorePoint::number).toList();
    }

    /// {@return a hash of what an undo brings back}
    private static Hash undoable(CanisterState canister) {
        return StateFormat.canisterHash(canister.with(draft -> {
            draft.version = 0;
            draft.history = History.NONE;
            draft.log = CanisterLog.EMPTY;
            draft.lastInstalledNanos = OptionalLong.empty();
            draft.calls = Calls.NONE;
        }));
    }

    /// {@return a canister with something of everything that an undo brings back}
    private Canister rich() {
        var canister = kit.install(PUPPET, script().stableGrow(1).stableWrite(0, "stable"));
        canister.run(script().setValue("heap").certify("certified").setTimer(7).reply());
        return canister;
    }

    private static void expectRich(Canister canister) {
        canister.run(script().appendValue().append(" ").appendStable(0, 6).reply())
                .expectReply("heap stable");
    }

    @Test
    void anUpgradeIsUndone() {
        var canister = rich();
        var before = undoable(canister.state());
        upgrade(canister, OTHER_PUPPET);
        canister.run(script().setValue("later")
                .stableWrite(0, "LATER!")
                .certify("later")
                .reply());
        long version = canister.state().version();

        var reply = Candid.decode(undo(canister).reply(), Quota.DEFAULT).getFirst();

        assertThat(reply.field("restored").toLong()).isEqualTo(1);
        assertThat(reply.field("undone_as").toLong()).isEqualTo(2);
        assertThat(undoable(canister.state())).isEqualTo(before);
        assertThat(canister.state().version()).isEqualTo(version + 1);
        assertThat(canister.state().history().totalChanges()).isEqualTo(3);
        assertThat(canister.state().lastInstalledNanos()).hasValue(kit.timeNanos());
        assertThat(canister.state().code().orElseThrow().module().hash()).isEqualTo(Hash.sha256(PUPPET));
        expectRich(canister);
    }

    @Test
    void anUndoIsUndone() {
        var canister = rich();
        upgrade(canister, OTHER_PUPPET);
        canister.run(script().setValue("later").reply());
        var after = undoable(canister.state());

        undo(canister).reply();
        undo(canister).reply();
        assertThat(undoable(canister.state())).isEqualTo(after);
        canister.run(script().appendValue().reply()).expectReply("later");
        assertThat(chronicle(canister).points())
                .extracting(RestorePoint::reason)
                .containsExactly(Reason.UPGRADE, Reason.UNDO, Reason.UNDO);
    }

    @Test
    void aReinstallationByMistakeIsUndone() {
        var canister = rich();
        var before = undoable(canister.state());
        install(canister, Value.variant("reinstall"), PUPPET, script()).reply();
        canister.run(script().appendValue().reply()).expectReply("");

        undo(canister).reply();
        assertThat(undoable(canister.state())).isEqualTo(before);
        expectRich(canister);
    }

    @Test
    void anUninstallationIsUndoneAndDoneAgain() {
        var canister = rich();
        var before = undoable(canister.state());
        change("uninstall_code", canister).reply();
        assertThat(canister.state().code()).isEmpty();

        undo(canister).reply();
        assertThat(undoable(canister.state())).isEqualTo(before);
        expectRich(canister);
        undo(canister).reply();
        assertThat(canister.state().code()).isEmpty();
        undo(canister).reply();
        expectRich(canister);
    }

    @Test
    void aDeletedCanisterComesBackStopped() {
        var canister = rich();
        canister.change(draft -> draft.name = Optional.of("my canister"));
        change("stop_canister", canister).reply();
        var before = undoable(canister.state());
        change("delete_canister", canister).reply();
        assertThat(kit.subnet().canister(canister.id())).isEmpty();
        kit.instances().retainOnly(id -> kit.subnet().canister(id).isPresent());

        kit.manage(CanisterKit.USER, "decant_undo", about(canister))
                .expectReject(ErrorCode.CANISTER_INVALID_CONTROLLER, "Only the controllers of the canister");
        undo(canister).reply();

        assertThat(undoable(canister.state())).isEqualTo(before);
        assertThat(canister.state().status()).isInstanceOf(CanisterStatus.Stopped.class);
        assertThat(canister.state().cycles()).isEqualTo(CanisterKit.BALANCE);
        change("start_canister", canister).reply();
        expectRich(canister);
        assertThat(chronicle(canister).entries())
                .extracting(Chronicle.Entry::event)
                .containsExactly(new Event.Deletion(), new Event.Undo(1));
    }

    @Test
    void aDeletedCanisterWhoseNameIsTakenComesBackWithoutIt() {
        var canister = rich();
        canister.change(draft -> draft.name = Optional.of("shared"));
        change("stop_canister", canister).reply();
        change("delete_canister", canister).reply();
        kit.create().change(draft -> draft.name = Optional.of("shared"));

        undo(canister).reply();
        assertThat(canister.state().name()).isEmpty();
    }

    @Test
    void theIdOfADeletedCanisterThatCanComeBackIsNotGivenToAnother() {
        var canister = rich();
        change("stop_canister", canister).reply();
        change("delete_canister", canister).reply();

        kit.manage(
                        CanisterKit.USER,
                        "provisional_create_canister_with_cycles",
                        Value.record().with("specified_id", Value.some(Value.principal(canister.id()))))
                .expectReject(ErrorCode.CANISTER_ID_ALREADY_EXISTS, "can still be brought back by its controllers");
    }

    @Test
    void anEmptyCanisterIsDeletedForGood() {
        var canister = kit.create();
        change("stop_canister", canister).reply();
        change("delete_canister", canister).reply();

        assertThat(kit.subnet().chronicles()).isEmpty();
        undo(canister).expectReject(ErrorCode.CANISTER_NOT_FOUND, "not found");
    }

    @Test
    void anyRestorePointIsReachedNotOnlyTheNewest() {
        var canister = kit.install(PUPPET, script());
        for (var value : List.of("one", "two", "three")) {
            canister.run(script().setValue(value).reply());
            upgrade(canister, OTHER_PUPPET);
        }
        assertThat(points(canister)).containsExactly(1L, 2L, 3L);

        undo(canister, 2).reply();
        canister.run(script().appendValue().reply()).expectReply("two");
        undo(canister, 1).reply();
        canister.run(script().appendValue().reply()).expectReply("one");
        undo(canister, 3).reply();
        canister.run(script().appendValue().reply()).expectReply("three");
        undo(canister, 9)
                .expectReject(
                        ErrorCode.CANISTER_REJECTED_MESSAGE,
                        "Canister " + canister.id() + " has no restore point 9; it has 1, 2, 3, 4, 5, 6.");
    }

    @Test
    void whereNothingWasDoneThereIsNothingToUndo() {
        undo(kit.puppet()).expectReject(ErrorCode.CANISTER_REJECTED_MESSAGE, "has no restore point: nothing was done");
    }

    @Test
    void aCanisterWithOpenCallsIsNotUndone() {
        var canister = rich();
        var other = kit.puppet();
        upgrade(canister, OTHER_PUPPET);
        canister.submit(script().call(Call.of(other.id(), "run", script().reply())));
        canister.executeNext();
        var content = canister.contentHash();

        undo(canister)
                .expectReject(
                        ErrorCode.CANISTER_NOT_STOPPED,
                        "has 1 open call contexts and waits for 1 answers, which would reach other code than they were"
                                + " meant for. Stop the canister first");
        assertThat(canister.contentHash()).isEqualTo(content);
        kit.drain();
        undo(canister).reply();
    }

    @Test
    void anUndoOfAVersionThatIsGoneIsRejected() {
        var canister = rich();
        upgrade(canister, OTHER_PUPPET);
        long version = canister.state().version();
        kit.manage(
                        CONTROLLER,
                        "decant_undo",
                        about(canister).with("expected_version", Value.some(Value.nat64(version + 1))))
                .expectReject(
                        ErrorCode.CANISTER_REJECTED_MESSAGE,
                        "is at version " + version + ", but the request expects version " + (version + 1));
    }

    @Test
    void cyclesAndControllersAreThoseOfToday() {
        var canister = rich();
        upgrade(canister, OTHER_PUPPET);
        canister.run(script().burn(1_000).print("kept").reply());
        canister.settings(draft -> {
            draft.controllers = TreePSet.from(List.of(CONTROLLER, CanisterKit.USER));
            draft.freezingThresholdSeconds = 5;
        });

        undo(canister).reply();
        assertThat(canister.state().cycles()).isEqualTo(CanisterKit.BALANCE.minus(Cycles.of(1_000)));
        assertThat(canister.state().settings().isController(CanisterKit.USER)).isTrue();
        assertThat(canister.state().settings().freezingThresholdSeconds()).isEqualTo(2_592_000);
        assertThat(canister.logLines()).contains("kept");
    }

    @Test
    void everyAttemptIsInTheHistory() {
        var canister = kit.create();
        install(canister, Value.variant("install"), PUPPET, script()).reply();
        install(canister, upgradeMode(), PUPPET, script().unreachable())
                .expectReject(ErrorCode.CANISTER_TRAPPED, "stage post_upgrade");
        var tried = Value.variant("upgrade", Value.some(Value.record().with("dry_run", Value.some(Value.bool(true)))));
        install(canister, tried, PUPPET, script()).reply();
        upgrade(canister, OTHER_PUPPET);

        var reports = chronicle(canister).entries().stream()
                .map(entry -> ((Event.Installation) entry.event()).report())
                .toList();
        assertThat(reports)
                .extracting(report -> report.outcome() + (report.dryRun() ? " (tried)" : ""))
                .containsExactly("INSTALLED", "REJECTED", "INSTALLED (tried)", "INSTALLED");
        assertThat(reports.getLast().restorePoint()).hasValue(4);
        assertThat(points(canister)).containsExactly(4L);

        var told = Candid.decode(change("decant_history", canister).reply(), Quota.DEFAULT)
                .getFirst();
        assertThat(told.field("entries").items()).hasSize(4);
        var second = told.field("entries").items().get(1);
        assertThat(second.field("number").toLong()).isEqualTo(2);
        var report = second.field("event").payload();
        assertThat(report.field("stage").toText()).isEqualTo("post_upgrade");
        assertThat(report.optionalField("error").orElseThrow().field("code").toText())
                .isEqualTo("IC0502");
        assertThat(report.field("text").toText()).startsWith("The upgrade stopped at stage post_upgrade");
        var point = told.field("restore_points").items().getFirst();
        assertThat(point.field("reason").toText()).isEqualTo("upgrade");
        assertThat(point.field("heap_bytes").toLong()).isEqualTo(131_072);
    }

    @Test
    void onlyControllersReadTheHistoryAlsoOfADeletedCanister() {
        var canister = rich();
        change("stop_canister", canister).reply();
        change("delete_canister", canister).reply();
        change("decant_history", canister).reply();
        kit.manage(CanisterKit.USER, "decant_history", about(canister))
                .expectReject(ErrorCode.CANISTER_INVALID_CONTROLLER, "Only the controllers");
        var argument = Candid.encode(List.of(about(canister)));
        assertThat(kit.management().hindrance(kit.subnet(), CONTROLLER, "decant_undo", argument))
                .isEmpty();
        assertThat(kit.management().hindrance(kit.subnet(), CanisterKit.USER, "decant_undo", argument))
                .isPresent();
        assertThat(kit.management().hindrance(kit.subnet(), CONTROLLER, "start_canister", argument))
                .isPresent();
    }

    @Test
    void tenRestorePointsAreKeptAndThePinnedOnesBeside() {
        var canister = rich();
        upgrade(canister, OTHER_PUPPET);
        pin(canister, 1, true).reply();
        for (int i = 0; i < 12; i++) {
            upgrade(canister, OTHER_PUPPET);
        }
        assertThat(points(canister)).containsExactly(1L, 5L, 6L, 7L, 8L, 9L, 10L, 11L, 12L, 13L, 14L);

        undo(canister, 1).reply();
        expectRich(canister);
        pin(canister, 1, false).reply();
        upgrade(canister, OTHER_PUPPET);
        assertThat(points(canister)).doesNotContain(1L).hasSize(10);
    }

    @Test
    void atMostTenRestorePointsArePinned() {
        var canister = rich();
        for (int i = 0; i < 11; i++) {
            upgrade(canister, OTHER_PUPPET);
            long point = points(canister).getLast();
            if (i < 10) {
                pin(canister, point, true).reply();
            } else {
                pin(canister, point, true)
                        .expectReject(
                                ErrorCode.CANISTER_REJECTED_MESSAGE,
                                "has 10 pinned restore points already, of at most");
            }
        }
    }

    private Result pin(Canister canister, long point, boolean pinned) {
        return kit.manage(
                CONTROLLER,
                "decant_pin_restore_point",
                about(canister).with("restore_point", Value.nat64(point)).with("pinned", Value.bool(pinned)));
    }

    @Test
    void restorePointsAreGivenUpAfterThirtyDaysExceptTheNewest() {
        var canister = rich();
        upgrade(canister, OTHER_PUPPET);
        upgrade(canister, OTHER_PUPPET);
        kit.passSeconds(31 * DAY_SECONDS);
        retain();
        assertThat(points(canister)).containsExactly(2L);
        kit.passSeconds(31 * DAY_SECONDS);
        upgrade(canister, OTHER_PUPPET);
        assertThat(points(canister)).containsExactly(3L);
    }

    @Test
    void theChronicleOfADeletedCanisterEndsWithItsLastRestorePoint() {
        var canister = rich();
        upgrade(canister, OTHER_PUPPET);
        change("stop_canister", canister).reply();
        change("delete_canister", canister).reply();
        kit.passSeconds(29 * DAY_SECONDS);
        retain();
        assertThat(points(canister)).containsExactly(1L, 2L);
        kit.passSeconds(2 * DAY_SECONDS);
        retain();
        assertThat(kit.subnet().chronicles()).isEmpty();
    }

    @Test
    void whatWasNeverWrittenCountsForNothing() {
        var canister = rich();
        canister.run(
                script().stableGrow(1L << 20).stableWrite(40L << 30, "far out").reply());
        for (int i = 0; i < 8; i++) {
            upgrade(canister, OTHER_PUPPET);
        }
        var small = new RetentionRule(10, 30 * DAY_SECONDS * 1_000_000_000L, 1 << 20);
        kit.subnet(kit.subnet().retained(small));
        assertThat(points(canister)).hasSize(8);
        canister.run(script().append(new byte[2 << 20]).reply());
        upgrade(canister, OTHER_PUPPET);
        kit.subnet(kit.subnet().retained(small));
        assertThat(points(canister)).as("the newest leaves no room").hasSize(1);
    }

    private void retain() {
        kit.subnet(kit.subnet().retained(RetentionRule.DEFAULT));
    }

    @Test
    void aRejectedUpgradeTakesNoRestorePoint() {
        var canister = rich();
        canister.run(script().set(Hook.PRE_UPGRADE, script().unreachable()).reply());
        install(canister, upgradeMode(), PUPPET, script())
                .expectReject(ErrorCode.CANISTER_TRAPPED, "stage pre_upgrade");
        assertThat(points(canister)).isEmpty();
        var entry = chronicle(canister).entries().getLast();
        assertThat(((Event.Installation) entry.event()).report().outcome()).isEqualTo(Outcome.REJECTED);
    }

    @Test
    void aRestoredStateIsReadBackFromItsBytes() {
        UnaryOperator<Canister> story = canister -> {
            upgrade(canister, OTHER_PUPPET);
            canister.run(script().setValue("later").reply());
            return canister;
        };
        var canister = story.apply(rich());
        var state = kit.subnet();
        var read = StateFormat.read(StateFormat.records(state), StateFormat.images(state));
        assertThat(StateFormat.stateHash(read)).isEqualTo(StateFormat.stateHash(state));
        kit.subnet(read);
        kit.instances().close();

        undo(canister).reply();
        expectRich(canister);
    }
}
