package decant.replica;

/// What became of a request: a response, or a denial that says why there is none.
public sealed interface Served<R> {
    /// The request was served.
    record Answered<R>(R response) implements Served<R> {}

    /// The request was turned away.
    record Denied<R>(Denial denial) implements Served<R> {}
}
