package org.sparkmlext.net.layer;

import java.util.Arrays;
import java.util.Locale;
import org.sparkmlext.kernels.graph.CounterRandom;

/**
 * How the numbers of a parameter start. With fan-in i and fan-out o: a variance of {@code 2/(i + o)} (Glorot and Bengio 2010),
 * {@code 2/i} (He et al. 2015) or {@code 1/i} (LeCun et al. 1998); uniform within {@code sqrt(3 variance)}, or normal cut at two
 * standard deviations and widened to the wanted variance. Formulas and cuts are those of Keras.
 *
 * <p>Each number is a function of seed, name of the parameter and position alone ({@link CounterRandom}, {@link StrictMath}): the same
 * on every machine and for every number of workers, and unchanged when a layer is added elsewhere.
 */
public enum Initializer {
    ZEROS,
    ONES,
    GLOROT_UNIFORM,
    GLOROT_NORMAL,
    HE_UNIFORM,
    HE_NORMAL,
    LECUN_UNIFORM,
    LECUN_NORMAL;

    /** Tells these numbers from those of dropout, whose streams count from 0. */
    private static final int STREAM = -1;

    /** Standard deviation of a normal distribution that was cut at two standard deviations. */
    private static final double CUT_DEVIATION = 0.87962566103423978;

    /** In JSON, e.g. {@code he-normal}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @throws IllegalArgumentException if there is none of that name; the message lists them */
    public static Initializer parse(String text) {
        return Arrays.stream(values())
                .filter(i -> i.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown initializer '" + text + "'; known are "
                        + Arrays.stream(values()).map(Initializer::text).toList()));
    }

    private double variance(long fanIn, long fanOut) {
        return switch (this) {
            case ZEROS, ONES -> 0;
            case GLOROT_UNIFORM, GLOROT_NORMAL -> 2.0 / (fanIn + fanOut);
            case HE_UNIFORM, HE_NORMAL -> 2.0 / fanIn;
            case LECUN_UNIFORM, LECUN_NORMAL -> 1.0 / fanIn;
        };
    }

    /** Writes {@code length} numbers of the parameter {@code name} from {@code from} on. */
    void fill(long seed, String name, long fanIn, long fanOut, float[] out, int from, int length) {
        double variance = variance(fanIn, fanOut);
        switch (this) {
            case ZEROS, ONES -> Arrays.fill(out, from, from + length, this == ONES ? 1 : 0);
            case GLOROT_UNIFORM, HE_UNIFORM, LECUN_UNIFORM ->
                uniform(key(seed, 0, name), StrictMath.sqrt(3 * variance), out, from, length);
            case GLOROT_NORMAL, HE_NORMAL, LECUN_NORMAL -> {
                double deviation = StrictMath.sqrt(variance) / CUT_DEVIATION;
                for (int i = 0; i < length; i++) {
                    out[from + i] = (float) (deviation * cutNormal(seed, name, i));
                }
            }
        }
    }

    private static void uniform(long key, double limit, float[] out, int from, int length) {
        for (int i = 0; i < length; i++) {
            out[from + i] = (float) (limit * (2 * unit(key, i) - 1));
        }
    }

    /** Draws until one lies within two deviations, by the method of Box and Muller (1958). */
    private static double cutNormal(long seed, String name, int position) {
        for (int attempt = 0; ; attempt++) {
            long key = key(seed, attempt, name);
            double radius = StrictMath.sqrt(-2 * StrictMath.log(unit(key, 2 * position)));
            double normal = radius * StrictMath.cos(2 * StrictMath.PI * unit(key, 2 * position + 1));
            if (StrictMath.abs(normal) <= 2) {
                return normal;
            }
        }
    }

    /** Above 0 and below 1. */
    private static double unit(long key, int position) {
        return (CounterRandom.bits(key, position) + 0.5) / (1 << CounterRandom.BITS);
    }

    private static long key(long seed, int attempt, String name) {
        // FNV-1a over UTF-16; String.hashCode has 32 bits, and two parameters must not start alike.
        long hash = 0xCBF29CE484222325L;
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * 0x100000001B3L;
        }
        return CounterRandom.rowKey(seed, attempt, STREAM, hash);
    }
}
