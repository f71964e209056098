package org.sparkmlext.kernels.emulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Memory;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sparkmlext.kernels.emulated.CudaEmulator.Shape;

/** Products of tf32, and of float32 by three of them ({@code tf32.cuh}), one tile of a warp at a time. */
@Timeout(120)
class Tf32Test {

    private static final int ROWS = 16;
    private static final int COLUMNS = 8;
    /** Bits of a float32 that a tf32 does not have. */
    private static final int IGNORED = (1 << 13) - 1;
    /** Of the contract of networks in float32: parts of the largest result. */
    private static final double TOLERANCE = 1e-4;

    private static CudaEmulator probe;
    private final Random random = new Random(3);

    @BeforeAll
    static void compile() {
        assumeTrue(CudaEmulator.hasCompiler(), "no g++ on the PATH: CUDA kernels were not run on the CPU");
        probe = CudaEmulator.of("probe_tf32");
    }

    private static float[] multiplied(float[] a, float[] b, boolean isSplit, int lanes) {
        int inner = a.length / ROWS;
        try (Memory left = new Memory(4L * a.length);
                Memory right = new Memory(4L * b.length);
                Memory product = new Memory(4L * ROWS * COLUMNS)) {
            left.write(0, a, 0, a.length);
            right.write(0, b, 0, b.length);
            Shape shape = new Shape(1, 1, 1, lanes, 0);
            probe.launch("multiply_by_tf32", shape, left, right, product, inner, isSplit ? 1 : 0);
            return product.getFloatArray(0, ROWS * COLUMNS);
        }
    }

    private static float[] multiplied(float[] a, float[] b, boolean isSplit) {
        return multiplied(a, b, isSplit, 32);
    }

    private float[] numbers(int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }

    /** The nearest number of 11 bits, of two as near the larger one in size; below the normal numbers the nearest multiple. */
    private static double nearest(float x) {
        double last = Math.scalb(1.0, Math.max(Math.getExponent(x), Float.MIN_EXPONENT) - 10);
        return Math.copySign(Math.floor(Math.abs((double) x) / last + 0.5) * last, x);
    }

    @Test
    void numbersAreRoundedToElevenBitsTiesAway() {
        int count = 1 << 18;
        int[] bits = new int[count];
        for (int i = 0; i < count; i++) {
            // All signs and exponents; of the lower bits a half, those beside it, and any.
            int low = i % 4 == 0 ? 1 << 12 : i % 4 == 1 ? (1 << 12) - 1 : i % 4 == 2 ? (1 << 12) + 1 : random.nextInt();
            bits[i] = random.nextInt() & ~IGNORED | low & IGNORED;
        }
        int[] rounded = new int[count];
        try (Memory in = new Memory(4L * count);
                Memory out = new Memory(4L * count)) {
            in.write(0, bits, 0, count);
            probe.launch("round_to_tf32", new Shape(count / 256, 1, 1, 256, 0), in, out, count);
            out.read(0, rounded, 0, count);
        }
        for (int i = 0; i < count; i++) {
            float x = Float.intBitsToFloat(bits[i]);
            float y = Float.intBitsToFloat(rounded[i]);
            assertThat(rounded[i] & IGNORED).isZero();
            if (Float.isNaN(x) || Float.isInfinite(x)) {
                assertThat(Float.compare(y, x)).isZero();
            } else {
                // What is too large becomes infinite.
                assertThat(y).as("%s", x).isEqualTo((float) nearest(x));
            }
        }
    }

    /** Whole numbers of few bits: no rounding, so that what is left is which number meets which. */
    @Test
    void aWarpMultipliesItsTiles() {
        float[] a = new float[ROWS * 24];
        float[] b = new float[24 * COLUMNS];
        for (int i = 0; i < a.length; i++) {
            a[i] = random.nextInt(200) - 100;
        }
        for (int i = 0; i < b.length; i++) {
            b[i] = random.nextInt(200) - 100;
        }
        for (boolean isSplit : new boolean[] {false, true}) {
            float[] product = multiplied(a, b, isSplit);
            for (int i = 0; i < product.length; i++) {
                assertThat((double) product[i]).isEqualTo(sum(a, b, i)[0]);
            }
        }
    }

    @Test
    void lowerBitsAreIgnored() {
        float[] a = numbers(ROWS * 8);
        float[] b = numbers(8 * COLUMNS);
        float[] cut = multiplied(cut(a), cut(b), false);
        assertThat(multiplied(a, b, false)).isEqualTo(cut);
        assertThat(multiplied(a, b, true)).isNotEqualTo(cut);
    }

    private static float[] cut(float[] numbers) {
        float[] cut = numbers.clone();
        for (int i = 0; i < cut.length; i++) {
            cut[i] = Float.intBitsToFloat(Float.floatToRawIntBits(cut[i]) & ~IGNORED);
        }
        return cut;
    }

    /** Of one number of the result: the sum, and that of the products' sizes. */
    private static double[] sum(float[] a, float[] b, int at) {
        int inner = a.length / ROWS;
        double sum = 0;
        double size = 0;
        for (int k = 0; k < inner; k++) {
            double product = (double) a[at / COLUMNS * inner + k] * b[k * COLUMNS + at % COLUMNS];
            sum += product;
            size += Math.abs(product);
        }
        return new double[] {sum, size};
    }

    /** Three products keep what float32 promises, by the bound of the header; one does not, even by the contract's tolerance. */
    @Test
    void splitProductsAreAsGoodAsFloat32() {
        int inner = 256;
        float[] a = numbers(ROWS * inner);
        float[] b = numbers(inner * COLUMNS);
        float[] split = multiplied(a, b, true);
        float[] single = multiplied(a, b, false);
        double largest = 0;
        double missed = 0;
        for (int i = 0; i < split.length; i++) {
            double[] sum = sum(a, b, i);
            // 2^-21 of what the three products leave out; a rounding of 2^-24 for each addend.
            double bound = (Math.scalb(1.0, -21) + 3 * inner * Math.scalb(1.0, -24)) * sum[1];
            assertThat(Math.abs(split[i] - sum[0])).isLessThan(bound).isLessThan(1e-6 * sum[1]);
            largest = Math.max(largest, Math.abs(sum[0]));
            missed = Math.max(missed, Math.abs(single[i] - sum[0]));
        }
        assertThat(missed).isGreaterThan(TOLERANCE * largest);
    }

    @Test
    void aProductNeedsAWholeWarp() {
        assertThatIllegalStateException()
                .isThrownBy(() -> multiplied(numbers(ROWS * 8), numbers(8 * COLUMNS), true, 16))
                .withMessageContaining("never arrived");
    }
}
