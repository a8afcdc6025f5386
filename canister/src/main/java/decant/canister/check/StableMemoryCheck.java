package decant.canister.check;

import decant.canister.state.CanisterState;
import decant.canister.state.Finding;
import decant.canister.state.Finding.Severity;
import java.util.List;

/// Looks at the layout of what is in stable memory, and whether the new code can be told to know it.
final class StableMemoryCheck {
    private StableMemoryCheck() {}

    static List<Finding> findings(CodeFacts before, CodeFacts after, UpgradePlan plan) {
        var code = plan.canister().flatMap(CanisterState::code);
        if (code.isEmpty()) {
            return List.of(Check.STABLE_MEMORY.unknown(
                    "no canister",
                    "a canister with its stable memory",
                    "whether the new version knows the layout of the data in stable memory is not known",
                    "check against the canister itself"));
        }
        var stable = code.get().stable();
        if (stable.bytes() == 0) {
            return List.of();
        }
        return switch (StableLayout.of(stable)) {
            case StableLayout.Unmarked _ -> List.of();
            case StableLayout.Structure structure ->
                after.isMotoko() ? List.of(changed(structure, "a layout of Motoko")) : List.of(unsaid(structure));
            case StableLayout.Regions layout -> motoko(layout, before, after);
            case StableLayout.Motoko layout -> motoko(layout, before, after);
            case StableLayout.Unknown layout -> after.isMotoko() ? List.of() : List.of(unsaid(layout));
        };
    }

    private static List<Finding> motoko(StableLayout layout, CodeFacts before, CodeFacts after) {
        if (after.isMotoko()) {
            return List.of();
        }
        return before.isMotoko()
                ? List.of(changed(layout, "the layout is not said, and the new version is not known to be Motoko"))
                : List.of(unsaid(layout));
    }

    private static Finding changed(StableLayout layout, String expects) {
        return Check.STABLE_MEMORY.finding(
                "layout-changed",
                Severity.ERROR,
                "stable memory",
                expects,
                layout.text(),
                "the new version takes what is in stable memory for something else",
                "build the new version with the language and library that wrote the data, or move the data first");
    }

    private static Finding unsaid(StableLayout layout) {
        return Check.STABLE_MEMORY.unknown(
                layout.text() + " in stable memory",
                "a layout that the new version says it knows",
                "whether the new version knows the layout of the data in stable memory is not known",
                "try the upgrade without committing it");
    }
}
