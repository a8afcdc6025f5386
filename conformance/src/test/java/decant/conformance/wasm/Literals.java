package decant.conformance.wasm;

import java.math.BigInteger;

/// The numbers of the text format.
final class Literals {
    private static final BigInteger TWO_TO_64 = BigInteger.ONE.shiftLeft(64);

    private Literals() {}

    static boolean isNumber(String text) {
        return !text.isEmpty() && Character.isDigit(text.charAt(0));
    }

    /// {@return an integer, signed or unsigned, of at most 64 bits}
    static long integer(String text) {
        String digits = text.replace("_", "");
        boolean negative = digits.startsWith("-");
        if (negative || digits.startsWith("+")) {
            digits = digits.substring(1);
        }
        var value = digits.startsWith("0x") ? new BigInteger(digits.substring(2), 16) : new BigInteger(digits);
        if (value.compareTo(TWO_TO_64) >= 0) {
            throw new NumberFormatException(text);
        }
        return negative ? value.negate().longValue() : value.longValue();
    }

    /// {@return the bits of a single-precision number}
    static int float32(String text) {
        String digits = text.replace("_", "");
        boolean negative = digits.startsWith("-");
        String magnitude = negative || digits.startsWith("+") ? digits.substring(1) : digits;
        int bits;
        if (magnitude.equals("nan")) {
            bits = 0x7FC0_0000;
        } else if (magnitude.startsWith("nan:0x")) {
            bits = 0x7F80_0000 | Integer.parseInt(magnitude.substring(6), 16);
        } else {
            bits = Float.floatToRawIntBits(
                    magnitude.equals("inf") ? Float.POSITIVE_INFINITY : Float.parseFloat(java(magnitude)));
        }
        return negative ? bits | 0x8000_0000 : bits;
    }

    /// {@return the bits of a double-precision number}
    static long float64(String text) {
        String digits = text.replace("_", "");
        boolean negative = digits.startsWith("-");
        String magnitude = negative || digits.startsWith("+") ? digits.substring(1) : digits;
        long bits;
        if (magnitude.equals("nan")) {
            bits = 0x7FF8_0000_0000_0000L;
        } else if (magnitude.startsWith("nan:0x")) {
            bits = 0x7FF0_0000_0000_0000L | Long.parseLong(magnitude.substring(6), 16);
        } else {
            bits = Double.doubleToRawLongBits(
                    magnitude.equals("inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(java(magnitude)));
        }
        return negative ? bits | 0x8000_0000_0000_0000L : bits;
    }

    /// {@return the number as Java writes it: a hexadecimal one always has an exponent}
    private static String java(String number) {
        return number.startsWith("0x") && number.indexOf('p') < 0 && number.indexOf('P') < 0 ? number + "p0" : number;
    }
}
