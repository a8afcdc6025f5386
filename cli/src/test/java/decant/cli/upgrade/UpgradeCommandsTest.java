package decant.cli.upgrade;

import static decant.cli.WholeNode.example;
import static org.assertj.core.api.Assertions.assertThat;

import decant.cli.WholeNode;
import decant.cli.terminal.ExitCode;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The commands around upgrades, against a whole node in the test's process.
final class UpgradeCommandsTest {
    private static final String PROMPT = "Type upgrade, reinstall or lifecycle-upgrade";

    @TempDir
    Path folder;

    private WholeNode node;

    @BeforeEach
    void startNode() {
        node = new WholeNode(folder);
    }

    @AfterEach
    void closeNode() {
        node.close();
    }

    @Test
    void anUndoWithReplayKeepsWhatUsersWroteSince() {
        node.deploy("counter/v1.wasm", "counter");
        node.done("call", "counter", "inc");
        node.deploy("counter/v2.wasm", "counter");
        node.done("call", "counter", "inc");
        node.done("call", "counter", "inc");

        var shown = node.done("undo", "counter", "--replay", "--dry-run");
        assertThat(shown)
                .contains("inc()")
                .contains("answered as then")
                .endsWith("2 calls would be made again. Nothing has changed.");
        assertThat(node.done("call", "counter", "get")).isEqualTo("(3 : nat)");

        var undone = node.done("undo", "counter", "--replay", "--yes");
        assertThat(undone).contains("counter is back at restore point 2").contains("3 calls were made again.");
        assertThat(node.done("call", "counter", "get")).isEqualTo("(3 : nat)");
        assertThat(node.done("history", "counter")).contains("undo, back to 2, 3 calls made again");

        assertThat(node.done("undo", "counter", "--to", "2", "--replay", "--yes", "--json"))
                .contains("\"calls_made\":4", "\"calls_lost\":0", "\"calls_changed\":0")
                .contains("\"fate\":\"same\"");
        assertThat(node.notUnderstood("undo", "counter", "--dry-run")).contains("--replay, which is missing");
    }

    @Test
    void anUpgradeIsToldUndoneAndTheUndoIsUndone() {
        node.deploy("counter/v1.wasm", "counter");
        node.done("call", "counter", "add", "(5)");
        assertThat(node.deploy("counter/v2.wasm", "counter")).contains("To undo this: decant undo counter");
        var history = node.done("history", "counter");
        assertThat(history).contains("install").contains("upgrade").contains("you");
        assertThat(history).containsPattern("RESTORE POINT.*\n2 .*upgrade");

        assertThat(node.failed("undo", "counter"))
                .contains("counter goes back to restore point 2")
                .contains("Nobody is there to be asked")
                .contains("that is kept as a restore point of its own");
        assertThat(node.done("call", "counter", "statistics", "--query")).contains("highest");

        var undone = node.done("undo", "counter", "--yes");
        assertThat(undone).contains("counter is back at restore point 2");
        assertThat(node.failed("call", "counter", "statistics")).contains("no method");
        assertThat(node.done("call", "counter", "add", "(1)")).isEqualTo("(6 : nat)");

        node.done(words(undone.replaceAll("(?s).*decant (undo .*)", "$1") + " --yes"));
        assertThat(node.done("call", "counter", "statistics", "--query")).contains("highest = 5");
        assertThat(node.done("history", "counter")).contains("undo, back to 2");
    }

    @Test
    void aReinstallByMistakeIsUndone() {
        node.deploy("counter/v1.wasm", "counter");
        node.done("call", "counter", "add", "(5)");
        node.deploy("counter/v1.wasm", "counter", "--mode", "reinstall", "--yes");
        assertThat(node.done("call", "counter", "get")).isEqualTo("(0 : nat)");
        node.shell().typing("y");
        node.done("undo", "counter");
        assertThat(node.shell().questions())
                .singleElement()
                .asString()
                .contains("taken before the reinstall")
                .contains("It loses version");
        assertThat(node.done("call", "counter", "get")).isEqualTo("(5 : nat)");
    }

    @Test
    void aDeletedCanisterComesBackUnderItsPrincipal() {
        node.deploy("counter/v1.wasm", "counter");
        node.done("call", "counter", "add", "(5)");
        var deleted = node.done("canister", "delete", "counter", "--yes");
        assertThat(deleted).contains("To undo this: decant undo ");
        var principal = deleted.replaceAll("(?s).*undo ", "");
        assertThat(node.done("history", principal)).contains("deletion");
        assertThat(node.done("undo", principal, "--yes")).contains("is back at restore point");
        node.done("canister", "start", principal);
        assertThat(node.done("call", principal, "get")).isEqualTo("(5 : nat)");
    }

