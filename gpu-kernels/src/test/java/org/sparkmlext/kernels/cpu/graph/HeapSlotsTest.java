package org.sparkmlext.kernels.cpu.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeapSlotsTest {

    private static final int SLOTS = 2;
    private static final int LENGTH = 23;
    private static final int CHUNK = 5;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 20, 23})
    void partsGoInAndOutAcrossPiecesAndSlots(int head) {
        HeapSlots slots = new HeapSlots(SLOTS, LENGTH, head, CHUNK);
        float[] expected = new float[SLOTS * LENGTH];
        assertThat(slots.length()).isEqualTo(expected.length);
        float next = 1;
        for (int from = 0; from < expected.length; from += 3) {
            for (int count : new int[] {0, 1, 4, 11, 31}) {
                int some = Math.min(count, expected.length - from);
                float[] written = new float[some + 2];
                for (int i = 0; i < some; i++) {
                    written[i + 2] = next;
                    expected[from + i] = next++;
                }
                slots.copyIn(from, written, 2, some);
                float[] read = new float[some + 1];
                slots.copyOut(from, read, 1, some);
                for (int i = 0; i < some; i++) {
                    assertThat(read[i + 1]).isEqualTo(expected[from + i]);
                }
            }
        }
        float[] all = new float[expected.length];
        slots.copyOut(0, all, 0, all.length);
        assertThat(all).isEqualTo(expected);
    }

    @Test
    void aChunksArraysAreTheSlotsThemselves() {
        HeapSlots slots = new HeapSlots(SLOTS, LENGTH, 7, CHUNK);
        float[][] arrays = new float[SLOTS][];
        slots.arrays(3, arrays);
        // Elements 22 only: 7 + 3 * 5 up to the end.
        assertThat(arrays[1]).hasSize(1);
        arrays[1][0] = 4;
        float[] one = new float[1];
        slots.copyOut(2 * LENGTH - 1, one, 0, 1);
        assertThat(one[0]).isEqualTo(4);
    }

    @Test
    void refusesWhatIsOutsideOfAnotherTypeOrClosed() {
        HeapSlots slots = new HeapSlots(SLOTS, LENGTH, 0, CHUNK);
        assertThatThrownBy(() -> slots.copyIn(40, new float[7], 0, 7)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> slots.copyOut(0, new float[3], 1, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> slots.copyIn(0, new int[1], 0, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("used as INT");
        slots.close();
        slots.close();
        assertThatThrownBy(() -> slots.copyOut(0, new float[1], 0, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }
}
