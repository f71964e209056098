package org.sparkmlext.net;

import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;

/**
 * Scorers of this JVM that nobody uses at the moment, so that a task need not compile what an earlier one has compiled. Holds at most
 * {@value #MOST_IDLE}; the one that was idle longest goes first. Thread-safe.
 */
public final class ScorerPool {

    private static final int MOST_IDLE = 8;
    private static final Deque<Lease> IDLE = new ArrayDeque<>();

    private ScorerPool() {}

    /**
     * What tells scorers apart.
     *
     * @param digest of the model
     * @param ordinal which device of its kind, see {@link BackendOptions#ordinal}
     * @param precision see {@link NetworkOptions#precision}
     * @param embeddings layer whose values are wanted too; empty for none
     */
    public record Key(String digest, String device, int ordinal, String precision, int threads, String embeddings)
            implements Serializable {

        /** On the first device of its kind, with one thread. */
        public Key(String digest, String device, String precision, String embeddings) {
            this(digest, device, 0, precision, 1, embeddings);
        }

        /** The same with another number of threads. */
        public Key withThreads(int other) {
            return new Key(digest, device, ordinal, precision, other, embeddings);
        }

        /** The same on another device of its kind. */
        public Key withOrdinal(int other) {
            return new Key(digest, device, other, precision, threads, embeddings);
        }
    }

    /** A scorer in use by one thread; given back by closing it, or closed for good if it has failed. */
    public record Lease(Key key, Backend backend, NetworkScorer scorer) implements AutoCloseable {
        @Override
        public void close() {
            giveBack(this);
        }
    }

    /** An idle scorer of that key, or a new one. */
    public static Lease borrow(Key key, Supplier<NetworkModel> network) {
        Lease idle = take(key);
        return idle != null ? idle : open(key, network);
    }

    private static @Nullable Lease take(Key key) {
        synchronized (IDLE) {
            for (Iterator<Lease> leases = IDLE.descendingIterator(); leases.hasNext(); ) {
                Lease lease = leases.next();
                if (lease.key().equals(key)) {
                    leases.remove();
                    return lease;
                }
            }
            return null;
        }
    }

    private static Lease open(Key key, Supplier<NetworkModel> network) {
        Backend backend = Backends.open(key.device(), new BackendOptions(key.threads(), key.ordinal()))
                .backend();
        try {
            NetworkScorer scorer = new NetworkScorer(
                    network.get(),
                    backend,
                    NetworkOptions.precision(key.precision()),
                    NetworkGraphs.Link.NONE,
                    key.embeddings().isEmpty() ? null : key.embeddings());
            return new Lease(key, backend, scorer);
        } catch (RuntimeException | Error e) {
            backend.close();
            throw e;
        }
    }

    private static void giveBack(Lease lease) {
        if (lease.scorer().hasFailed()) {
            discard(lease);
            // A GPU's fault stays with its context, and idle scorers would keep that open.
            takeIdleOf(lease.key()).forEach(ScorerPool::discard);
            return;
        }
        Lease oldest = null;
        synchronized (IDLE) {
            IDLE.addLast(lease);
            if (IDLE.size() > MOST_IDLE) {
                oldest = IDLE.removeFirst();
            }
        }
        if (oldest != null) {
            discard(oldest);
        }
    }

    private static List<Lease> takeIdleOf(Key key) {
        synchronized (IDLE) {
            List<Lease> ofDevice = IDLE.stream()
                    .filter(idle -> idle.key().device().equals(key.device())
                            && idle.key().ordinal() == key.ordinal())
                    .toList();
            IDLE.removeAll(ofDevice);
            return ofDevice;
        }
    }

    /** Closes a scorer for good, as after a failure. */
    static void discard(Lease lease) {
        try {
            lease.scorer().close();
        } finally {
            lease.backend().close();
        }
    }
}
