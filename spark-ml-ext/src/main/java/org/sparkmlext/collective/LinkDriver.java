package org.sparkmlext.collective;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Moves the bytes of one operation at a time over all links, on the calling thread, and watches the clocks.
 *
 * <p>While in an operation a rank tells all others every few seconds that it is alive, so that silence has one meaning:
 * the silent rank is at fault, not the one that waits for it.
 */
final class LinkDriver {
    private static final long POLL_MILLIS = 100;
    private static final long LONGEST_STATUS_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** A broken connection may be the work of a rank that fled from the true culprit: others may know better. */
    private static final long VERDICT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private static final long FAREWELL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Mesh mesh;
    private final Selector selector;
    private final CollectiveOptions options;
    private final long opNanos;
    private final long stallNanos;
    private final long statusNanos;
    private @Nullable ProtocolMismatch mismatch;
    private @Nullable PeerLink suspect;
    private long suspectedAt;
    private long begun;
    private long lastStatus;
    private long lastData;
    private long lastPoll = System.nanoTime();
    private long dataFrames;
    private volatile long waitNanos;

    LinkDriver(Mesh mesh, Selector selector, CollectiveOptions options) {
        this.mesh = mesh;
        this.selector = selector;
        this.options = options;
        opNanos = options.opTimeout().toNanos();
        stallNanos = options.stallTimeout().toNanos();
        statusNanos = Math.min(LONGEST_STATUS_NANOS, Math.min(opNanos, stallNanos) / 4);
    }

    /**
     * Runs an operation to its end.
     *
     * @param aborted what another thread wants this to end for, or null
     * @return null, or why it failed
     */
    @Nullable
    Failure run(Operation operation, int sequence, Schedule schedule, Supplier<@Nullable Failure> aborted) {
        if (Thread.currentThread().isInterrupted()) {
            return Failure.interrupted(mesh.rank());
        }
        begun = System.nanoTime();
        lastStatus = begun;
        lastData = begun;
        for (PeerLink link : mesh.links()) {
            link.begin(operation, sequence);
        }
        schedule.queue(operation, mesh);
        for (PeerLink link : mesh.links()) {
            pump(link);
        }
        while (true) {
            flush();
            Failure failure = aborted.get();
            if (failure == null && finished() && mismatch == null) {
                return null;
            }
            if (failure == null) {
                failure = linkFailure(operation, true);
            }
            if (failure == null) {
                failure = select();
            }
            if (failure == null) {
                failure = overdue(operation);
            }
            if (failure != null) {
                return failure;
            }
        }
    }

    /**
     * Looks, between two operations, at what has come by now.
     *
     * @return null, or why the collective has ended
     */
    @Nullable
    Failure look() {
        if (Thread.currentThread().isInterrupted()) {
            return Failure.interrupted(mesh.rank());
        }
        try {
            selector.selectNow(this::ready);
            Failure cancelled = cancelled(System.nanoTime());
            return cancelled != null ? cancelled : linkFailure("its computation", false);
        } catch (IOException | RuntimeException thrown) {
            return Failure.of(mesh.rank(), thrown);
        }
    }

    private @Nullable Failure cancelled(long now) {
        if (now - lastPoll >= TimeUnit.MILLISECONDS.toNanos(POLL_MILLIS)) {
            lastPoll = now;
            if (options.cancelled().getAsBoolean()) {
                return Failure.of(mesh.rank(), new CancellationException("its owner was cancelled"));
            }
        }
        return null;
    }

