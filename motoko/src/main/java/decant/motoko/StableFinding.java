package decant.motoko;

import java.util.Optional;

/// One place at which the stable variables of a new version do not take over what the old one has.
///
/// @param path the way from the variable to the place, such as `stable variable users, element, field email`
/// @param before the old type at that place
/// @param after the new type at that place
/// @param consequence what happens to the data
/// @param remedy the smallest change to the new version that would avoid it
/// @param drop what to acknowledge where data is dropped and nothing else is wrong: a variable, as `users`, or a field
///     inside it, as `users.email`
public record StableFinding(
        Kind kind,
        Severity severity,
        String path,
        String before,
        String after,
        String consequence,
        String remedy,
        Optional<String> drop) {

    /// What is wrong.
    public enum Kind {
        /// The new version does not have the variable.
        VARIABLE_DROPPED,
        /// The new type has no place for a part of the data.
        DATA_DROPPED,
        /// Data of the old type does not fit the new one.
        TYPE_CHANGED,
        /// A migration needs a variable that the old version does not have.
        VARIABLE_MISSING,
        /// The old version has a chain of migrations, the new one has none.
        CHAIN_ABANDONED
    }

    /// How bad it is.
    public enum Severity {
        /// The upgrade fails or loses data.
        ERROR,
        /// Data is dropped as acknowledged.
        WARNING
    }

    public boolean isError() {
        return severity == Severity.ERROR;
    }

    StableFinding acknowledged() {
        return new StableFinding(kind, Severity.WARNING, path, before, after, consequence, remedy, drop);
    }

    /// {@return the finding in one line for people}
    @Override
    public String toString() {
        return (isError() ? "error" : "warning") + (path.isEmpty() ? "" : " in " + path) + ": " + consequence
                + " (before: " + before + "; after: " + after + "). Remedy: " + remedy + ".";
    }
}
