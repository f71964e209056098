package org.sparkmlext.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the buffers of every back end must do. */
public abstract class BufferContract extends BackendContract {

    @ParameterizedTest
    @EnumSource(ElementType.class)
    void knowsItsTypeAndLength(ElementType type) {
        try (Buffer buffer = backend.allocate(type, 5)) {
            assertThat(buffer.type()).isEqualTo(type);
            assertThat(buffer.length()).isEqualTo(5);
        }
    }

    @Test
    void startsZeroed() {
        int[] ints = {1, 2};
        long[] longs = {1, 2};
        float[] floats = {1, 2};
        byte[] bytes = {1, 2};
        backend.allocate(ElementType.BYTE, 2).copyOut(0, bytes, 0, 2);
        assertThat(bytes).containsExactly(0, 0);
        backend.allocate(ElementType.INT, 2).copyOut(0, ints, 0, 2);
        backend.allocate(ElementType.LONG, 2).copyOut(0, longs, 0, 2);
        backend.allocate(ElementType.FLOAT, 2).copyOut(0, floats, 0, 2);
        assertThat(ints).containsExactly(0, 0);
        assertThat(longs).containsExactly(0, 0);
        assertThat(floats).containsExactly(0, 0);
    }

    @Test
    void copiesRangesOfInts() {
        try (Buffer buffer = backend.allocate(ElementType.INT, 4)) {
            buffer.copyIn(1, new int[] {7, Integer.MIN_VALUE, -3}, 1, 2);
            int[] out = {9, 9, 9, 9, 9};
            buffer.copyOut(0, out, 1, 3);
            assertThat(out).containsExactly(9, 0, Integer.MIN_VALUE, -3, 9);
        }
    }

    @Test
    void copiesRangesOfLongs() {
        try (Buffer buffer = backend.allocate(ElementType.LONG, 4)) {
            buffer.copyIn(2, new long[] {Long.MIN_VALUE, Long.MAX_VALUE}, 0, 2);
            long[] out = new long[3];
            buffer.copyOut(1, out, 0, 3);
            assertThat(out).containsExactly(0, Long.MIN_VALUE, Long.MAX_VALUE);
        }
    }

    @Test
    void copiesRangesOfFloatsBitForBit() {
        try (Buffer buffer = backend.allocate(ElementType.FLOAT, 3)) {
            float odd = Float.intBitsToFloat(0x7FC12345);
            buffer.copyIn(0, new float[] {-0f, odd, Float.MIN_VALUE}, 0, 3);
            float[] out = new float[3];
            buffer.copyOut(0, out, 0, 3);
            assertThat(Float.floatToRawIntBits(out[0])).isEqualTo(0x80000000);
            assertThat(Float.floatToRawIntBits(out[1])).isEqualTo(0x7FC12345);
            assertThat(out[2]).isEqualTo(Float.MIN_VALUE);
        }
    }

    @Test
    void copiesRangesOfBytes() {
        try (Buffer buffer = backend.allocate(ElementType.BYTE, 4)) {
            buffer.copyIn(1, new byte[] {1, (byte) 200, -128}, 1, 2);
            byte[] out = new byte[4];
            buffer.copyOut(0, out, 0, 4);
            assertThat(out).containsExactly(0, (byte) 200, -128, 0);
            assertThatIllegalStateException().isThrownBy(() -> buffer.copyIn(0, new int[1], 0, 1));
        }
    }

    @Test
    void keepsNoReferenceToArraysHandedOver() {
        long[] source = {1, 2, 3};
        try (Buffer buffer = buffer(source)) {
            source[1] = 99;
            long[] out = longs(buffer);
            assertThat(out).containsExactly(1, 2, 3);
            out[0] = 77;
            assertThat(longs(buffer)).containsExactly(1, 2, 3);
        }
    }

    @Test
    void mayBeEmpty() {
        try (Buffer buffer = backend.allocate(ElementType.FLOAT, 0)) {
            assertThatCode(() -> buffer.copyOut(0, new float[0], 0, 0)).doesNotThrowAnyException();
            assertThat(buffer.length()).isZero();
        }
    }

    @Test
    void refusesNegativeLength() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> backend.allocate(ElementType.INT, -1))
                .withMessageContaining("-1");
    }

    @Test
    void refusesOtherElementTypes() {
        try (Buffer buffer = backend.allocate(ElementType.LONG, 2)) {
            assertThatIllegalStateException().isThrownBy(() -> buffer.copyIn(0, new float[2], 0, 2));
            assertThatIllegalStateException().isThrownBy(() -> buffer.copyIn(0, new int[2], 0, 2));
            assertThatIllegalStateException().isThrownBy(() -> buffer.copyOut(0, new float[2], 0, 2));
            assertThatIllegalStateException().isThrownBy(() -> buffer.copyOut(0, new int[2], 0, 2));
            assertThatIllegalStateException().isThrownBy(() -> buffer.copyIn(0, new byte[2], 0, 2));
            assertThatIllegalStateException().isThrownBy(() -> buffer.copyOut(0, new byte[2], 0, 2));
        }
    }

    @Test
    void refusesRangesOutsideBufferOrArray() {
        try (Buffer buffer = buffer(1L, 2L, 3L)) {
            outOfBounds(() -> buffer.copyIn(2, new long[2], 0, 2));
            outOfBounds(() -> buffer.copyIn(-1, new long[2], 0, 1));
            outOfBounds(() -> buffer.copyIn(0, new long[2], 1, 2));
            outOfBounds(() -> buffer.copyOut(0, new long[2], 0, 3));
            outOfBounds(() -> buffer.copyOut(2, new long[5], 0, 2));
            outOfBounds(() -> buffer.copyOut(0, new long[5], 0, -1));
            assertThat(longs(buffer)).containsExactly(1, 2, 3);
        }
    }

    private static void outOfBounds(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void cannotBeUsedOnceClosed() {
        Buffer buffer = buffer(1L, 2L);
        buffer.close();
        buffer.close();
        assertThatIllegalStateException().isThrownBy(() -> buffer.copyOut(0, new long[2], 0, 2));
        assertThatIllegalStateException().isThrownBy(() -> buffer.copyIn(0, new long[2], 0, 2));
    }

    @Test
    void closedBackendAllocatesNothing() {
        backend.close();
        backend.close();
        assertThatIllegalStateException().isThrownBy(() -> backend.allocate(ElementType.INT, 1));
        assertThatIllegalStateException().isThrownBy(() -> backend.trees().allocatePartition(1));
    }

    @Test
    void describesItself() {
        assertThat(backend.name()).isNotBlank().isLowerCase();
        assertThat(backend.description()).startsWith(backend.name()).doesNotContain("\n");
    }
}
