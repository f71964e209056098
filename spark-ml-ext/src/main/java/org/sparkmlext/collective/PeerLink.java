package org.sparkmlext.collective;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The connection to one other rank: frames to be sent, frames that are expected, and what is half done of either. Frames
 * are expected in the very order in which the peer sends them. Never blocks.
 */
final class PeerLink {
    private static final int RECEIVE_BYTES = 256 << 10;
    private static final int FIRST_SEND_BYTES = 8 << 10;
    private static final int READS_A_TURN = 8;

    /** A payload to be sent; it is read from the operand when its turn comes. */
    private record Outgoing(int segment, int from, int count) {}

    /** A payload that must come next. */
    private record Incoming(
            int segment,
            int offset,
            Operand target,
            int at,
            int count,
            boolean fold,
            @Nullable Runnable then) {}

    private final int rank;
    private final int ownRank;
    private final long group;
    private final SocketChannel channel;
    private final SelectionKey key;
    private final String name;
    private final ArrayDeque<Outgoing> sends = new ArrayDeque<>();
    private final ArrayDeque<Incoming> receives = new ArrayDeque<>();
    private final ArrayDeque<ByteBuffer> controls = new ArrayDeque<>();
    private final FrameHeader arriving = new FrameHeader();
    private final FrameHeader expected = new FrameHeader();
    private final FrameHeader leaving = new FrameHeader();
    private final CRC32C arrivingSum = new CRC32C();
    private final CRC32C leavingSum = new CRC32C();
    private final ByteBuffer in;
    private ByteBuffer out;
    private @Nullable Operation operation;
    private int sequence;
    private int payloadLeft = -1;
    private long bytesSent;
    private long dataFrames;
    private long lastHeard = System.nanoTime();
    private int peerSequence;
    private boolean peerBegan;
    private boolean bye;
    private @Nullable IOException lost;
    private @Nullable Failure told;

