package decant.canister.rehearsal;

/// A difference between the old answer and the new one that is intended.
///
/// @param place a method, with or without the way into its answer: `statistics`, `statistics.upgrades`
/// @param answer what the new version answers, as text in Candid, where exactly that is expected
public record Rule(String place, Allowance allowance, String answer) {
    /// How much the answer may differ.
    public enum Allowance {
        ANYTHING,
        GROWTH,
        EXACTLY
    }

    boolean allows(String method, Difference difference) {
        var differs = method + difference.path();
        boolean isHere = differs.equals(place) || differs.startsWith(place + ".") || differs.startsWith(place + "[");
        return isHere
                && switch (allowance) {
                    case ANYTHING -> true;
                    case GROWTH -> difference.kind() == Difference.Kind.GREW;
                    case EXACTLY -> false;
                };
    }
}
