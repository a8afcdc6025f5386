package decant.canister.check;

/// Says which of two versions lacks what a check needs.
final class Missing {
    private Missing() {}

    static String metadata(boolean isInOld, boolean isInNew, String name) {
        if (isInOld == isInNew) {
            return "neither version has the metadata `" + name + "`";
        }
        return "the " + (isInOld ? "new" : "old") + " version has no metadata `" + name + "`";
    }
}
