package org.sparkmlext.runtime;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.rpc.RpcEndpointRef;
import org.apache.spark.util.RpcUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlext.training.ProgressReport;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.RoundState;
import org.sparkmlext.training.TrainingCancelledException;
import scala.reflect.ClassTag$;

/**
 * A rank's line to the {@link Coordinator}. One background thread sends finished rounds, in order and acknowledged, and a
 * sign of life each second; the algorithm waits for it only when {@value #MOST_PENDING} rounds are under way.
 */
final class CoordinatorClient implements RankLink, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CoordinatorClient.class);
    private static final int MOST_PENDING = 16;
    private static final long BEAT_MILLIS = 1000;
    private static final long POLL_MILLIS = 20;
    /** Ten a second at most. */
    private static final long PROGRESS_NANOS = 100_000_000L;

    private static final long FLUSH_SECONDS = 120;

    /** Where all ranks are, and from which round they go on. */
    record Gathering(byte[] token, List<InetSocketAddress> peers, int firstRound, int numStates) {}

    private final RpcEndpointRef driver;
    private final TaskContext context;
    private final long attempt;
    private final int rank;
    private final LinkedBlockingQueue<Object[]> pending = new LinkedBlockingQueue<>(MOST_PENDING);
    private final Thread sender;
    private final AtomicInteger unsent = new AtomicInteger();
    private final AtomicReference<@Nullable ProgressReport> progress = new AtomicReference<>();
    private volatile boolean isClosed;
    private volatile String phase = "start";
    private volatile @Nullable String stopReason;

    CoordinatorClient(String endpoint, TaskContext context, long attempt, int rank) {
        SparkEnv env = SparkEnv.get();
        this.driver = RpcUtils.makeDriverRef(endpoint, env.conf(), env.rpcEnv());
        this.context = context;
        this.attempt = attempt;
        this.rank = rank;
        this.sender = new Thread(this::send, "spark-ml-ext rank " + rank + " line");
        sender.setDaemon(true);
    }

    /**
     * Registers this rank.
     *
     * @param device what no other rank may share; empty for nothing
     * @return false if the run has its result already and there is nothing left to do
     */
    boolean hello(String place, String executor, String device) {
        if (isFinished(ask(Protocol.request(Protocol.HELLO, attempt, rank, place, executor, device)))) {
            return false;
        }
        sender.start();
        return true;
    }

    /** Waits until all ranks are there; the driver watches the time. */
    Gathering join(String host, int port) {
        while (true) {
            checkCancelled();
            Object[] reply = ask(Protocol.request(Protocol.JOIN, attempt, rank, host, port));
            if (reply[0].equals(Protocol.GO)) {
                String[] hosts = (String[]) reply[2];
                int[] ports = (int[]) reply[3];
                List<InetSocketAddress> peers = new ArrayList<>();
                for (int r = 0; r < hosts.length; r++) {
                    peers.add(new InetSocketAddress(hosts[r], ports[r]));
                }
                return new Gathering((byte[]) reply[1], peers, (Integer) reply[4], (Integer) reply[5]);
            }
            nap();
        }
    }

    /** States of the rounds that earlier attempts finished, {@code count} of them. */
    List<RoundState> states(int count) {
        List<RoundState> states = new ArrayList<>();
        while (states.size() < count) {
            Object[] reply = ask(Protocol.request(Protocol.STATES, attempt, rank, states.size()));
            List<RoundState> some = Protocol.states(reply);
            if (some.isEmpty()) {
                throw new IllegalStateException(
                        "the driver gave " + states.size() + " of " + count + " states to rank " + rank);
            }
            states.addAll(some);
        }
        return states;
    }

    @Override
    public void enter(String next) {
        phase = next;
    }

    String phase() {
        return phase;
    }

    @Override
    public void roundFinished(RoundReport report, RoundState state) {
        if (rank != 0) {
            return;
        }
        Object[] message = Protocol.round(attempt, rank, report, state);
        unsent.incrementAndGet();
        try {
            while (!pending.offer(message, POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                checkCancelled();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TrainingCancelledException("rank " + rank + " was interrupted");
        }
    }

    @Override
    public Verdict verdict(int round) {
        Object kind = ask(Protocol.request(Protocol.VERDICT, attempt, rank, round))[0];
        return kind.equals(Protocol.WAIT) ? Verdict.WAIT : kind.equals(Protocol.END) ? Verdict.END : Verdict.GO_ON;
    }

    @Override
    public void progressed(ProgressReport report) {
        progress.set(report);
    }

    @Override
    public @Nullable String cancelReason() {
        // Spark kills a task without an interrupt: it has to be asked.
        return context.isInterrupted() ? "Spark stops the task" : stopReason;
    }

    /** Tells that this rank is through, after all its rounds. */
    void done(RankRun.Outcome outcome) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(FLUSH_SECONDS);
        while (unsent.get() > 0) {
            checkCancelled();
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("rank " + rank + " could not hand its last rounds to the driver within "
                        + FLUSH_SECONDS + " s");
            }
            nap();
        }
        ask(Protocol.request(
                Protocol.DONE, attempt, rank, outcome.device(), rank == 0 ? outcome.bytes() : new byte[0]));
    }

    /** Tells of a failure; a driver that cannot be reached is logged. */
    void failed(RankFailure failure) {
        try {
            driver.askSync(Protocol.failed(attempt, failure), ClassTag$.MODULE$.Any());
        } catch (Exception e) {
            LOG.warn("The driver cannot be told that {}", failure.describe(), e);
        }
    }

    private void send() {
        long beatNanos = System.nanoTime();
        long progressNanos = beatNanos;
        try {
            while (!isClosed) {
                Object[] message = pending.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
                if (message != null) {
                    ask(message);
                    unsent.decrementAndGet();
                    continue;
                }
                ProgressReport report =
                        System.nanoTime() - progressNanos > PROGRESS_NANOS ? progress.getAndSet(null) : null;
                if (report != null) {
                    progressNanos = System.nanoTime();
                    ask(Protocol.progress(attempt, rank, report));
                } else if (System.nanoTime() - beatNanos > TimeUnit.MILLISECONDS.toNanos(BEAT_MILLIS)) {
                    beatNanos = System.nanoTime();
                    ask(Protocol.request(Protocol.BEAT, attempt, rank, phase));
                }
            }
        } catch (TrainingCancelledException e) {
            // The reason is kept: the algorithm's thread finds it at its next look.
            LOG.debug("The line of rank {} ends", rank, e);
        } catch (InterruptedException e) {
            stopReason = "the line to the driver was interrupted";
        }
    }

    /** Asks the driver; a verdict to stop, or no answer, ends this rank. */
    private Object[] ask(Object[] message) {
        Object[] reply;
        try {
            reply = (Object[]) driver.<Object>askSync(message, ClassTag$.MODULE$.Any());
        } catch (Exception e) {
            // Spark's checked exceptions come undeclared out of Scala; one that ends a thread ends the executor.
            stopReason = "the driver does not answer '" + message[0] + "': " + e;
            throw cancelled(e);
        }
        if (reply[0].equals(Protocol.STOP)) {
            stopReason = "the driver says: " + reply[1];
            throw cancelled(null);
        }
        return reply;
    }

    private TrainingCancelledException cancelled(@Nullable Throwable cause) {
        TrainingCancelledException cancelled =
                new TrainingCancelledException("rank " + rank + " stops in " + phase + ": " + stopReason);
        if (cause != null) {
            cancelled.initCause(cause);
        }
        return cancelled;
    }

    private static boolean isFinished(Object[] reply) {
        return reply[0].equals(Protocol.FINISHED);
    }

    void checkCancelled() {
        String reason = cancelReason();
        if (reason != null) {
            throw new TrainingCancelledException("rank " + rank + " stops in " + phase + ": " + reason);
        }
    }

    private void nap() {
        try {
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TrainingCancelledException("rank " + rank + " was interrupted");
        }
    }

    @Override
    public void close() {
        isClosed = true;
    }
}
