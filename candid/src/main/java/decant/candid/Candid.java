package decant.candid;

import java.util.List;

/// Values to and from messages and text: the front door of this package.
public final class Candid {
    private Candid() {}

    /// {@return a message with these values at these types}
    public static byte[] encode(List<Value> values, List<Type> types) {
        return Encoder.encode(values, types);
    }

    /// {@return a message with one value}
    public static byte[] encode(Value value, Type type) {
        return encode(List.of(value), List.of(type));
    }

    /// {@return a message with these values at the smallest types they have}
    public static byte[] encode(List<Value> values) {
        return encode(values, values.stream().map(Inference::typeOf).toList());
    }

    /// Reads a message at the types its reader expects, by Candid's rules of coercion.
    ///
    /// @return as many values as there are expected types
    /// @throws CandidException if the message is malformed, does not fit the types, or exceeds the quota
    public static List<Value> decode(byte[] message, List<Type> expected, Quota quota) {
        return Decoder.decode(message, expected, quota);
    }

    /// Reads the one value of a message, or its first.
    public static Value decode(byte[] message, Type expected, Quota quota) {
        return decode(message, List.of(expected), quota).getFirst();
    }

    /// Reads a message at the types it brings. Labels then have no names, and values of unknown types read as reserved.
    public static List<Value> decode(byte[] message, Quota quota) {
        return Decoder.decode(message, quota);
    }

    /// Reads arguments as text, such as `(42, record { name = "x" })`, at given types.
    ///
    /// @throws CandidException with line and column, if the text is malformed or does not fit the types
    public static List<Value> parse(String text, List<Type> types) {
        return new ValueParser(text).arguments(types);
    }

    /// Reads arguments as text without knowing their types: whole numbers are `int`, others `float64`, unless
    /// annotated.
    public static List<Value> parse(String text) {
        return new ValueParser(text).arguments();
    }

    /// {@return the values as text, broken into lines where it is long}
    public static String print(List<Value> values) {
        return ValuePrinter.print(values);
    }
}
