package org.sparkmlext.collective;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** The connection to one other rank. Never blocks. */
final class PeerLink {
    private static final int READS_A_TURN = 8;

    private final int rank;
    private final SocketChannel channel;
    private final SelectionKey key;
    private final String name;
    private final FrameReader reader;
    private final FrameWriter writer;
    private long lastHeard = System.nanoTime();
    private @Nullable IOException writeFailure;
    private @Nullable IOException lost;

    PeerLink(int rank, int ownRank, long group, SocketChannel channel, Selector selector) throws IOException {
        this.rank = rank;
        this.channel = channel;
        this.name = "rank " + rank + " at " + channel.getRemoteAddress();
        this.reader = new FrameReader(rank, ownRank, group);
        this.writer = new FrameWriter(group);
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
        return writer.bytesSent();
    }

    /** Grows with every frame of data that has come or been put on its way. */
    long dataFrames() {
        return reader.dataFrames() + writer.dataFrames();
    }

    /** When the peer last sent anything, by {@link System#nanoTime}; what we send it proves nothing. */
    long lastHeard() {
        return lastHeard;
    }

    /** Whether the peer is known to have begun the present operation. */
    boolean peerBegan() {
        return reader.peerBegan();
    }

    /** Whether the peer said that it has finished. */
    boolean saidBye() {
        return reader.saidBye();
    }

    /** Why nothing can be read or written any more, or null. */
    @Nullable
    IOException lost() {
        return lost;
    }

    /** The failure that the peer told, or null. */
    @Nullable
    Failure told() {
        return reader.told();
    }

    /** Whether the present operation still needs this peer. */
    boolean awaited() {
        return reader.expects() || writer.unsent();
    }

    boolean unsent() {
        return writer.unsent();
    }

    void begin(Operation operation, int sequence) {
        reader.begin(operation, sequence);
        writer.begin(operation, sequence);
    }

    /** Queues elements {@code [from, from + count)} of the operation. */
    void send(int segment, int from, int count) {
        writer.send(segment, from, count);
    }

    /** As {@link FrameReader#expect}. */
    void receive(int segment, int offset, Operand target, int at, int count, boolean fold, @Nullable Runnable then) {
        reader.expect(segment, offset, target, at, count, fold, then);
    }

    /** Tells the peer that this rank is alive, unless something is under way to it anyway. */
    void sendStatus(int waitingFor) {
        if (lost == null && writer.betweenFrames()) {
            writer.sendControl(FrameHeader.STATUS, waitingFor, "");
            flush();
        }
    }

    /** Queues the reason for the end in place of all else. */
    void sendAbort(Failure failure) {
        reader.dropExpectations();
        writer.dropQueued();
        writer.sendControl(FrameHeader.ABORT, failure.culprit(), failure.reason());
    }

    void sendBye() {
        writer.sendControl(FrameHeader.BYE, rank, "");
    }

    /** Writes what the socket takes. */
    void flush() {
        if (lost == null && writeFailure == null) {
            try {
                writer.writeTo(channel);
            } catch (IOException broken) {
                writeFailure = broken;
            }
        }
        updateInterest();
    }

    /** Whether the peer takes nothing any more; what it wrote before, a farewell above all, may still be there. */
    boolean writeFailed() {
        return writeFailure != null;
    }

    /** Reads what is there and completes what it can. */
    void pump() throws ProtocolMismatch {
        reader.parse();
        int read = 1;
        for (int turn = 0; turn < READS_A_TURN && read > 0 && lost == null && reader.hasRoom(); turn++) {
            read = readOnce();
            reader.parse();
        }
        if (lost == null && (read <= 0 || !reader.hasRoom())) {
            lost = writeFailure;
        }
        updateInterest();
    }

    /** Reads and forgets; for the last moments, so that the peer's own farewell is not stuck behind its data. */
    void discardInput() {
        reader.discard();
        if (lost == null) {
            readOnce();
        }
        reader.discard();
    }

    void close() throws IOException {
        key.cancel();
        channel.close();
    }

    private int readOnce() {
        try {
            int read = reader.readFrom(channel);
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

    private void updateInterest() {
        int wanted = 0;
        if (lost == null) {
            wanted = (reader.hasRoom() ? SelectionKey.OP_READ : 0)
                    | (writer.unsent() && writeFailure == null ? SelectionKey.OP_WRITE : 0);
        }
        // An interest that nobody serves makes select return at once, for ever.
        if (key.isValid() && key.interestOps() != wanted) {
            key.interestOps(wanted);
        }
    }
}
