package org.sparkmlext.collective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames torn, damaged and foreign. */
class FrameReaderTest {
    private static final long GROUP = 0x1234_5678_9abc_def0L;
    private static final int LENGTH = 100;
    private static final int FRAME_BYTES = FrameHeader.BYTES + LENGTH * Long.BYTES;

    private final long[] target = new long[LENGTH];
    private final Operation operation = new Operation(
            Operation.Kind.SUM, new LongOperand(target, 0, LENGTH, LongOperand.Fold.SUM), Segments.even(LENGTH, 2), 0);

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 39, 41, 333})
    void framesTornAnywhereArriveWhole(int piece) throws Exception {
        byte[] bytes = frames(GROUP);
        FrameReader reader = reader();
        for (int at = 0; at < bytes.length; at += piece) {
            feed(reader, Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + piece)));
            reader.parse();
        }
        assertThat(reader.expects()).isFalse();
        assertThat(target).isEqualTo(payload());
        assertThat(reader.saidBye()).isTrue();
    }

    @Test
    void damagedPayloadIsNoticed() throws Exception {
        byte[] bytes = frames(GROUP);
        bytes[FRAME_BYTES - 5] ^= 0x10;
        FrameReader reader = reader();
        feed(reader, bytes);
        assertThatThrownBy(reader::parse).isInstanceOf(ProtocolMismatch.class).hasMessageContaining("damaged");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 5, 6, 7, 8, 16, 20, 24, 28, 32, 35})
    void aChangedHeaderIsNoticed(int at) throws Exception {
        byte[] bytes = frames(GROUP);
        bytes[at] ^= (byte) 0x80;
        FrameReader reader = reader();
        feed(reader, bytes);
        assertThatThrownBy(reader::parse).isInstanceOf(ProtocolMismatch.class);
    }

    @Test
    void framesOfAnotherGroupAreNotTaken() throws Exception {
        FrameReader reader = reader();
        feed(reader, frames(GROUP + 1));
        assertThatThrownBy(reader::parse).hasMessageContaining("group 123456789abcdef1");
    }

    @Test
    void anAbortBehindDataOfALaterOperationIsHeard() throws Exception {
        FrameReader reader = new FrameReader(1, 0, GROUP);
        reader.begin(operation, 2);
        FrameWriter writer = new FrameWriter(GROUP);
        writer.begin(operation, 3);
        writer.send(0, 0, LENGTH);
        writer.send(1, 0, LENGTH);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        writer.writeTo(Channels.newChannel(out));
        writer.sendControl(FrameHeader.ABORT, 5, "disk full");
        writer.writeTo(Channels.newChannel(out));
        feed(reader, out.toByteArray());
        reader.parse();
        assertThat(reader.told()).isEqualTo(new Failure(5, "disk full", null));
    }

    private FrameReader reader() {
        FrameReader reader = new FrameReader(1, 0, GROUP);
        reader.begin(operation, 3);
        reader.expect(0, 0, operation.operand(), 0, LENGTH, true, null);
        return reader;
    }

    private static long[] payload() {
        long[] payload = new long[LENGTH];
        Arrays.setAll(payload, i -> 1L << (i % 64));
        return payload;
    }

    /** One frame of data, then a farewell. */
    private static byte[] frames(long group) throws IOException {
        long[] payload = payload();
        FrameWriter writer = new FrameWriter(group);
        writer.begin(
                new Operation(
                        Operation.Kind.SUM,
                        new LongOperand(payload, 0, LENGTH, LongOperand.Fold.SUM),
                        Segments.even(LENGTH, 2),
                        0),
                3);
        writer.send(0, 0, LENGTH);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        writer.writeTo(Channels.newChannel(out));
        writer.sendControl(FrameHeader.BYE, 1, "");
        writer.writeTo(Channels.newChannel(out));
        return out.toByteArray();
    }

    private static void feed(FrameReader reader, byte[] bytes) throws IOException {
        ReadableByteChannel channel = Channels.newChannel(new ByteArrayInputStream(bytes));
        int left = bytes.length;
        while (left > 0) {
            left -= reader.readFrom(channel);
        }
    }
}
