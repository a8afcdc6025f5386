package decant.cli.upgrade;

import static org.assertj.core.api.Assertions.assertThat;

import decant.candid.Value;
import decant.cli.Golden;
import decant.cli.node.InstallReport;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/// How reports of installations read. `-Dapprove` rewrites the files.
final class ReportTextTest {
    @Test
    void anUpgradeThatWentWellSaysWhatItTook() throws IOException {
        Golden.check("report-upgraded", whole(Reports.upgrade()));
    }

    @Test
    void aTrapIsToldByItsStageItsBacktraceAndTheHint() throws IOException {
        Golden.check("report-stuck", whole(Reports.stuck()));
    }

    @Test
    void findingsSayWhatIsWrongAndWhatToDo() throws IOException {
        Golden.check("report-incompatible", whole(Reports.incompatible()));
    }

    @Test
    void aDryRunSaysWhatWouldBe() throws IOException {
        Golden.check("report-dry-run", whole(Reports.newHooks()));
    }

    @Test
    void aHeapThatWasLostIsMentioned() throws IOException {
        var discarded = Reports.stuck()
                .with("outcome", Value.variant("installed"))
                .with("stage", Value.text("commit"))
                .with("hook", Value.text("trapped_and_discarded"))
                .with("heap_dropped", Value.bool(true));
        Golden.check("report-discarded", whole(discarded));
        assertThat(ReportText.notes(InstallReport.of(Reports.upgrade()))).isEmpty();
    }

    private static String whole(Value report) {
        return ReportText.whole(InstallReport.of(report)) + "\n";
    }
}
