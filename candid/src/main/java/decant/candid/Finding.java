package decant.candid;

/// One place at which a new interface does not fit the old one.
///
/// @param path the way from the service to the place, such as `method transfer, argument 1 (to), field owner`
/// @param before the old type at that place
/// @param after the new type at that place
/// @param consequence what happens to a client that knows only the old interface
/// @param remedy the smallest change to the new interface that would avoid it
public record Finding(Severity severity, String path, String before, String after, String consequence, String remedy) {
    /// How bad it is.
    public enum Severity {
        /// An old client fails.
        ERROR,
        /// An old client, or the new service, reads null instead of a value.
        WARNING
    }

    public boolean isError() {
        return severity == Severity.ERROR;
    }

    /// {@return the finding in one line for people}
    @Override
    public String toString() {
        return (isError() ? "error" : "warning") + (path.isEmpty() ? "" : " in " + path) + ": " + consequence
                + " (before: " + before + "; after: " + after + "). Remedy: " + remedy + ".";
    }
}
