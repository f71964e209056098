package org.sparkmlext.kernels.cuda.device;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Pinned memory that arrays travel through. A device copies from pinned memory several times faster than from an array, and by itself:
 * while it copies one piece the host fills or empties the next.
 *
 * <p>What goes in is queued and not waited for. Two chunks take turns; the host waits only where it comes back to a chunk whose copies are
 * not done, so that many small lists cost no wait. What comes out is waited for by the event behind it, without the array: nothing holds
 * up the garbage collector.
 */
public final class Staging {

    /** Room for what goes in, twice. */
    static final int IN_BYTES = 4 << 20;
    /** A piece; room for what comes out, twice. */
    static final int PIECE_BYTES = 1 << 20;

    private static final int ALIGNMENT = 16;

    private final OpenDevice device;
    private final Lazy in = new Lazy(IN_BYTES);
    private final Lazy out = new Lazy(PIECE_BYTES);
    /** The chunk for what goes in next, and how much of it is taken. */
    private int current;

    private int used;
    private Lane outLane = Lane.LAUNCHES;

    /** Nothing is pinned before it is needed. */
    public Staging(OpenDevice device) {
        this.device = device;
    }

    /** Moves elements between an array and pinned memory, from its position on; {@code done} were moved before. */
    @FunctionalInterface
    interface Move {
        void move(ByteBuffer pinned, int done, int count);
    }

    private record Chunk(PinnedMemory memory, DeviceEvent event) {}

    /** Two chunks, once they are needed. */
    private final class Lazy {
        private final int bytes;
        private @Nullable List<Chunk> made;

        Lazy(int bytes) {
            this.bytes = bytes;
        }

        Chunk get(int index) {
            List<Chunk> present = made;
            if (present == null) {
                present = new ArrayList<>();
                made = present;
            }
            while (present.size() <= index) {
                PinnedMemory memory = device.pin(bytes);
                try {
                    present.add(new Chunk(memory, device.event()));
                } catch (RuntimeException e) {
                    memory.free();
                    throw e;
                }
            }
            return present.get(index);
        }

        void free() {
            List<Chunk> present = made;
            made = null;
            if (present != null) {
                present.forEach(chunk -> {
                    chunk.event().free();
                    chunk.memory().free();
                });
            }
        }
    }

    void copyIn(StagedMemory target, long at, int elementBytes, int count, Move move) {
        int done = 0;
        while (done < count) {
            if (used + elementBytes > IN_BYTES) {
                turn();
            }
            Chunk chunk = in.get(current);
            int room = Math.min(IN_BYTES - used, PIECE_BYTES) / elementBytes;
            int n = Math.min(count - done, room);
            move.move(chunk.memory().bytes().clear().position(used), done, n);
            target.queueIn(at + (long) done * elementBytes, chunk.memory(), used, n * elementBytes);
            used += (n * elementBytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
            done += n;
        }
    }

    /** Goes on with the other chunk, once its copies are done. */
    private void turn() {
        in.get(current).event().record(Lane.LAUNCHES);
        current = 1 - current;
        used = 0;
        in.get(current).event().await();
    }

    void copyOut(StagedMemory source, long at, int elementBytes, int count, Move move) {
        int perPiece = PIECE_BYTES / elementBytes;
        int queued = 0;
        int done = 0;
        // Pinned before a copy is queued: a failure must leave none on its way.
        out.get(0);
        if (count > perPiece) {
            out.get(1);
        }
        while (done < count) {
            while (queued < count && queued < done + 2L * perPiece) {
                Chunk chunk = out.get(queued / perPiece % 2);
                int n = Math.min(count - queued, perPiece);
                source.queueOut(at + (long) queued * elementBytes, chunk.memory(), 0, n * elementBytes, outLane);
                chunk.event().record(outLane);
                queued += n;
            }
            Chunk chunk = out.get(done / perPiece % 2);
            int n = Math.min(count - done, perPiece);
            chunk.event().await();
            move.move(chunk.memory().bytes().clear(), done, n);
            done += n;
        }
    }

    /**
     * Copies out, but does not wait for launches behind an event.
     *
     * @param copies copies out of what is complete at that event, and does nothing else with the device
     */
    void beside(DeviceEvent after, Runnable copies) {
        after.hold(Lane.BESIDE);
        outLane = Lane.BESIDE;
        try {
            copies.run();
        } finally {
            outLane = Lane.LAUNCHES;
        }
    }

    /** Frees it; called when the device is closed. */
    public void free() {
        in.free();
        out.free();
    }
}