    @Test
    void aDryRunTellsWhatWouldBeAndChangesNothing() {
        node.deploy("counter/v1.wasm", "counter");
        node.done("call", "counter", "add", "(5)");
        var version = node.status("counter", "version");
        assertThat(node.deploy("counter/v2.wasm", "counter", "--dry-run"))
                .contains("The dry run of the upgrade went well; nothing was changed.")
                .contains("It would be: ");
        assertThat(node.failed("deploy", example("counter/v2-refuses.wasm"), "--name", "counter", "--dry-run"))
                .contains("The dry run of the upgrade of counter was rejected")
                .contains("at stage post_upgrade")
                .contains("counter still runs");
        assertThat(node.status("counter", "version")).isEqualTo(version);
        assertThat(node.status("counter", "status")).isEqualTo("running");
        assertThat(node.done("history", "counter")).contains("dry run of upgrade");
        assertThat(node.notUnderstood(
                        "deploy", example("counter/v2.wasm"), "--name", "counter", "--mode", "reinstall", "--dry-run"))
                .isEqualTo(
                        "decant: --dry-run does not go with mode reinstall, but with upgrade and lifecycle-upgrade, of"
                                + " a canister that has code.");
        assertThat(node.notUnderstood("deploy", example("counter/v2.wasm"), "--name", "fresh", "--dry-run"))
                .contains("does not go with mode install");
        assertThat(node.done("canister", "list")).doesNotContain("fresh");
    }

    @Test
    void anUpgradeIsMadeOfTheExpectedVersionOnly() {
        node.deploy("counter/v1.wasm", "counter");
        var version = node.status("counter", "version");
        node.done("call", "counter", "inc");
        String[] upgrade = {"deploy", example("counter/v2.wasm"), "--name", "counter", "--expected-version", version};
        assertThat(node.failed(upgrade))
                .contains("Nothing was done: counter is at version")
                .contains("not at " + version + " as expected");
        assertThat(node.status("counter", "status")).isEqualTo("running");
        upgrade[upgrade.length - 1] = node.status("counter", "version");
        assertThat(node.done(upgrade)).contains("upgraded");
    }

    @Test
    void aPersonChoosesHavingSeenWhatEachWayKeeps() {
        node.deploy("counter/v1.wasm", "counter");
        node.done("call", "counter", "add", "(5)");
        String[] deploy = {"deploy", example("counter/v2.wasm"), "--name", "counter"};

        var refused = node.shell().typing("no").run(deploy);
        assertThat(refused.status()).isEqualTo(ExitCode.FAILED);
        assertThat(refused.err())
                .contains("There are three ways")
                .contains("heap, ")
                .contains("would succeed")
                .contains("fails at check")
                .contains("Nothing was done");
        assertThat(node.shell().questions()).singleElement().asString().startsWith(PROMPT);
        assertThat(node.failed("call", "counter", "statistics")).contains("no method");

        assertThat(node.shell().typing("upgrade").run(deploy).out()).contains("upgraded, its heap kept");
        assertThat(node.done("call", "counter", "statistics", "--query")).contains("highest = 5");

        assertThat(node.shell().typing("reinstall", "no").run(deploy).err()).contains("Nothing was done");
        assertThat(node.done("call", "counter", "get", "--query")).isEqualTo("(5 : nat)");
        assertThat(node.shell().typing("re", "y").run(deploy).out()).contains("reinstalled");
        assertThat(node.done("call", "counter", "get", "--query")).isEqualTo("(0 : nat)");
    }

    @Test
    void whatLosesStateNeedsAgreement() {
        node.deploy("counter/v1.wasm", "counter");
        node.done("call", "counter", "add", "(5)");
        for (var option : new String[] {"--replace-heap", "--drop=highest"}) {
            assertThat(node.failed("deploy", example("counter/v2.wasm"), "--name", "counter", option))
                    .contains("Nobody is there to be asked, so nothing was done. Say --yes to do it.");
        }
        node.deploy("counter-classic/v1.wasm", "counters");
        for (var option : new String[] {"--skip-pre-upgrade", "--on-try-trap=discard"}) {
            assertThat(node.failed("deploy", example("counter-classic/v2.wasm"), "--name", "counters", option))
                    .contains("nothing saves the heap of counters");
        }
        assertThat(node.done("call", "counter", "get", "--query")).isEqualTo("(5 : nat)");
    }

