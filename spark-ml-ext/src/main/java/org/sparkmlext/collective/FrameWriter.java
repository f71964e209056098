package org.sparkmlext.collective;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Frames on their way to one peer: those queued and the one half written. */
final class FrameWriter {
    private static final int FIRST_BYTES = 8 << 10;

    /** A payload to be sent; it is read from the operand when its turn comes. */
    private record Outgoing(int segment, int from, int count) {}

    private final long group;
    private final ArrayDeque<Outgoing> payloads = new ArrayDeque<>();
    private final ArrayDeque<ByteBuffer> controls = new ArrayDeque<>();
    private final FrameHeader header = new FrameHeader();
    private final CRC32C checksum = new CRC32C();
    private ByteBuffer out = emptyBuffer(FIRST_BYTES);
    private @Nullable Operation operation;
    private int sequence;
    private long dataFrames;
    private long bytesSent;

    FrameWriter(long group) {
        this.group = group;
    }

    void begin(Operation next, int nextSequence) {
        operation = next;
        sequence = nextSequence;
    }

    void send(int segment, int from, int count) {
        payloads.add(new Outgoing(segment, from, count));
    }

    void sendControl(byte frame, int segment, String reason) {
        byte[] bytes = reason.getBytes(StandardCharsets.UTF_8);
        byte[] payload = Arrays.copyOf(bytes, Math.min(bytes.length, FrameHeader.MAX_REASON_BYTES));
        FrameHeader control = new FrameHeader();
        control.frame = frame;
        control.group = group;
        control.sequence = sequence;
        control.segment = segment;
        control.length = payload.length;
        ByteBuffer whole =
                ByteBuffer.allocate(FrameHeader.BYTES + payload.length).order(ByteOrder.LITTLE_ENDIAN);
        control.write(whole, 0);
        whole.put(FrameHeader.BYTES, payload);
        controls.add(whole);
    }

    /** Drops what is queued, but not what is half written: the peer could not find the next frame. */
    void dropQueued() {
        payloads.clear();
        controls.clear();
    }

    boolean unsent() {
        return out.hasRemaining() || !payloads.isEmpty() || !controls.isEmpty();
    }

    /** Whether a control frame could go at once: nothing is half written. */
    boolean betweenFrames() {
        return !out.hasRemaining() && controls.isEmpty();
    }

    long dataFrames() {
        return dataFrames;
    }

    long bytesSent() {
        return bytesSent;
    }

    /** Writes what the channel takes. */
    void writeTo(WritableByteChannel channel) throws IOException {
        while (out.hasRemaining() || encodeNext()) {
            bytesSent += channel.write(out);
            if (out.hasRemaining()) {
                return;
            }
        }
    }

    private boolean encodeNext() {
        ByteBuffer control = controls.poll();
        if (control != null) {
            out.clear().put(control).flip();
            return true;
        }
        Outgoing next = payloads.poll();
        Operation current = operation;
        if (next == null || current == null) {
            return false;
        }
        int bytes = next.count * current.operand().elementBytes();
        if (out.capacity() < FrameHeader.BYTES + bytes) {
            out = emptyBuffer(FrameHeader.BYTES + bytes);
        }
        out.clear().position(FrameHeader.BYTES);
        current.operand().encode(next.from, next.count, out);
        out.flip();
        checksum.reset();
        checksum.update(out.duplicate().position(FrameHeader.BYTES));
        header.setData(current, group, sequence, next.segment, next.from, next.count);
        header.checksum = (int) checksum.getValue();
        header.write(out, 0);
        dataFrames++;
        return true;
    }

    private static ByteBuffer emptyBuffer(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN).flip();
    }
}
