package org.sparkmlext.kernels.emulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Memory;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkmlext.kernels.emulated.CudaEmulator.Shape;

/** Between plain float32 and pixels in bfloat16: what is rounded, and how, and what lies where. */
@Timeout(120)
class PixelsTest {

    private static final int ALL = 1 << 16;
    private static final short NAN = 0x7fff;
    private static final short UNTOUCHED = 0x1234;

    private static CudaEmulator pixels;

    @BeforeAll
    static void compile() {
        assumeTrue(CudaEmulator.hasCompiler(), "no g++ on the PATH: CUDA kernels were not run on the CPU");
        pixels = CudaEmulator.of("pixels");
    }

    private static Shape turning(int numPixels, int channels) {
        return new Shape((numPixels + 31) / 32, (channels + 63) / 64, 1, 256, 0);
    }

    private static int padded(int channels) {
        return (channels + 7) / 8 * 8;
    }

    private static Memory aligned(long bytes, Memory whole) {
        Memory part = whole.align(16);
        assertThat(part.size()).isGreaterThanOrEqualTo(bytes);
        return part;
    }

    /** @param x rows x channels x area */
    private static short[] toPixels(float[] x, int channels, int area) {
        int numPixels = x.length / channels;
        short[] y = new short[numPixels * padded(channels)];
        Arrays.fill(y, UNTOUCHED);
        try (Memory in = new Memory(4L * x.length);
                Memory whole = new Memory(2L * y.length + 16)) {
            Memory out = aligned(2L * y.length, whole);
            in.write(0, x, 0, x.length);
            out.write(0, y, 0, y.length);
            pixels.launch("to_pixels", turning(numPixels, channels), in, out, channels, area, numPixels);
            out.read(0, y, 0, y.length);
        }
        return y;
    }

    private static float[] fromPixels(short[] x, int channels, int area) {
        int numPixels = x.length / padded(channels);
        float[] y = new float[numPixels * channels];
        try (Memory whole = new Memory(2L * x.length + 16);
                Memory out = new Memory(4L * y.length)) {
            Memory in = aligned(2L * x.length, whole);
            in.write(0, x, 0, x.length);
            pixels.launch("from_pixels", turning(numPixels, channels), in, out, channels, area, numPixels);
            out.read(0, y, 0, y.length);
        }
        return y;
    }

    @ParameterizedTest
    @CsvSource({"3,1", "2,20", "5,64", "1,65"})
    void rowsGoThereAndBackUnturned(int rows, int channels) {
        float[] plain = new float[rows * channels];
        for (int i = 0; i < plain.length; i++) {
            plain[i] = Float.intBitsToFloat((0x3f80 + i) << 16);
        }
        short[] turned = toPixels(plain, channels, 1);
        int count = rows * padded(channels) / 8;
        Shape shape = new Shape((count + 255) / 256, 1, 1, 256, 0);
        try (Memory in = new Memory(4L * plain.length);
                Memory whole = new Memory(2L * turned.length + 16);
                Memory back = new Memory(4L * plain.length)) {
            Memory rounded = aligned(2L * turned.length, whole);
            in.write(0, plain, 0, plain.length);
            pixels.launch("to_rows", shape, in, rounded, channels, count);
            assertThat(rounded.getShortArray(0, turned.length)).isEqualTo(turned);
            pixels.launch("from_rows", shape, rounded, back, channels, count);
            assertThat(back.getFloatArray(0, plain.length)).isEqualTo(plain);
        }
    }

    private static short rounded(float value) {
        return toPixels(new float[] {value}, 1, 1)[0];
    }

    @Test
    void everyNumberOfBfloat16GoesThereAndBack() {
        short[] all = new short[ALL];
        float[] plain = new float[ALL];
        for (int i = 0; i < ALL; i++) {
            plain[i] = Float.intBitsToFloat(i << 16);
            all[i] = Float.isNaN(plain[i]) ? NAN : (short) i;
        }
        assertThat(toPixels(plain, 8, ALL / 8)).isEqualTo(channelsLast(all, 8, ALL / 8));
        float[] back = fromPixels(channelsLast(all, 8, ALL / 8), 8, ALL / 8);
        for (int i = 0; i < ALL; i++) {
            assertThat(Float.floatToIntBits(back[i])).isEqualTo(Float.floatToIntBits(plain[i]));
        }
    }

    private static short[] channelsLast(short[] planes, int channels, int area) {
        short[] turned = new short[planes.length];
        for (int i = 0; i < planes.length; i++) {
            turned[i % area * channels + i / area % channels + i / area / channels * area * channels] = planes[i];
        }
        return turned;
    }

    @Test
    void roundsToTheNearestTiesToEven() {
        assertThat(rounded(Float.intBitsToFloat(0x3f808000))).isEqualTo((short) 0x3f80);
        assertThat(rounded(Float.intBitsToFloat(0x3f818000))).isEqualTo((short) 0x3f82);
        assertThat(rounded(Float.intBitsToFloat(0x3f808001))).isEqualTo((short) 0x3f81);
        assertThat(rounded(Float.intBitsToFloat(0x3f80ffff))).isEqualTo((short) 0x3f81);
        assertThat(rounded(Float.intBitsToFloat(0xbf807fff))).isEqualTo((short) 0xbf80);
        assertThat(rounded(Float.MAX_VALUE)).as("too large is infinite").isEqualTo((short) 0x7f80);
        assertThat(rounded(Float.MIN_VALUE)).isZero();
        assertThat(rounded(-0f)).isEqualTo((short) 0x8000);
        assertThat(rounded(Float.intBitsToFloat(0x7f800001)))
                .as("a NaN whose upper half is that of infinity")
                .isEqualTo(NAN);
    }

    @ParameterizedTest
    @CsvSource({"1,3,35", "2,20,9", "3,1,1", "5,64,1", "1,65,33", "33,130,2"})
    void paddingIsZeroAndEveryNumberHasItsPlace(int rows, int channels, int area) {
        float[] plain = new float[rows * channels * area];
        for (int i = 0; i < plain.length; i++) {
            plain[i] = Float.intBitsToFloat((0x3f80 + i % 1000) << 16);
        }
        short[] turned = toPixels(plain, channels, area);
        for (int i = 0; i < turned.length; i++) {
            int channel = i % padded(channels);
            int pixel = i / padded(channels);
            int at = (pixel / area * channels + channel) * area + pixel % area;
            assertThat(turned[i]).isEqualTo(channel < channels ? (short) (0x3f80 + at % 1000) : (short) 0);
        }
        assertThat(fromPixels(turned, channels, area)).isEqualTo(plain);
    }
}
