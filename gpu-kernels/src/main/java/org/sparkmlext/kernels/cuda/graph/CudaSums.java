package org.sparkmlext.kernels.cuda.graph;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.sparkmlext.kernels.PeerException;
import org.sparkmlext.kernels.cuda.device.Communicator;
import org.sparkmlext.kernels.cuda.device.CudaBuffer;
import org.sparkmlext.kernels.cuda.device.CudaDevice;
import org.sparkmlext.kernels.cuda.device.DeviceEvent;
import org.sparkmlext.kernels.cuda.device.Lane;
import org.sparkmlext.kernels.graph.AdditiveSums;

/**
 * Sums over ranks from GPU to GPU, in a lane of their own: a part waits there for the launches that complete it, and the launches behind go on
 * beside it. The host waits by asking, never within the driver, since a sum with a rank that is lost would not end.
 */
final class CudaSums implements AdditiveSums {

    /** As long as ranks wait for one that is still busy. */
    private static final long LONGEST_SECONDS = 600;

    private static final long CLOSING_SECONDS = 10;
    /** Sums mostly end while others are computed: asked for without a pause at first. */
    private static final long SPIN_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(20);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final CudaDevice device;
    private final CudaBuffer additive;
    private final Communicator communicator;
    private final Runnable lookout;
    private final DeviceEvent complete;
    private final DeviceEvent end;
    private boolean isUnderWay;
    private boolean isClosed;

    /** @param communicator is closed with this */
    CudaSums(CudaDevice device, CudaBuffer additive, Communicator communicator, Runnable lookout) {
        this.device = device;
        this.additive = additive;
        this.communicator = communicator;
        this.lookout = lookout;
        complete = device.event();
        end = device.event();
    }

    @Override
    public boolean overlaps() {
        return true;
    }

    @Override
    public void begin(int from, int length) {
        requireOpen();
        Objects.checkFromIndexSize(from, length, additive.length());
        DeviceEvent within = device.besideOf();
        if (within == null) {
            complete.record(Lane.LAUNCHES);
        }
        (within == null ? complete : within).hold(Lane.SUMS);
        isUnderWay = true;
        communicator.sum(additive.memory().from((long) from * Float.BYTES), length);
    }

    @Override
    public void await() {
        requireOpen();
        if (!isUnderWay) {
            return;
        }
        end.record(Lane.SUMS);
        long start = System.nanoTime();
        long looked = start;
        while (!end.isReached()) {
            long now = System.nanoTime();
            if (now - looked > LOOK_NANOS) {
                looked = now;
                communicator.check();
                lookout.run();
            }
            if (now - start > TimeUnit.SECONDS.toNanos(LONGEST_SECONDS)) {
                throw new PeerException("the sums over ranks have not ended within " + LONGEST_SECONDS + " s");
            }
            pause(now - start);
        }
        isUnderWay = false;
    }

    @Override
    public void finish() {
        await();
        communicator.leave();
    }

    private static void pause(long waitedNanos) {
        if (waitedNanos < SPIN_NANOS) {
            Thread.onSpinWait();
        } else {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private void requireOpen() {
        device.requireOpen();
        if (isClosed) {
            throw new IllegalStateException("the sums are closed");
        }
    }

    /** What is under way is ended without a result; the array is in nobody's use afterwards. */
    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            communicator.close();
            if (isUnderWay) {
                drain();
            }
            device.discard(complete);
            device.discard(end);
        }
    }

    private void drain() {
        end.record(Lane.SUMS);
        long start = System.nanoTime();
        while (!end.isReached() && System.nanoTime() - start < TimeUnit.SECONDS.toNanos(CLOSING_SECONDS)) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
