package org.sparkmlext.collective;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Frames that come from one peer, compared with those that this rank expects, in the very order in which the peer sends
 * them. Payloads go into their operand as their bytes arrive.
 */
final class FrameReader {
    private static final int BUFFER_BYTES = 256 << 10;

    /** A payload that must come next. */
    private record Incoming(
            int segment,
            int offset,
            Operand target,
            int at,
            int count,
            boolean fold,
            @Nullable Runnable then) {}

    private final int peer;
    private final int ownRank;
    private final long group;
    private final ArrayDeque<Incoming> expectations = new ArrayDeque<>();
    private final FrameHeader arriving = new FrameHeader();
    private final FrameHeader expected = new FrameHeader();
    private final CRC32C checksum = new CRC32C();
    private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private @Nullable Operation operation;
    private int sequence;
    /** Bytes of the present payload that have not come, or -1 between frames. */
    private int payloadLeft = -1;

    private long dataFrames;
    private int peerSequence;
    private boolean peerBegan;
    private boolean bye;
    private @Nullable Failure told;

    FrameReader(int peer, int ownRank, long group) {
        this.peer = peer;
        this.ownRank = ownRank;
        this.group = group;
    }

    void begin(Operation next, int nextSequence) {
        operation = next;
        sequence = nextSequence;
        peerBegan = peerBegan && peerSequence - nextSequence >= 0;
    }

    /**
     * Expects elements {@code [offset, offset + count)} of the operation and puts them at {@code at} of {@code target}.
     *
     * @param then runs once they are all there
     */
    void expect(int segment, int offset, Operand target, int at, int count, boolean fold, @Nullable Runnable then) {
        expectations.add(new Incoming(segment, offset, target, at, count, fold, then));
    }

    void dropExpectations() {
        expectations.clear();
    }

    boolean expects() {
        return !expectations.isEmpty();
    }

    long dataFrames() {
        return dataFrames;
    }

    boolean peerBegan() {
        return peerBegan;
    }

    boolean saidBye() {
        return bye;
    }

    @Nullable
    Failure told() {
        return told;
    }

    /** Whether there is room for more: data of a later operation may fill the buffer. */
    boolean hasRoom() {
        return in.hasRemaining();
    }

    /** Reads once, without looking at it. */
    int readFrom(ReadableByteChannel channel) throws IOException {
        return channel.read(in);
    }

    void discard() {
        in.clear();
    }

    /** Completes what it can of what has been read. */
    void parse() throws ProtocolMismatch {
        in.flip();
        try {
            boolean more = true;
            while (more) {
                more = payloadLeft < 0 ? parseHeader() : parsePayload();
            }
            if (payloadLeft < 0) {
                lookAhead();
            }
        } finally {
            in.compact();
        }
    }

    private boolean parseHeader() throws ProtocolMismatch {
        if (in.remaining() < FrameHeader.BYTES) {
            return false;
        }
        peek(in.position());
        if (arriving.frame != FrameHeader.DATA) {
            if (in.remaining() < FrameHeader.BYTES + arriving.length) {
                return false;
            }
            takeControl(in.position());
            in.position(in.position() + FrameHeader.BYTES + arriving.length);
            return true;
        }
        noteSequence();
        Incoming next = expectations.peek();
        if (next == null) {
            return false;
        }
        requireExpected(next);
        in.position(in.position() + FrameHeader.BYTES);
        payloadLeft = arriving.length;
        checksum.reset();
        return true;
    }

    private boolean parsePayload() throws ProtocolMismatch {
        Incoming next = expectations.element();
        int elementBytes = next.target.elementBytes();
        int whole = Math.min(in.remaining(), payloadLeft) / elementBytes;
        if (whole > 0) {
            int bytes = whole * elementBytes;
            checksum.update(in.duplicate().limit(in.position() + bytes));
            int at = next.at + next.count - payloadLeft / elementBytes;
            if (next.fold) {
                next.target.fold(in, at, whole);
            } else {
                next.target.store(in, at, whole);
            }
            payloadLeft -= bytes;
        }
        if (payloadLeft > 0) {
            return false;
        }
        if ((int) checksum.getValue() != arriving.checksum) {
            throw new ProtocolMismatch(
                    peer,
                    "its data arrived damaged: the checksum of " + arriving.describe() + " is "
                            + Integer.toHexString((int) checksum.getValue()) + ", the frame says "
                            + Integer.toHexString(arriving.checksum));
        }
        payloadLeft = -1;
        expectations.remove();
        dataFrames++;
        if (next.then != null) {
            next.then.run();
        }
        return true;
    }

    /** Data of a later operation must wait, a farewell behind it must not. */
    private void lookAhead() throws ProtocolMismatch {
        int at = in.position();
        while (in.limit() - at >= FrameHeader.BYTES) {
            peek(at);
            long end = (long) at + FrameHeader.BYTES + arriving.length;
            if (end > in.limit()) {
                return;
            }
            if (arriving.frame != FrameHeader.DATA) {
                takeControl(at);
            }
            at = (int) end;
        }
    }

    private void peek(int at) throws ProtocolMismatch {
        arriving.peek(in, at);
        String complaint = arriving.complaint(group);
        if (!complaint.isEmpty()) {
            throw new ProtocolMismatch(peer, complaint);
        }
    }

    private void takeControl(int at) {
        switch (arriving.frame) {
            case FrameHeader.BYE -> bye = true;
            case FrameHeader.ABORT -> {
                byte[] reason = new byte[arriving.length];
                in.get(at + FrameHeader.BYTES, reason);
                told = new Failure(arriving.segment, new String(reason, StandardCharsets.UTF_8), null);
            }
            default -> noteSequence();
        }
    }

    private void noteSequence() {
        peerSequence = arriving.sequence;
        peerBegan = peerSequence - sequence >= 0;
    }

    private void requireExpected(Incoming next) throws ProtocolMismatch {
        Operation current = operation;
        if (current == null) {
            throw new IllegalStateException("data is expected but no operation has begun");
        }
        expected.setData(current, group, sequence, next.segment, next.offset, next.count);
        if (!arriving.sameContent(expected)) {
            throw new ProtocolMismatch(
                    peer,
                    "ranks must call the same operations in the same order with the same lengths: rank " + peer
                            + " sent " + arriving.describe() + ", rank " + ownRank + " expected "
                            + expected.describe());
        }
    }
}
