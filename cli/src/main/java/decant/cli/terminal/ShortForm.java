package decant.cli.terminal;

import decant.base.Hash;
import decant.base.Principal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/// Things as a person reads them in a line among others: as short as they can be told apart.
public final class ShortForm {
    private static final int HASH_DIGITS = 12;
    private static final int PRINCIPAL_CHARACTERS_MAX = 27;

    private ShortForm() {}

    public static String hash(Hash hash) {
        return hash.hex().substring(0, HASH_DIGITS);
    }

    /// {@return the principal whole where it is a canister's, else its beginning}
    public static String principal(Principal principal) {
        var text = principal.toString();
        return text.length() <= PRINCIPAL_CHARACTERS_MAX ? text : text.substring(0, text.indexOf('-', 6)) + "...";
    }

    public static String time(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /// {@return such as `1,234,567`}
    public static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
