package decant.canister.check;

import decant.candid.Candid;
import decant.candid.CandidException;
import decant.candid.Quota;
import decant.candid.Type;
import decant.canister.state.Finding;
import decant.canister.state.Finding.Severity;
import java.util.List;
import java.util.stream.Collectors;

/// Checks that the argument given is one that the new code takes.
final class ArgumentCheck {
    private static final byte[] NO_ARGUMENTS = Candid.encode(List.of(), List.of());

    private static final String NOT_KNOWN = "whether the new version can read its argument is not known";

    private ArgumentCheck() {}

    static List<Finding> findings(CodeFacts after, UpgradePlan plan) {
        if (plan.argument().isEmpty()) {
            return List.of(Check.ARGUMENT.unknown(
                    "no argument", "the argument of the upgrade", NOT_KNOWN, "check with the argument"));
        }
        try {
            return after.argumentTypes()
                    .map(types -> fitting(after, types, plan.argument().get()))
                    .orElseGet(() -> unknown(plan.argument().get()));
        } catch (CandidException e) {
            return List.of(Check.ARGUMENT.unknown(
                    "types that cannot be read: " + e.getMessage(),
                    "types in Candid",
                    NOT_KNOWN,
                    "mend the metadata `" + CodeFacts.ARGUMENTS + "`"));
        }
    }

    private static List<Finding> unknown(byte[] argument) {
        if (argument.length == 0 || java.util.Arrays.equals(argument, NO_ARGUMENTS)) {
            return List.of();
        }
        return List.of(Check.ARGUMENT.unknown(
                "the new version has no metadata `" + CodeFacts.ARGUMENTS + "`",
                "the types of the arguments it takes",
                NOT_KNOWN,
                "build it with the metadata `" + CodeFacts.ARGUMENTS + "`"));
    }

    private static List<Finding> fitting(CodeFacts after, List<Type> types, byte[] argument) {
        try {
            Candid.decode(argument, types, Quota.DEFAULT);
            return List.of();
        } catch (CandidException e) {
            var expected = types.stream().map(Type::toString).collect(Collectors.joining(", ", "(", ")"));
            return List.of(misfit(after, found(argument), expected, String.valueOf(e.getMessage())));
        }
    }

    /// A Motoko actor reads its arguments in every upgrade, other code need not.
    static Finding misfit(CodeFacts after, String found, String expected, String reason) {
        return Check.ARGUMENT.finding(
                "does-not-fit",
                after.isMotoko() ? Severity.ERROR : Severity.WARNING,
                "",
                found,
                expected,
                (after.isMotoko()
                                ? "the new version traps when it starts: "
                                : "the new version traps in canister_post_upgrade if it reads its argument there: ")
                        + reason,
                "give arguments of the types " + expected);
    }

    private static String found(byte[] argument) {
        try {
            var text = Candid.print(Candid.decode(argument, Quota.DEFAULT));
            return text.length() <= 200 ? text : text.substring(0, 200) + "...";
        } catch (CandidException _) {
            return argument.length + " bytes that are no Candid message";
        }
    }
}
