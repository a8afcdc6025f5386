package decant.cli.upgrade;

import static org.assertj.core.api.Assertions.assertThat;

import decant.candid.Value;
import decant.cli.Golden;
import decant.cli.node.InstallReport;
import decant.cli.node.Standing;
import decant.cli.upgrade.Installation.Attempt;
import decant.protocol.Response;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What a person is shown before new code replaces old. `-Dapprove` rewrites the files.
final class UpgradeChoiceTest {
    private static final Standing VAULT = new Standing(9, Optional.of(Reports.module(1)), 1_310_720, 51L << 30);

    @Test
    void whatEachWayKeepsStandsBesideWhatItLoses() throws IOException {
        Golden.check("choice-good", choice(false, good(Reports.upgrade()), good(Reports.newHooks())));
    }

    @Test
    void aWayThatFailsSaysWhy() throws IOException {
        Golden.check("choice-stuck", choice(false, bad(Reports.stuck()), good(Reports.newHooks())));
        Golden.check("choice-incompatible", choice(true, bad(Reports.incompatible()), bad(Reports.incompatible())));
    }

    @Test
    void aHeapThatNoHookSavesIsSaidToBeLost() {
        var unsaved = Reports.upgrade().with("heap_dropped", Value.bool(true)).with("hook", Value.text("none"));
        assertThat(choice(false, good(unsaved), good(Reports.newHooks()))).contains("dropped, no hook saves it");
    }

    @Test
    void aWordOrItsBeginningChooses() {
        assertThat(UpgradeChoice.meant("upgrade")).contains(InstallMode.UPGRADE);
        assertThat(UpgradeChoice.meant(" U ")).contains(InstallMode.UPGRADE);
        assertThat(UpgradeChoice.meant("re")).contains(InstallMode.REINSTALL);
        assertThat(UpgradeChoice.meant("lifecycle-upgrade")).contains(InstallMode.LIFECYCLE_UPGRADE);
        for (var nothing : new String[] {"", " ", "no", "upgrades", "y", "install"}) {
            assertThat(UpgradeChoice.meant(nothing)).as(nothing).isEmpty();
        }
    }

    private static String choice(boolean keepsHeap, Attempt upgrade, Attempt lifecycleUpgrade) {
        return new UpgradeChoice(
                        "vault (rwlgt-iiaaa-aaaaa-aaaaa-cai)",
                        VAULT,
                        "v2.wasm (module 222222222222)",
                        keepsHeap,
                        upgrade,
                        lifecycleUpgrade)
                .text();
    }

    private static Attempt good(Value report) {
        return new Attempt(new Response.Replied(new byte[0]), Optional.of(InstallReport.of(report)));
    }

    private static Attempt bad(Value report) {
        var rejection = new Response.Rejected(5, "as the report says", Optional.of("IC0502"));
        return new Attempt(rejection, Optional.of(InstallReport.of(report)));
    }
}
