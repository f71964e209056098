package org.sparkmlext.collective;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The only rank: every result is already there. */
final class SoloCollective extends RankedCollective {
    private final AtomicReference<@Nullable Failure> failure = new AtomicReference<>();

    SoloCollective() {
        super(0, 1);
    }

    @Override
    void execute(Operation operation) {
        check();
    }

    @Override
    public void check() {
        Failure ended = failure.get();
        if (ended != null) {
            throw ended.toException(rank(), size());
        }
    }

    @Override
    public boolean isRemote() {
        return false;
    }

    @Override
    long bytesSent() {
        return 0;
    }

    @Override
    long waitNanos() {
        return 0;
    }

    @Override
    public void abort(Throwable cause) {
        failure.compareAndSet(null, Failure.of(rank(), cause));
    }

    @Override
    public void close() {
        failure.compareAndSet(null, new Failure(rank(), "the collective is closed", null));
    }
}
