package decant.canister.check;

import decant.candid.CandidException;
import decant.candid.Did;
import decant.candid.Subtyping;
import decant.canister.state.Finding;
import decant.canister.state.Finding.Severity;
import java.util.List;

/// Checks that clients of the old Candid interface can use the new one.
final class InterfaceCheck {
    private InterfaceCheck() {}

    static List<Finding> findings(CodeFacts before, CodeFacts after) {
        var older = before.text(CodeFacts.SERVICE);
        var newer = after.text(CodeFacts.SERVICE);
        if (older.isEmpty() || newer.isEmpty()) {
            return List.of(Check.INTERFACE.unknown(
                    Missing.metadata(older.isPresent(), newer.isPresent(), CodeFacts.SERVICE),
                    "an interface in both versions",
                    "whether old clients can use the new version is not known",
                    "build both versions with the metadata `" + CodeFacts.SERVICE + "`, or compare the .did files"));
        }
        try {
            var provided = Did.parse(newer.get()).service();
            return Subtyping.compare(Did.parse(older.get()).service(), provided).stream()
                    .map(InterfaceCheck::finding)
                    .toList();
        } catch (CandidException e) {
            return List.of(Check.INTERFACE.unknown(
                    "an interface that cannot be read: " + e.getMessage(),
                    "a service in Candid",
                    "whether old clients can use the new version is not known",
                    "mend the metadata `" + CodeFacts.SERVICE + "`"));
        }
    }

    private static Finding finding(decant.candid.Finding finding) {
        return Check.INTERFACE.finding(
                finding.isError() ? "breaks-clients" : "reads-null",
                finding.isError() ? Severity.ERROR : Severity.WARNING,
                finding.path(),
                finding.after(),
                finding.before(),
                finding.consequence(),
                finding.remedy());
    }
}
