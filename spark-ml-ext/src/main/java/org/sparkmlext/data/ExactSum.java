package org.sparkmlext.data;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * A sum of doubles without any rounding, so that neither order nor partitioning matters: a fixed-point number wide enough for
 * every double, in limbs of 32 bits (Kulisch, "Computer Arithmetic and Validity", 2008). Not for several threads.
 */
public final class ExactSum implements Serializable {
    private static final long serialVersionUID = 1L;

    /** The smallest double is 2 to the minus this; limb i counts units of 2^(32 i) times it. */
    private static final int FRACTION_BITS = 1074;

    /** 2,098 bits of doubles, and carries of up to 2^63 of them. */
    private static final int LIMBS = 68;

    private static final long LIMB_MASK = 0xffffffffL;
    private static final int MANTISSA_BITS = 52;

    /** Additions, each of less than 2^33 to a limb, before carries must be passed on. */
    private static final int ADDITIONS_PER_CARRY = 1 << 29;

    private final long[] limbs = new long[LIMBS];
    private int additions;

    /** @throws ArithmeticException if the value is infinite or NaN */
    public void add(double value) {
        long bits = Double.doubleToRawLongBits(value);
        int exponent = (int) (bits >>> MANTISSA_BITS) & 0x7ff;
        if (exponent == 0x7ff) {
            throw new ArithmeticException(
                    "a sum of " + value + " was asked for; the values are too large to be squared");
        }
        long mantissa = bits & ((1L << MANTISSA_BITS) - 1);
        if (exponent > 0) {
            mantissa |= 1L << MANTISSA_BITS;
            exponent--;
        }
        int limb = exponent >>> 5;
        int shift = exponent & 31;
        long lower = (mantissa & LIMB_MASK) << shift;
        long upper = (mantissa >>> 32) << shift;
        long sign = bits < 0 ? -1 : 1;
        limbs[limb] += sign * (lower & LIMB_MASK);
        limbs[limb + 1] += sign * ((lower >>> 32) + (upper & LIMB_MASK));
        limbs[limb + 2] += sign * (upper >>> 32);
        if (++additions == ADDITIONS_PER_CARRY) {
            passCarriesOn();
        }
    }

    /** Adds {@code a * b} without rounding (but for products below 2^-1022). */
    public void addProduct(double a, double b) {
        double product = a * b;
        add(product);
        add(Math.fma(a, b, -product));
    }

    /** Adds {@code a * b * c} without rounding (but for products below 2^-1022). */
    public void addProduct(double a, double b, double c) {
        double product = a * b;
        addProduct(product, c);
        addProduct(Math.fma(a, b, -product), c);
    }

    /** Adds the other sum; both are left usable. */
    public ExactSum merge(ExactSum other) {
        passCarriesOn();
        other.passCarriesOn();
        for (int i = 0; i < LIMBS; i++) {
            limbs[i] += other.limbs[i];
        }
        passCarriesOn();
        return this;
    }

    private void passCarriesOn() {
        for (int i = 0; i + 1 < LIMBS; i++) {
            limbs[i + 1] += limbs[i] >> 32;
            limbs[i] &= LIMB_MASK;
        }
        additions = 0;
    }

    /** The sum, exact. */
    public BigDecimal exact() {
        BigInteger units = BigInteger.ZERO;
        for (int i = LIMBS - 1; i >= 0; i--) {
            units = units.shiftLeft(32).add(BigInteger.valueOf(limbs[i]));
        }
        if (units.signum() == 0) {
            return BigDecimal.ZERO;
        }
        int whole = Math.min(FRACTION_BITS, units.getLowestSetBit());
        int scale = FRACTION_BITS - whole;
        return new BigDecimal(
                units.shiftRight(whole).multiply(BigInteger.valueOf(5).pow(scale)), scale);
    }

    /** The sum, rounded once. */
    public double value() {
        return exact().doubleValue();
    }
}