    /** Tells everyone who can still be told, then closes. Takes half a second at most. */
    void farewell(Failure failure) {
        // With the flag set select would not wait, and what is left to say is worth half a second.
        boolean interrupted = Thread.interrupted();
        try {
            for (PeerLink link : mesh.links()) {
                link.sendAbort(failure);
            }
            long end = System.nanoTime() + FAREWELL_NANOS;
            flush();
            while (!everyoneTold() && System.nanoTime() < end) {
                selector.select(POLL_MILLIS / 10);
                selector.selectedKeys().clear();
                for (PeerLink link : mesh.links()) {
                    link.discardInput();
                }
                flush();
            }
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        } finally {
            closeAll();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Says that this rank has finished, then closes. */
    void bye() {
        for (PeerLink link : mesh.links()) {
            link.sendBye();
        }
        flush();
        closeAll();
    }

    void wakeup() {
        selector.wakeup();
    }

    long bytesSent() {
        long sum = 0;
        for (PeerLink link : mesh.links()) {
            sum += link.bytesSent();
        }
        return sum;
    }

    long waitNanos() {
        return waitNanos;
    }

    private void closeAll() {
        IOException first = null;
        for (PeerLink link : mesh.links()) {
            try {
                link.close();
            } catch (IOException failed) {
                first = failed;
            }
        }
        try {
            // Also lets go of the closed channels' file descriptors, which wait for the next select otherwise.
            selector.close();
        } catch (IOException failed) {
            first = failed;
        }
        if (first != null) {
            throw new UncheckedIOException(first);
        }
    }

    private void flush() {
        for (PeerLink link : mesh.links()) {
            if (link.unsent()) {
                link.flush();
            }
            if (link.writeFailed() && link.lost() == null) {
                pump(link);
            }
        }
    }

    private boolean finished() {
        for (PeerLink link : mesh.links()) {
            if (link.awaited()) {
                return false;
            }
        }
        return true;
    }

    private boolean everyoneTold() {
        for (PeerLink link : mesh.links()) {
            if (link.unsent() && link.lost() == null) {
                return false;
            }
        }
        return true;
    }

    private void pump(PeerLink link) {
        try {
            link.pump();
        } catch (ProtocolMismatch found) {
            if (mismatch == null) {
                mismatch = found;
            }
        }
    }

    // Written by the thread in the operation, read by any.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    private @Nullable Failure select() {
        long start = System.nanoTime();
        try {
            selector.select(this::ready, Math.min(POLL_MILLIS, Math.max(1, statusNanos / 1_000_000)));
            if (Thread.currentThread().isInterrupted()) {
                return Failure.interrupted(mesh.rank());
            }
            long now = System.nanoTime();
            waitNanos += now - start;
            return cancelled(now);
        } catch (IOException | RuntimeException thrown) {
            return Failure.of(mesh.rank(), thrown);
        }
    }

    private void ready(SelectionKey key) {
        PeerLink link = (PeerLink) key.attachment();
        if (key.isReadable()) {
            pump(link);
        }
    }

    /** @param doing what this rank does, for the message */
    private @Nullable Failure linkFailure(Object doing, boolean isInOperation) {
        for (PeerLink link : mesh.links()) {
            if (link.told() != null) {
                return link.told();
            }
        }
        if (mismatch != null) {
            return new Failure(mismatch.culprit(), mismatch.reason(), null);
        }
        int alive = 0;
        for (PeerLink link : mesh.links()) {
            if (link.lost() == null) {
                alive++;
            } else if (!link.saidBye()) {
                accuse(link);
            } else if (isInOperation && link.awaited()) {
                return new Failure(link.rank(), "it closed its collective before the end of " + doing, null);
            }
        }
        PeerLink accused = suspect;
        if (accused == null || (alive > 0 && System.nanoTime() - suspectedAt < VERDICT_NANOS)) {
            return null;
        }
        return new Failure(
                accused.rank(),
                "the connection to " + accused.name() + " ended in " + doing
                        + ": its process died, was killed or lost the network (" + accused.lost() + ")",
                accused.lost());
    }

    private void accuse(PeerLink link) {
        if (suspect == null) {
            suspect = link;
            suspectedAt = System.nanoTime();
        }
    }

    private @Nullable Failure overdue(Operation operation) {
        long now = System.nanoTime();
        PeerLink first = null;
        for (PeerLink link : mesh.links()) {
            if (!link.awaited() || link.lost() != null) {
                continue;
            }
            first = first == null ? link : first;
            long silent = now - Math.max(begun, link.lastHeard());
            if (link.peerBegan() && silent > stallNanos) {
                return silence(link, silent, "it had begun, and stallTimeout", stallNanos, operation);
            }
            if (silent > opNanos) {
                return silence(link, silent, "it had not begun, and opTimeout", opNanos, operation);
            }
        }
        noteData(now);
        if (first != null && now - lastData > opNanos + stallNanos) {
            return silence(first, now - lastData, "it was alive but sent no data, and the limit", opNanos, operation);
        }
        if (first != null && now - lastStatus > statusNanos) {
            lastStatus = now;
            sendStatus(first.rank());
        }
        return null;
    }

    private void noteData(long now) {
        long frames = 0;
        for (PeerLink link : mesh.links()) {
            frames += link.dataFrames();
        }
        if (frames != dataFrames) {
            dataFrames = frames;
            lastData = now;
        }
    }

    private void sendStatus(int waitingFor) {
        for (PeerLink link : mesh.links()) {
            link.sendStatus(waitingFor);
        }
    }

    private static Failure silence(PeerLink link, long silent, String state, long limit, Operation operation) {
        return new Failure(
                link.rank(),
                "nothing was heard from " + link.name() + " for " + TimeUnit.NANOSECONDS.toMillis(silent) + " ms in "
                        + operation + " (" + state + " is " + TimeUnit.NANOSECONDS.toMillis(limit) + " ms)",
                null);
    }
}
