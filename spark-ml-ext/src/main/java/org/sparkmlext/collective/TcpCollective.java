package org.sparkmlext.collective;

import java.io.UncheckedIOException;
import java.nio.channels.Selector;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Ranks in several processes, one connection between any two, driven by the thread that calls; there is no thread of its
 * own. Made by {@link TcpListener#connect}.
 *
 * <p><b>Order of float sums:</b> operations of up to {@link CollectiveOptions#directMaxBytes} bytes by rank,
 * {@code ((v0 + v1) + v2) + ...}; larger ones by ring: with segment j being elements {@code floor(length * j / N)} to
 * {@code floor(length * (j + 1) / N)}, its sum is {@code ((v[j+1] + v[j+2]) + ...) + v[j]}, ranks modulo N.
 *
 * <p>A rank that computes between two operations does not watch its connections; it learns of a failure in the next one, or by {@link #check}.
 */
public final class TcpCollective extends RankedCollective {
    private final LinkDriver driver;
    private final CollectiveOptions options;
    private final long rejectedHandshakes;
    private final int localLinks;
    private final ReentrantLock io = new ReentrantLock();
    private final AtomicReference<@Nullable Failure> failure = new AtomicReference<>();
    private volatile long bytesSent;
    private boolean left;
    private int sequence;

    TcpCollective(Mesh mesh, Selector selector, CollectiveOptions options, long rejectedHandshakes, int localLinks) {
        super(mesh.rank(), mesh.size());
        this.driver = new LinkDriver(mesh, selector, options);
        this.options = options;
        this.rejectedHandshakes = rejectedHandshakes;
        this.localLinks = localLinks;
    }

    /** Sockets that were turned away while the ranks found each other: wrong token, stale attempt, or not a rank. */
    public long rejectedHandshakes() {
        return rejectedHandshakes;
    }

    /** How many other ranks are reached through sockets in the file system. */
    public int localLinks() {
        return localLinks;
    }

    @Override
    void execute(Operation operation) {
        guard(() -> {
            Failure found = driver.run(operation, sequence, schedule(operation), failure::get);
            sequence++;
            bytesSent = driver.bytesSent();
            return found;
        });
    }

    @Override
    public void check() {
        guard(driver::look);
    }

    /** @param work gives why the collective has ended, or null */
    private void guard(Supplier<@Nullable Failure> work) {
        io.lock();
        try {
            if (failure.get() == null) {
                Failure found = work.get();
                if (found != null) {
                    failure.compareAndSet(null, found);
                }
            }
        } catch (RuntimeException | Error thrown) {
            failure.compareAndSet(null, Failure.of(rank(), thrown));
        } finally {
            io.unlock();
        }
        Failure first = failure.get();
        if (first != null) {
            throw ended(first);
        }
    }

    private CollectiveException ended(Failure first) {
        CollectiveException ended = first.toException(rank(), size());
        try {
            leaveIfFailed();
        } catch (UncheckedIOException notClosed) {
            ended.addSuppressed(notClosed);
        }
        return ended;
    }

    @Override
    public void abort(Throwable cause) {
        fail(Failure.of(rank(), cause));
    }

    /** Ends the collective on all ranks. */
    void fail(Failure first) {
        failure.compareAndSet(null, first);
        driver.wakeup();
        leaveIfFailed();
    }

    @Override
    public void close() {
        if (!io.tryLock()) {
            abort(new CancellationException("the collective was closed during an operation"));
            return;
        }
        try {
            if (failure.compareAndSet(null, new Failure(rank(), "the collective is closed", null))) {
                left = true;
                driver.bye();
            }
        } finally {
            io.unlock();
        }
    }

    @Override
    public boolean isRemote() {
        return size() > 1;
    }

    @Override
    long bytesSent() {
        return bytesSent;
    }

    @Override
    long waitNanos() {
        return driver.waitNanos();
    }

    /** Whoever gets the lock says farewell; a thread that is in an operation does so when it lets go of it. */
    private void leaveIfFailed() {
        Failure first = failure.get();
        if (first == null || io.isHeldByCurrentThread() || !io.tryLock()) {
            return;
        }
        try {
            if (!left) {
                left = true;
                driver.farewell(first);
            }
        } finally {
            io.unlock();
        }
    }

    private Schedule schedule(Operation operation) {
        boolean direct = size() == 1 || operation.bytes() <= options.directMaxBytes();
        return direct ? new DirectSchedule() : new RingSchedule();
    }
}