    PeerLink(int rank, int ownRank, long group, SocketChannel channel, Selector selector) throws IOException {
        this.rank = rank;
        this.ownRank = ownRank;
        this.group = group;
        this.channel = channel;
        this.name = "rank " + rank + " at " + channel.getRemoteAddress();
        this.in = ByteBuffer.allocateDirect(RECEIVE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        this.out = sendBuffer(FIRST_SEND_BYTES);
        this.key = channel.register(selector, SelectionKey.OP_READ, this);
    }

    int rank() {
        return rank;
    }

    /** Rank and address, for messages. */
    String name() {
        return name;
    }

    long bytesSent() {
        return bytesSent;
    }

    /** Grows with every frame of data that has come or been put on its way. */
    long dataFrames() {
        return dataFrames;
    }

    /** When the peer last sent anything, by {@link System#nanoTime}; what we send it proves nothing. */
    long lastHeard() {
        return lastHeard;
    }

    /** Whether the peer is known to have begun the present operation. */
    boolean peerBegan() {
        return peerBegan;
    }

    /** Whether the peer said that it has finished. */
    boolean saidBye() {
        return bye;
    }

    /** Why nothing can be read or written any more, or null. */
    @Nullable
    IOException lost() {
        return lost;
    }

    /** The failure that the peer told, or null. */
    @Nullable
    Failure told() {
        return told;
    }

    /** Whether the present operation still needs this peer. */
    boolean awaited() {
        return !receives.isEmpty() || unsent();
    }

    boolean unsent() {
        return out.hasRemaining() || !sends.isEmpty() || !controls.isEmpty();
    }

    /** Whether frames for the peer can be appended at once: nothing is half written. */
    boolean betweenFrames() {
        return !out.hasRemaining() && controls.isEmpty();
    }

    void begin(Operation next, int nextSequence) {
        operation = next;
        sequence = nextSequence;
        peerBegan = peerBegan && peerSequence - nextSequence >= 0;
    }

    void send(int segment, int from, int count) {
        sends.add(new Outgoing(segment, from, count));
    }

    /**
     * Expects elements {@code [offset, offset + count)} of the operation and puts them at {@code at} of {@code target}.
     *
     * @param then runs once they are all there
     */
    void receive(int segment, int offset, Operand target, int at, int count, boolean fold, @Nullable Runnable then) {
        receives.add(new Incoming(segment, offset, target, at, count, fold, then));
    }

    void sendStatus(int waitingFor) {
        control(FrameHeader.STATUS, waitingFor, new byte[0]);
    }

    void sendAbort(Failure failure) {
        byte[] reason = failure.reason().getBytes(StandardCharsets.UTF_8);
        int length = Math.min(reason.length, FrameHeader.MAX_REASON_BYTES);
        control(FrameHeader.ABORT, failure.culprit(), Arrays.copyOf(reason, length));
    }

    void sendBye() {
        control(FrameHeader.BYE, 0, new byte[0]);
    }

    /** Drops what is queued, but not what is half written: the peer could not find the next frame. */
    void dropQueued() {
        sends.clear();
        receives.clear();
        controls.clear();
    }

    /** Writes what the socket takes. */
    void flush() {
        try {
            while (lost == null && (out.hasRemaining() || encodeNext())) {
                int written = channel.write(out);
                bytesSent += written;
                if (out.hasRemaining()) {
                    break;
                }
            }
        } catch (IOException broken) {
            // What the peer wrote before it went may still be there to read, a farewell above all.
            drain(broken);
        }
        updateInterest();
    }

    /** Reads what is there and completes what it can. */
    void pump() throws ProtocolMismatch {
        for (int turn = 0; turn < READS_A_TURN && lost == null; turn++) {
            parse();
            if (!in.hasRemaining() || readOnce() <= 0) {
                break;
            }
        }
        parse();
        updateInterest();
    }

    /** Reads and forgets; for the last moments, so that closing does not reset the connection. */
    void discardInput() {
        in.clear();
        if (lost == null) {
            readOnce();
        }
        in.clear();
    }

    void close() throws IOException {
        key.cancel();
        channel.close();
    }

    private int readOnce() {
        try {
            int read = channel.read(in);
            if (read > 0) {
                lastHeard = System.nanoTime();
            } else if (read < 0) {
                lost = new EOFException("end of stream");
            }
            return read;
        } catch (IOException broken) {
            lost = broken;
            return -1;
        }
    }

    private void drain(IOException broken) {
        while (lost == null && in.hasRemaining() && readOnce() > 0) {
            // until the buffer is full or the end is reached
        }
        lost = broken;
    }

    private void updateInterest() {
        int wanted = 0;
        if (lost == null) {
            wanted = (in.hasRemaining() ? SelectionKey.OP_READ : 0) | (unsent() ? SelectionKey.OP_WRITE : 0);
        }
        // An interest that nobody serves makes select return at once, for ever.
        if (key.isValid() && key.interestOps() != wanted) {
            key.interestOps(wanted);
        }
    }

    private void parse() throws ProtocolMismatch {
        in.flip();
        try {
            boolean more = true;
            while (more) {
                more = payloadLeft < 0 ? parseHeader() : parsePayload();
            }
            lookAhead();
        } finally {
            in.compact();
        }
    }

    private boolean parseHeader() throws ProtocolMismatch {
        if (in.remaining() < FrameHeader.BYTES) {
            return false;
        }
        arriving.peek(in, in.position());
        requireSound();
        if (arriving.frame != FrameHeader.DATA) {
            if (in.remaining() < FrameHeader.BYTES + arriving.length) {
                return false;
            }
            takeControl(in.position());
            in.position(in.position() + FrameHeader.BYTES + arriving.length);
            return true;
        }
        noteSequence();
        Incoming next = receives.peek();
        if (next == null) {
            return false;
        }
        requireExpected(next);
        in.position(in.position() + FrameHeader.BYTES);
        payloadLeft = arriving.length;
        arrivingSum.reset();
        return true;
    }

    private boolean parsePayload() throws ProtocolMismatch {
        Incoming next = receives.element();
        int elementBytes = next.target.elementBytes();
        int whole = Math.min(in.remaining(), payloadLeft) / elementBytes;
        if (whole == 0 && payloadLeft > 0) {
            return false;
        }
        if (whole > 0) {
            int bytes = whole * elementBytes;
            arrivingSum.update(in.duplicate().limit(in.position() + bytes));
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
        if ((int) arrivingSum.getValue() != arriving.checksum) {
            throw new ProtocolMismatch(
                    rank,
                    "its data arrived damaged: the checksum of " + arriving.describe()
                            + " is " + Integer.toHexString((int) arrivingSum.getValue()) + ", the frame says "
                            + Integer.toHexString(arriving.checksum));
        }
        payloadLeft = -1;
        receives.remove();
        dataFrames++;
        if (next.then != null) {
            next.then.run();
        }
        return true;
    }

    /** Data of a later operation must wait, a farewell behind it must not. */
    private void lookAhead() throws ProtocolMismatch {
        if (payloadLeft >= 0) {
            return;
        }
        int at = in.position();
        while (in.limit() - at >= FrameHeader.BYTES) {
            arriving.peek(in, at);
            requireSound();
            long end = (long) at + FrameHeader.BYTES + arriving.length;
            if (arriving.length < 0 || end > in.limit()) {
                return;
            }
            if (arriving.frame != FrameHeader.DATA) {
                takeControl(at);
            }
            at = (int) end;
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

    private void requireSound() throws ProtocolMismatch {
        String complaint = arriving.complaint(group);
        if (!complaint.isEmpty()) {
            throw new ProtocolMismatch(rank, complaint);
        }
    }

    private void requireExpected(Incoming next) throws ProtocolMismatch {
        describe(expected, next.segment, next.offset, next.count, next.target.elementBytes());
        if (!arriving.sameContent(expected)) {
            throw new ProtocolMismatch(
                    rank,
                    "ranks must call the same operations in the same order with the same lengths: rank " + rank
                            + " sent " + arriving.describe() + ", rank " + ownRank + " expected "
                            + expected.describe());
        }
    }

    private boolean encodeNext() {
        ByteBuffer control = controls.poll();
        if (control != null) {
            out.clear();
            out.put(control).flip();
            return true;
        }
        Outgoing next = sends.poll();
        Operation current = operation;
        if (next == null || current == null) {
            return false;
        }
        int bytes = next.count * current.operand().elementBytes();
        if (out.capacity() < FrameHeader.BYTES + bytes) {
            out = sendBuffer(FrameHeader.BYTES + bytes);
        }
        out.clear().position(FrameHeader.BYTES);
        current.operand().encode(next.from, next.count, out);
        out.flip();
        leavingSum.reset();
        leavingSum.update(out.duplicate().position(FrameHeader.BYTES));
        describe(leaving, next.segment, next.from, next.count, current.operand().elementBytes());
        leaving.checksum = (int) leavingSum.getValue();
        leaving.write(out, 0);
        dataFrames++;
        return true;
    }

    private void describe(FrameHeader header, int segment, int offset, int count, int elementBytes) {
        Operation current = operation;
        if (current == null) {
            throw new IllegalStateException("no operation has begun");
        }
        header.frame = FrameHeader.DATA;
        header.kind = (byte) current.kind().ordinal();
        header.element = current.operand().elementCode();
        header.group = group;
        header.sequence = sequence;
        header.segment = segment;
        header.total = current.elements();
        header.offset = offset;
        header.length = count * elementBytes;
    }

    private void control(byte frame, int segment, byte[] payload) {
        FrameHeader header = new FrameHeader();
        header.frame = frame;
        header.group = group;
        header.sequence = sequence;
        header.segment = segment;
        header.length = payload.length;
        ByteBuffer bytes =
                ByteBuffer.allocate(FrameHeader.BYTES + payload.length).order(ByteOrder.LITTLE_ENDIAN);
        header.write(bytes, 0);
        bytes.put(FrameHeader.BYTES, payload);
        controls.add(bytes);
    }

    private static ByteBuffer sendBuffer(int bytes) {
        ByteBuffer fresh = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
        return fresh.flip();
    }
}
