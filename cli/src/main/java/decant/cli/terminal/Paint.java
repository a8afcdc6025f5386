package decant.cli.terminal;

/// Colours for a person at a terminal; nothing where there is none, or where the environment asks for none.
public final class Paint {
    /// What is said by a colour.
    public enum Colour {
        GOOD("\033[1;32m"),
        BAD("\033[1;31m"),
        OPEN("\033[1;33m"),
        FAINT("\033[2m");

        private final String begin;

        Colour(String begin) {
            this.begin = begin;
        }
    }

    private static final String END = "\033[0m";

    static final Paint NONE = new Paint(false);

    private final boolean shows;

    private Paint(boolean shows) {
        this.shows = shows;
    }

    public static Paint of(Surroundings surroundings) {
        boolean isUnwanted = surroundings.variable("NO_COLOR").isPresent();
        return new Paint(surroundings.terminal().isPresent() && !isUnwanted);
    }

    public String in(Colour colour, String text) {
        return shows ? colour.begin + text + END : text;
    }
}
