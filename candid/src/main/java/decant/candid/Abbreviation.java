package decant.candid;

/// Keeps what a message quotes from outside to a length one can read.
final class Abbreviation {
    private static final int LENGTH_MAX = 160;

    private Abbreviation() {}

    static String of(String text) {
        return text.length() <= LENGTH_MAX ? text : text.substring(0, LENGTH_MAX) + "...";
    }
}
