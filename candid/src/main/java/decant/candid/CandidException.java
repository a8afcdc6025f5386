package decant.candid;

/// Something that was meant to be Candid is not, or not of the type asked for. The message says where and what.
public final class CandidException extends RuntimeException {
    public CandidException(String message) {
        super(message);
    }

    /// {@return the failure of a message at one of its bytes}
    static CandidException atByte(int offset, String message) {
        return new CandidException("byte " + offset + ": " + message);
    }

    /// {@return the failure of a text at a line and column, both counted from 1}
    static CandidException at(Place place, String message) {
        return new CandidException("line " + place.line() + ", column " + place.column() + ": " + message);
    }

    /// A position in a text, both counted from 1; a column is one UTF-16 unit.
    record Place(int line, int column) {}
}
