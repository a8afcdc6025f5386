package decant.canister.state;

import java.math.BigInteger;

/// An amount of cycles: an unsigned 128-bit number, `high * 2^64 + low`.
public record Cycles(long high, long low) implements Comparable<Cycles> {
    public static final Cycles ZERO = new Cycles(0, 0);
    public static final Cycles MAX = new Cycles(-1, -1);

    private static final BigInteger LIMIT = BigInteger.ONE.shiftLeft(128);

    /// {@return the amount `value`, read as unsigned 64-bit}
    public static Cycles of(long value) {
        return new Cycles(0, value);
    }

    /// {@return the amount `value`, which must be in 0..2^128-1}
    public static Cycles of(BigInteger value) {
        if (value.signum() < 0 || value.compareTo(LIMIT) >= 0) {
            throw new IllegalArgumentException("an amount of cycles is in 0..2^128-1, found " + value);
        }
        return new Cycles(value.shiftRight(64).longValue(), value.longValue());
    }

    /// {@return the sum, or `MAX` where it would exceed 128 bits}
    public Cycles plus(Cycles other) {
        long lowSum = low + other.low;
        long carry = Long.compareUnsigned(lowSum, low) < 0 ? 1 : 0;
        long highSum = high + other.high;
        boolean overflow = Long.compareUnsigned(highSum, high) < 0;
        long highAll = highSum + carry;
        overflow |= carry == 1 && highAll == 0;
        return overflow ? MAX : new Cycles(highAll, lowSum);
    }

    /// {@return the difference; `other` must not be larger than this amount}
    public Cycles minus(Cycles other) {
        if (compareTo(other) < 0) {
            throw new IllegalArgumentException("cannot take " + other + " cycles from " + this);
        }
        long borrow = Long.compareUnsigned(low, other.low) < 0 ? 1 : 0;
        return new Cycles(high - other.high - borrow, low - other.low);
    }

    /// {@return the difference, or zero where `other` is larger}
    public Cycles minusAtMost(Cycles other) {
        return compareTo(other) <= 0 ? ZERO : minus(other);
    }

    /// {@return so many times this amount, `count` being read as unsigned, or `MAX` where that would exceed 128 bits}
    public Cycles times(long count) {
        long carry = Math.unsignedMultiplyHigh(low, count);
        if (high == 0) {
            return new Cycles(carry, low * count);
        }
        var product = toBigInteger().multiply(unsigned(count));
        return product.compareTo(LIMIT) >= 0 ? MAX : of(product);
    }

    /// {@return this amount divided by a positive number, rounded down}
    public Cycles dividedBy(long divisor) {
        return high == 0
                ? of(Long.divideUnsigned(low, divisor))
                : of(toBigInteger().divide(BigInteger.valueOf(divisor)));
    }

    /// {@return the smaller of both}
    public Cycles min(Cycles other) {
        return compareTo(other) <= 0 ? this : other;
    }

    public boolean isZero() {
        return (high | low) == 0;
    }

    /// {@return whether the amount needs more than 64 bits}
    public boolean exceeds64Bits() {
        return high != 0;
    }

    public BigInteger toBigInteger() {
        return unsigned(high).shiftLeft(64).or(unsigned(low));
    }

    @Override
    public int compareTo(Cycles other) {
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    @Override
    public String toString() {
        return toBigInteger().toString();
    }

    private static BigInteger unsigned(long value) {
        return new BigInteger(Long.toUnsignedString(value));
    }
}