    @Test
    void aTrapThatIsDiscardedIsToldWithItsLoss() {
        node.deploy("counter-classic/v1.wasm", "counters");
        node.done("call", "counters", "add", "(\"a\", 70_000)");
        assertThat(node.deploy(
                        "counter-classic/v2.wasm",
                        "counters",
                        "--mode",
                        "upgrade",
                        "--on-try-trap",
                        "discard",
                        "--yes"))
                .contains("upgraded")
                .contains("The hook before the upgrade trapped")
                .contains("losing precision")
                .contains("was dropped");
        assertThat(node.done("call", "counters", "total", "--query")).isEqualTo("(0 : nat)");
        node.done("undo", "counters", "--yes");
        assertThat(node.done("call", "counters", "total", "--query")).isEqualTo("(70_000 : nat)");
    }

    @Test
    void aFailedUpgradeShowsItsStagesAndItsReportIsKept() {
        node.deploy("counter-classic/v1.wasm", "counters");
        node.done("call", "counters", "add", "(\"a\", 70_000)");
        String[] upgrade = {"deploy", example("counter-classic/v2.wasm"), "--name", "counters"};
        assertThat(node.failed(upgrade))
                .contains("at stage pre_upgrade. Nothing has changed: counters still runs module")
                .containsPattern("pre_upgrade +failed +[0-9,]+ instructions")
                .contains("losing precision")
                .containsPattern("at .*\\(function \\d+, offset 0x[0-9a-f]+\\)");
        assertThat(node.done("history", "counters")).contains("upgrade: failed at pre_upgrade");
        assertThat(node.done("history", "counters", "--report", "2"))
                .contains("The upgrade failed at stage pre_upgrade and changed nothing.")
                .contains("losing precision");
        assertThat(node.failed(append(upgrade, "--json")))
                .contains("\"error_code\":\"IC05")
                .contains("\"report\":{")
                .contains("\"stage\":\"pre_upgrade\"");
    }

    @Test
    void onlyTheHooksMayDifferInALifecycleUpgrade() {
        node.deploy("counter/v1.wasm", "counter");
        node.done("call", "counter", "add", "(5)");
        assertThat(node.deploy("counter/v1.wasm", "counter", "--mode", "lifecycle-upgrade"))
                .contains("given new hooks, all its state kept");
        assertThat(node.done("call", "counter", "get")).isEqualTo("(5 : nat)");
        assertThat(node.failed(
                        "deploy", example("counter/v2.wasm"), "--name", "counter", "--mode", "lifecycle-upgrade"))
                .contains("The lifecycle-upgrade of counter was rejected")
                .contains("at stage check")
                .contains("heap-proof")
                .containsPattern("and \\d+ findings more");
        assertThat(node.notUnderstood("deploy", example("counter/v2.wasm"), "--name", "counter", "--graft"))
                .isEqualTo("decant: --graft does not go with mode upgrade, but with lifecycle-upgrade.");
    }

    @Test
    void restorePointsArePinnedByNumber() {
        node.deploy("counter/v1.wasm", "counter");
        node.deploy("counter/v2.wasm", "counter");
        assertThat(node.done("history", "counter", "--pin", "2"))
                .isEqualTo("Restore point 2 of counter is kept until it is unpinned.");
        assertThat(node.done("history", "counter")).containsPattern("\n2 .*pinned");
        assertThat(node.done("history", "counter", "--unpin", "2", "--json")).endsWith("\"pinned\":false}");
        assertThat(node.failed("history", "counter", "--pin", "77"))
                .isEqualTo("decant: There is no restore point 77. There are: 2.");
    }

    @Test
    void whatIsNotThereIsSaidNotToBeThere() {
        assertThat(node.failed("history", "counter")).contains("There is no canister \"counter\"");
        assertThat(node.failed("undo", "counter")).contains("There is no canister \"counter\"");
        assertThat(node.failed("policy", "counter")).contains("There is no canister \"counter\"");
        assertThat(node.failed("history", "rdmx6-jaaaa-aaaaa-aaadq-cai")).contains("rdmx6-jaaaa-aaaaa-aaadq-cai");

        node.deploy("counter/v1.wasm", "counter");
        assertThat(node.failed("undo", "counter", "--yes")).contains("No restore point is kept");
        assertThat(node.failed("undo", "counter", "--to", "3", "--yes")).contains("There is no restore point 3");
        assertThat(node.failed("history", "counter", "--report", "9"))
                .isEqualTo("decant: The history of counter has no entry 9: it has 1 to 1.");
        node.deploy("counter/v2.wasm", "counter");
        node.done("undo", "counter", "--yes");
        assertThat(node.failed("history", "counter", "--report", "3"))
                .isEqualTo("decant: Entry 3 of the history of counter has no report: it is no installation, but undo,"
                        + " back to 2.");
    }

