package org.sparkmlext.kernels.cpu.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkmlext.kernels.graph.CounterRandom;
import org.sparkmlext.kernels.graph.RunKey;

/** The mask keeps the elements that {@link CounterRandom} says, in every layout. */
class DropoutMaskTest {

    private static final RunKey KEY = new RunKey(3, 14);
    private static final int STREAM = 5;

    /** Rows without pixels, channels last, planes, blocks that divide the channels and blocks that do not, more than one draw. */
    @ParameterizedTest
    @CsvSource({"7,1,7", "4099,1,4099", "3,25,3", "24,9,24", "5,300,1", "32,49,16", "64,200,8", "20,9,16", "1032,3,8"})
    void keepsWhatTheCounterSays(int channels, int pixels, int block) {
        float rate = 0.3f;
        long[] rows = {0, 7, 123_456_789_012L};
        DropoutMask.Order order = new DropoutMask.Order(channels, pixels, block);
        ByteBuffer mask = ByteBuffer.allocate(rows.length * order.bytes());

        new DropoutMask(rate, STREAM, rows.length, order, 2).fill(KEY, LongBuffer.wrap(rows), mask, (item, count) -> {
            for (int i = 0; i < count; i++) {
                item.accept(i);
            }
        });

        byte[] expected = new byte[mask.capacity()];
        for (int row = 0; row < rows.length; row++) {
            long key = CounterRandom.rowKey(KEY.seed(), KEY.step(), STREAM, rows[row]);
            for (int pixel = 0; pixel < pixels; pixel++) {
                for (int channel = 0; channel < channels; channel++) {
                    int bits = CounterRandom.bits(key, pixel * channels + channel);
                    int at = (channel / block * pixels + pixel) * block + channel % block;
                    expected[row * order.bytes() + at] = (byte) (bits < CounterRandom.threshold(rate) ? 0 : 1);
                }
            }
        }
        assertThat(mask.array()).isEqualTo(expected);
    }

    /** Sequences that lie step by step keep what they keep row by row. */
    @Test
    void stepsOfAllRowsMayLieTogether() {
        int steps = 7;
        int features = 5;
        long[] rows = {3, 11, 2};
        byte[] whole = filled(rows, new DropoutMask.Order(steps * features, 1, steps * features));
        byte[] apart = filled(rows, new DropoutMask.Order(steps * features, 1, steps * features, steps));
        for (int row = 0; row < rows.length; row++) {
            for (int i = 0; i < steps * features; i++) {
                int at = (i / features * rows.length + row) * features + i % features;
                assertThat(apart[at]).isEqualTo(whole[row * steps * features + i]);
            }
        }
    }

    private static byte[] filled(long[] rows, DropoutMask.Order order) {
        ByteBuffer mask = ByteBuffer.allocate(rows.length * order.bytes());
        new DropoutMask(0.4f, STREAM, rows.length, order, 1)
                .fill(KEY, LongBuffer.wrap(rows), mask, (item, count) -> item.accept(0));
        return mask.array();
    }
}
