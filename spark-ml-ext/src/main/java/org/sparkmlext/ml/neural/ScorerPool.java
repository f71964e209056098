package org.sparkmlext.ml.neural;

import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.net.NetworkGraphs;
import org.sparkmlext.net.NetworkScorer;

/**
 * Scorers of this JVM that nobody uses at the moment, so that a task need not compile what an earlier one has compiled. Holds at most
 * {@value #MOST_IDLE}; the one that was idle longest goes first. Thread-safe.
 */
final class ScorerPool {

    private static final int MOST_IDLE = 8;
    private static final Deque<Lease> IDLE = new ArrayDeque<>();

    private ScorerPool() {}

    /**
     * What tells scorers apart.
     *
     * @param digest of the model
     */
    record Key(String digest, String device, Precision precision, int threads) implements Serializable {}

    /** A scorer in use by one thread; given back by closing it. */
    record Lease(Key key, Backend backend, NetworkScorer scorer) implements AutoCloseable {
        @Override
        public void close() {
            giveBack(this);
        }
    }

    /** An idle scorer of that key, or a new one. */
    static Lease borrow(Key key, FittedNetwork network) {
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

    private static Lease open(Key key, FittedNetwork network) {
        Backend backend = Backends.open(key.device(), BackendOptions.threads(key.threads()))
                .backend();
        try {
            NetworkScorer scorer =
                    new NetworkScorer(network.model(), backend, key.precision(), NetworkGraphs.Link.NONE, null);
            return new Lease(key, backend, scorer);
        } catch (RuntimeException | Error e) {
            backend.close();
            throw e;
        }
    }

    private static void giveBack(Lease lease) {
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

    /** Closes a scorer for good, as after a failure. */
    static void discard(Lease lease) {
        lease.scorer().close();
        lease.backend().close();
    }

    /** Closes all idle scorers. */
    static void clear() {
        while (true) {
            Lease lease;
            synchronized (IDLE) {
                lease = IDLE.pollFirst();
            }
            if (lease == null) {
                return;
            }
            discard(lease);
        }
    }
}