    @Test
    void strangersAreToldNothingAndChangeNothing() {
        node.deploy("counter/v1.wasm", "counter");
        node.deploy("counter/v2.wasm", "counter");
        node.becomeStranger();
        assertThat(node.failed("history", "counter")).contains("IC0512");
        assertThat(node.failed("undo", "counter", "--yes")).contains("IC0512");
        assertThat(node.failed("history", "counter", "--pin", "2")).contains("IC0512");
        assertThat(node.failed("policy", "counter", "rehearsed")).contains("IC0512");
        assertThat(node.done("call", "counter", "statistics", "--query")).contains("highest");
    }

    @Test
    void aPolicyIsTightenedByControllersAndLoosenedByTheOperator() {
        node.deploy("counter/v1.wasm", "counter");
        assertThat(node.done("policy", "counter")).startsWith("The policy of counter is checked: ");
        assertThat(node.status("counter", "policy")).isEqualTo("checked");
        assertThat(node.done("policy", "counter", "rehearsed")).endsWith(" It was checked.");
        assertThat(node.failed("policy", "counter", "open", "--state", "nowhere"))
                .contains("Only the operator of the node can loosen it to open")
                .contains("operator.pem");
        assertThat(node.done("policy", "counter")).contains("rehearsed");
        assertThat(node.done("policy", "counter", "open", "--state", "state"))
                .startsWith("The policy of counter is open");
        assertThat(node.done("history", "counter")).contains("policy rehearsed to open, by the operator");
        assertThat(node.done("policy", "counter", "--json")).contains("\"policy\":\"open\"");
    }

    @Test
    void theChoiceShowsWhatTheChecksFindAlsoWhereThePolicyIsOpen() {
        node.deploy("notes/notes.wasm", "notes");
        node.done("policy", "notes", "open", "--state", "state");
        var shown = node.shell().typing("upgrade").run("deploy", example("vault/v2.wasm"), "--name", "notes");
        assertThat(shown.err())
                .contains("would succeed")
                .contains("warning interface.breaks-clients: an old client calls the method")
                .doesNotContain("error interface");
        assertThat(shown.out()).contains("upgraded");
    }

    @Test
    void anImmutableCanisterIsChangedByNobody() {
        node.deploy("counter/v1.wasm", "counter");
        assertThat(node.failed("policy", "counter", "immutable"))
                .contains("Nobody will be able to upgrade counter")
                .contains("Say --yes");
        node.done("policy", "counter", "immutable", "--yes");
        assertThat(node.failed("deploy", example("counter/v2.wasm"), "--name", "counter"))
                .contains("immutable");
        assertThat(node.done("call", "counter", "inc")).isEqualTo("(1 : nat)");
    }

    @Test
    void whatTheChecksFindIsToldBeforeAnythingRuns() {
        node.deploy("counter/v2.wasm", "counter");
        node.done("call", "counter", "inc");
        assertThat(node.failed("deploy", example("counter/v1.wasm"), "--name", "counter"))
                .contains("at stage check. Nothing has changed")
                .contains("statistics")
                .contains("highest");
        assertThat(node.done("call", "counter", "statistics", "--query")).contains("highest = 1");
    }

    @Test
    void programsReadTheHistory() {
        node.deploy("counter/v1.wasm", "counter");
        assertThat(node.deploy("counter/v2.wasm", "counter", "--json"))
                .contains("\"mode\":\"upgrade\",\"created\":false")
                .contains("\"report\":{")
                .contains("\"outcome\":\"installed\"");
        assertThat(node.done("history", "counter", "--json"))
                .startsWith("{")
                .contains("\"entries\":[")
                .contains("\"restore_points\":[");
        assertThat(node.done("undo", "counter", "--yes", "--json")).contains("\"restored\":2,\"undone_as\":3");
    }

    private static String[] words(String command) {
        return command.strip().split(" +");
    }

    private static String[] append(String[] command, String word) {
        var more = java.util.Arrays.copyOf(command, command.length + 1);
        more[command.length] = word;
        return more;
    }
}
