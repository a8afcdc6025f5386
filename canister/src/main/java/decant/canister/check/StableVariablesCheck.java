package decant.canister.check;

import decant.canister.state.Finding;
import decant.canister.state.Finding.Severity;
import decant.motoko.StableCompatibility;
import decant.motoko.StableFinding;
import decant.motoko.StableSignature;
import decant.motoko.StableSignatureException;
import java.util.List;
import java.util.Locale;

/// Checks that a Motoko actor takes over its stable variables.
final class StableVariablesCheck {
    private static final String NOT_KNOWN = "whether the new version takes over the stable variables is not known";

    private StableVariablesCheck() {}

    static List<Finding> findings(CodeFacts before, CodeFacts after, UpgradePlan plan) {
        var older = before.text(CodeFacts.STABLE_TYPES);
        var newer = after.text(CodeFacts.STABLE_TYPES);
        if (older.isEmpty() || newer.isEmpty()) {
            return List.of(Check.STABLE_VARIABLES.unknown(
                    Missing.metadata(older.isPresent(), newer.isPresent(), CodeFacts.STABLE_TYPES),
                    "a stable signature in both versions",
                    older.isEmpty() && newer.isEmpty() ? "there are no stable variables that are known" : NOT_KNOWN,
                    "build both versions with the metadata `" + CodeFacts.STABLE_TYPES
                            + "`, or compare the .most files, if they are Motoko"));
        }
        try {
            return compare(StableSignature.parse(older.get()), StableSignature.parse(newer.get()), plan);
        } catch (StableSignatureException e) {
            return List.of(Check.STABLE_VARIABLES.unknown(
                    "a stable signature that cannot be read: " + e.getMessage(),
                    "a stable signature as the Motoko compiler writes it",
                    NOT_KNOWN,
                    "check with `moc --stable-compatible` of the compiler that built the new version"));
        }
    }

    private static List<Finding> compare(StableSignature before, StableSignature after, UpgradePlan plan) {
        return StableCompatibility.compare(before, after, plan.acknowledgedDrops()).stream()
                .map(StableVariablesCheck::finding)
                .toList();
    }

    private static Finding finding(StableFinding finding) {
        return Check.STABLE_VARIABLES.finding(
                finding.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                finding.isError() ? Severity.ERROR : Severity.WARNING,
                finding.path(),
                finding.after(),
                finding.before(),
                finding.consequence(),
                finding.isError()
                        ? finding.drop()
                                .map(name -> finding.remedy() + "; or acknowledge that `" + name + "` is dropped")
                                .orElse(finding.remedy())
                        : "none needed: the loss is acknowledged");
    }
}
