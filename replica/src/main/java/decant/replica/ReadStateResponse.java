package decant.replica;

/// What became of a request to read the certified state.
public sealed interface ReadStateResponse {
    /// A certificate whose tree shows, or proves absent, every path asked for, and the time.
    record Certified(byte[] certificate) implements ReadStateResponse {}

    /// The sender may not read what was asked for, or asked in a form that is not understood.
    record Denied(Denial denial) implements ReadStateResponse {}
}
