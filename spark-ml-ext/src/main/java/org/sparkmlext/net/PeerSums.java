package org.sparkmlext.net;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.collective.CollectiveException;
import org.sparkmlext.kernels.PeerException;
import org.sparkmlext.kernels.graph.AdditiveSums;

/**
 * Sums over ranks from device to device, whose failures are told as the collective tells them: a rank that is lost ends the attempt, and not
 * the run. The collective carries no sums meanwhile; it is where a lost rank shows.
 */
final class PeerSums implements AdditiveSums {

    /** A library may notice a lost rank before its connection is seen to have ended. */
    private static final long VERDICT_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Collective collective;
    private final AdditiveSums sums;

    /** @param join joins the other ranks */
    PeerSums(Collective collective, Supplier<AdditiveSums> join) {
        this.collective = collective;
        sums = told(join);
    }

    @Override
    public boolean overlaps() {
        return sums.overlaps();
    }

    @Override
    public void begin(int from, int length) {
        told(() -> {
            sums.begin(from, length);
            return this;
        });
    }

    @Override
    public void await() {
        told(() -> {
            sums.await();
            return this;
        });
    }

    @Override
    public void finish() {
        told(() -> {
            sums.finish();
            return this;
        });
    }

    private <T> T told(Supplier<T> work) {
        try {
            return work.get();
        } catch (PeerException e) {
            throw explained(e);
        }
    }

    /** With the rank at fault, if the collective hears of it within moments. */
    private CollectiveException explained(PeerException e) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < VERDICT_NANOS) {
            try {
                collective.check();
            } catch (CollectiveException known) {
                known.addSuppressed(e);
                return known;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return new CollectiveException(
                CollectiveException.UNKNOWN_RANK,
                "The sums from device to device failed on rank " + collective.rank() + ": " + e.getMessage(),
                e);
    }

    @Override
    public void close() {
        sums.close();
    }
}
