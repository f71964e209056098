package org.sparkmlext.runtime;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlext.collective.CollectiveOptions;
import org.sparkmlext.collective.InProcessCollective;
import org.sparkmlext.data.Shard;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.training.ProgressReport;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.RoundState;
import org.sparkmlext.training.TrainingAlgorithm;

/**
 * All ranks as threads of one Spark task in the driver's own JVM. Nothing is shuffled and nobody has to be found: the
 * task reads the persisted blocks of all partitions and hands each rank its run of rows.
 *
 * <p>The task's thread only watches: when Spark kills the task it stops the ranks, and it ends after the last of them.
 */
final class LocalGang implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LocalGang.class);
    private static final ConcurrentHashMap<String, LocalGang> RUNNING = new ConcurrentHashMap<>();
    private static final long POLL_MILLIS = 25;
    private static final long STOP_SECONDS = 30;

    private final String id = UUID.randomUUID().toString();
    private final ShardPlan plan;
    private final ScannedTable table;
    private final List<String> featureNames;
    private final WorkerChoice choice;
    private final String device;
    private final @Nullable Path directory;
    private final RunRecord record;
    private final AtomicReference<@Nullable String> cancelReason = new AtomicReference<>();
    private final CountDownLatch taskOver = new CountDownLatch(1);
    private volatile boolean taskStarted;

    /** @param directory where ranks hold dense features in files; null for the heap */
    LocalGang(
            ScannedTable table,
            ShardPlan plan,
            List<String> featureNames,
            WorkerChoice choice,
            String device,
            @Nullable Path directory,
            RunRecord record) {
        this.plan = plan;
        this.table = table;
        this.featureNames = featureNames;
        this.choice = choice;
        this.device = device;
        this.directory = directory;
        this.record = record;
    }

    /** Starts the task; its end is the end of the ranks. */
    JavaFutureAction<List<Object>> start(TrainingAlgorithm<?> algorithm) {
        RUNNING.put(id, this);
        return table.elements()
                .coalesce(1)
                .mapPartitions(new Task(id, algorithm))
                .collectAsync();
    }

    /** Stops the ranks, if any still run, and waits for them. */
    @Override
    public void close() {
        RUNNING.remove(id);
        cancelReason.compareAndSet(null, "the run is over");
        // An interrupted caller waits too: the ranks hold its data.
        if (taskStarted && !awaitUninterruptibly(taskOver, STOP_SECONDS)) {
            LOG.error("The ranks of a run did not stop within {} s", STOP_SECONDS);
        }
    }

    private static boolean awaitUninterruptibly(CountDownLatch latch, long seconds) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        boolean wasInterrupted = false;
        try {
            while (true) {
                try {
                    return latch.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    wasInterrupted = true;
                }
            }
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** What Spark runs. The algorithm is carried as on a cluster, so that one that cannot be is found out here. */
    private record Task(String id, TrainingAlgorithm<?> algorithm)
            implements FlatMapFunction<Iterator<Object>, Object> {
        @Override
        public Iterator<Object> call(Iterator<Object> elements) {
            // Atomic with close(): either the task starts and is waited for, or it finds nothing.
            LocalGang gang = RUNNING.computeIfPresent(id, (key, running) -> {
                running.taskStarted = true;
                return running;
            });
            if (gang == null) {
                throw new TaskKilledException("the run " + id + " is over");
            }
            gang.execute(algorithm, elements, TaskContext.get());
            return List.of().iterator();
        }
    }

    private void execute(TrainingAlgorithm<?> algorithm, Iterator<Object> elements, TaskContext context) {
        List<ShardFiles> files = new ArrayList<>();
        boolean areRunning = false;
        try {
            for (int rank = 0; directory != null && rank < plan.numWorkers(); rank++) {
                files.add(new ShardFiles(rank, directory));
            }
            List<ShardHandover> shards = cut(elements, files, context);
            // No attempt follows in this JVM: what Spark stores is not needed any more, and the heap is.
            table.close();
            CollectiveOptions options = CollectiveOptions.defaults().withCancelled(() -> cancelReason.get() != null);
            List<InProcessCollective> collectives = InProcessCollective.group(plan.numWorkers(), options);
            record.started(0, choice.description());
            CountDownLatch ranksOver = new CountDownLatch(plan.numWorkers());
            List<RoundState> finishedRounds = record.states();
            List<Thread> threads = new ArrayList<>();
            for (int rank = 0; rank < plan.numWorkers(); rank++) {
                Rank body = new Rank(
                        algorithm,
                        shards.get(rank),
                        finishedRounds,
                        files.isEmpty() ? null : files.get(rank),
                        collectives.get(rank),
                        ranksOver);
                Thread thread = new Thread(body, "spark-ml-ext rank " + rank);
                thread.setDaemon(true);
                thread.setContextClassLoader(Thread.currentThread().getContextClassLoader());
                threads.add(thread);
            }
            areRunning = true;
            threads.forEach(Thread::start);
            watch(ranksOver, context);
        } catch (KernelException e) {
            // No room on the disk. Thrown from here it would reach the caller inside an exception of Spark's.
            record.fail(RankFailure.of(RankFailure.NO_RANK, "this JVM", "reading the shards", false, e), e);
        } finally {
            // A rank that runs, even one that is left behind, reads its files: it closes them itself.
            if (!areRunning) {
                files.forEach(ShardFiles::close);
            }
            taskOver.countDown();
        }
        if (context.isInterrupted()) {
            throw new TaskKilledException("training was cancelled");
        }
    }

    private List<ShardHandover> cut(Iterator<Object> elements, List<ShardFiles> files, TaskContext context) {
        List<List<TableBlock>> training = new ArrayList<>();
        List<List<TableBlock>> validation = new ArrayList<>();
        for (int w = 0; w < plan.numWorkers(); w++) {
            training.add(new ArrayList<>());
            validation.add(new ArrayList<>());
        }
        ShardCutter cutter = new ShardCutter(plan, table.fingerprints());
        while (elements.hasNext()) {
            if (context.isInterrupted() || cancelReason.get() != null) {
                throw new TaskKilledException("training was cancelled while the shards were made");
            }
            for (ShardPlan.Piece piece : cutter.cut(elements.next())) {
                TableBlock block = files.isEmpty()
                        ? piece.block()
                        : files.get(piece.worker()).keep(piece.block());
                (block.isValidation() ? validation : training)
                        .get(piece.worker())
                        .add(block);
            }
        }
        List<ShardHandover> shards = new ArrayList<>();
        for (int w = 0; w < plan.numWorkers(); w++) {
            Shard shard = new Shard(featureNames, training.get(w), validation.get(w));
            shards.add(new ShardHandover(plan.checked(w, shard)));
        }
        return shards;
    }

    /** Waits for the ranks and passes a kill of the task on to them. Spark does not interrupt: it has to be asked. */
    private void watch(CountDownLatch ranksOver, TaskContext context) {
        long deadline = Long.MAX_VALUE;
        try {
            while (!ranksOver.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                if (deadline == Long.MAX_VALUE && (context.isInterrupted() || cancelReason.get() != null)) {
                    cancelReason.compareAndSet(null, "the Spark job was cancelled");
                    deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_SECONDS);
                } else if (deadline != Long.MAX_VALUE && System.nanoTime() - deadline > 0) {
                    LOG.error(
                            "{} ranks did not stop within {} s of the cancellation; their threads are left behind",
                            ranksOver.getCount(),
                            STOP_SECONDS);
                    return;
                }
            }
        } catch (InterruptedException e) {
            cancelReason.compareAndSet(null, "the task's thread was interrupted");
            Thread.currentThread().interrupt();
        }
    }

    /** One rank: a thread. */
    private final class Rank implements Runnable, RankLink {
        private final TrainingAlgorithm<?> algorithm;
        private final ShardHandover shard;
        private final List<RoundState> finishedRounds;
        private final @Nullable ShardFiles files;
        private final InProcessCollective collective;
        private final CountDownLatch ranksOver;
        private volatile String phase = "start";

        Rank(
                TrainingAlgorithm<?> algorithm,
                ShardHandover shard,
                List<RoundState> finishedRounds,
                @Nullable ShardFiles files,
                InProcessCollective collective,
                CountDownLatch ranksOver) {
            this.algorithm = algorithm;
            this.shard = shard;
            this.finishedRounds = finishedRounds;
            this.files = files;
            this.collective = collective;
            this.ranksOver = ranksOver;
        }

        @Override
        @SuppressWarnings("CatchThrowable") // Whatever a rank dies of, the others and the caller must hear of it.
        public void run() {
            int rank = collective.rank();
            try {
                // Devices, where ranks need one each, are taken in their order: Spark gives none to threads.
                int ordinal = Backends.resource(device).isEmpty() ? 0 : rank;
                BackendOptions options =
                        new BackendOptions(choice.threadsPerWorker(), ordinal).withDirectory(directory);
                // No attempt went before this one; another application may have.
                RankRun.Outcome outcome =
                        RankRun.run(algorithm, shard, collective, device, options, finishedRounds, this);
                record.rankDone(rank, outcome.device(), outcome.bytes());
            } catch (Throwable t) {
                RankFailure failure = RankFailure.of(rank, "this JVM", phase, false, t);
                // A consequence counts where nothing else is known: an exchange that took too long.
                if (failure.kind() != RankFailure.Kind.RECOVERABLE || cancelReason.get() == null) {
                    record.fail(failure, t);
                }
                collective.abort(t);
                cancelReason.compareAndSet(null, failure.describe());
            } finally {
                // Not by try-with-resources: that would close before the others hear of the cause.
                collective.close();
                if (files != null) {
                    files.close();
                }
                ranksOver.countDown();
            }
        }

        @Override
        public void enter(String next) {
            phase = next;
        }

        @Override
        public void roundFinished(RoundReport report, RoundState state) {
            if (collective.rank() == 0) {
                record.roundFinished(report, state);
            }
        }

        @Override
        public Verdict verdict(int round) {
            return record.verdict(round);
        }

        @Override
        public void progressed(ProgressReport report) {
            record.progressed(report);
        }

        @Override
        public @Nullable String cancelReason() {
            return cancelReason.get();
        }
    }
}
