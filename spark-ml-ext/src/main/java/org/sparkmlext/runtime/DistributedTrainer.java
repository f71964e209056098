package org.sparkmlext.runtime;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.resource.ResourceProfileBuilder;
import org.apache.spark.resource.TaskResourceRequest;
import org.apache.spark.resource.TaskResourceRequests;
import org.apache.spark.sql.Dataset;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlext.data.TableColumns;
import org.sparkmlext.data.TableCounts;
import org.sparkmlext.data.WindowTable;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.training.ResumableAlgorithm;
import org.sparkmlext.training.SeriesShape;
import org.sparkmlext.training.ShardShape;
import org.sparkmlext.training.TrainingAlgorithm;
import org.sparkmlext.training.TrainingCallback;
import org.sparkmlext.training.TrainingListener;
import org.sparkmlext.training.TrainingReport;

/** Runs a {@link TrainingAlgorithm} on the executors: shards, gang, coordinator, retry. */
public final class DistributedTrainer {

    private static final Logger LOG = LoggerFactory.getLogger(DistributedTrainer.class);

    private final SparkContext context;
    private final BlockSource source;
    private final TrainingAlgorithm<?> algorithm;
    private final RuntimeOptions options;
    private final TrainingListener listener;
    private final JvmRoom room;

    private final @Nullable Checkpoints checkpoints;
    private final PhaseClock clock = new PhaseClock();
    private final JobWatch watch = new JobWatch();

    private DistributedTrainer(
            SparkContext context,
            BlockSource source,
            TrainingAlgorithm<?> algorithm,
            RuntimeOptions options,
            TrainingListener listener,
            JvmRoom room) {
        this.context = context;
        this.source = source;
        this.algorithm = algorithm;
        this.options = options;
        this.listener = listener;
        this.room = room;
        this.checkpoints = Checkpoints.open(options.checkpoints(), algorithm, context.hadoopConfiguration());
        if (listener instanceof TrainingCallback && !(algorithm instanceof ResumableAlgorithm)) {
            throw new IllegalArgumentException("a listener is a TrainingCallback, which may end the training, but "
                    + algorithm.getClass().getSimpleName()
                    + " cannot be ended so; use a plain TrainingListener, and early stopping");
        }
    }

    private RunRecord newRecord(WorkerChoice choice) {
        return new RunRecord(choice.numWorkers(), checkpoints, listener instanceof TrainingCallback);
    }

    /**
     * @param bytes rank 0's result in the algorithm's encoding
     * @param featureNames names of the table's columns
     * @param report course of the run
     */
    public record Result(byte[] bytes, List<String> featureNames, TrainingReport report) {}

    /**
     * Evaluates the DataFrame once, shards it, and trains. The listener is called on the calling thread.
     *
     * @throws org.sparkmlext.training.InvalidTrainingDataException if rows, labels or weights are at fault; the message
     *     names column, value and number of rows
     * @throws IllegalArgumentException if more workers are asked for than there are rows or slots, if a worker would get more
     *     rows than it can hold, if the memory does not suffice, or if the directory of checkpoints
     *     cannot be written to or is another run's
     * @throws java.io.UncheckedIOException if a checkpoint cannot be written any more; the message names epoch and path
     * @throws org.sparkmlext.training.TrainingCancelledException if the run was cancelled
     */
    public static Result train(
            Dataset<?> data,
            TableColumns columns,
            TrainingAlgorithm<?> algorithm,
            RuntimeOptions options,
            TrainingListener listener) {
        return train(data, new BlockSource.OfRows(columns), algorithm, options, listener);
    }

    /** The same with events, over whose series windows are the rows to learn from. */
    public static Result train(
            Dataset<?> data,
            WindowTable windows,
            TrainingAlgorithm<?> algorithm,
            RuntimeOptions options,
            TrainingListener listener) {
        return train(data, new BlockSource.OfEvents(windows), algorithm, options, listener);
    }

    private static Result train(
            Dataset<?> data,
            BlockSource source,
            TrainingAlgorithm<?> algorithm,
            RuntimeOptions options,
            TrainingListener listener) {
        JvmRoom room = JvmRoom.of(data.sparkSession().sparkContext());
        return train(data, source, algorithm, options, listener, room);
    }

    /** As above, with a heap to plan for that is not this JVM's or the executors'. */
    static Result train(
            Dataset<?> data,
            TableColumns columns,
            TrainingAlgorithm<?> algorithm,
            RuntimeOptions options,
            TrainingListener listener,
            long heapBytes) {
        JvmRoom room = JvmRoom.of(data.sparkSession().sparkContext(), heapBytes);
        return train(data, new BlockSource.OfRows(columns), algorithm, options, listener, room);
    }

    private static Result train(
            Dataset<?> data,
            BlockSource source,
            TrainingAlgorithm<?> algorithm,
            RuntimeOptions options,
            TrainingListener listener,
            JvmRoom room) {
        SparkContext context = data.sparkSession().sparkContext();
        // Each rank reads them for itself; what is wrong with them is told before anything is scanned.
        RankRun.checkSettings(context.conf());
        DistributedTrainer trainer = new DistributedTrainer(context, source, algorithm, options, listener, room);
        return WorkerChoice.isLocal(context.master()) ? trainer.trainLocally(data) : trainer.trainOnCluster(data);
    }

    private Result trainLocally(Dataset<?> data) {
        clock.enter("scan");
        try (ScannedTable table = ScannedTable.scan(data, source, watch)) {
            clock.enter("shard");
            WorkerChoice choice =
                    WorkerChoice.local(context.master(), options, table.counts().trainingRows());
            ShardPlan plan = table.plan(choice.numWorkers());
            List<String> names = source.columns().featureNames(table.counts().numFeatures());
            StoragePlan storage = storage(plan, names, table.counts(), choice);
            Path directory =
                    storage.isMapped() ? ShardFiles.directory(storage.fileBytes() * choice.numWorkers()) : null;
            if (directory != null) {
                LOG.info("Dense features lie in mapped files in {}", directory);
            }
            RunRecord record = newRecord(choice);
            try (LocalGang gang = new LocalGang(table, plan, names, choice, options.device(), directory, record)) {
                watch.await(gang.start(algorithm), () -> record.tell(listener));
            }
            record.tell(listener);
            RuntimeException failure = record.failure();
            if (failure != null) {
                throw failure;
            }
            return finish(names, choice, plan, record, 1);
        }
    }

    private Result trainOnCluster(Dataset<?> data) {
        SparkConf conf = context.conf();
        Deadlines deadlines = Deadlines.of(conf);
        String resource = Backends.resource(options.device());
        if (ExecutorLimits.isDynamic(conf)) {
            return trainOnComingExecutors(data, resource, deadlines);
        }
        clock.enter("executors");
        ExecutorCensus census = ExecutorCensus.await(context, resource, deadlines);
        clock.enter("scan");
        try (ScannedTable table = ScannedTable.scan(data, source, watch)) {
            clock.enter("shard");
            int taskCpus = conf.getInt("spark.task.cpus", 1);
            WorkerChoice choice = WorkerChoice.cluster(
                    census, taskCpus, options, table.counts().trainingRows());
            ResourceProfile profile =
                    profile(choice.cpusPerTask(), taskCpus, census.devicesPerExecutor() == 0 ? "" : resource);
            return trainOn(table, choice, profile, deadlines, null);
        }
    }

    /** Under dynamic allocation: executors come with the tasks of the scan and of the ranks, and may never be as many as the settings say. */
    private Result trainOnComingExecutors(Dataset<?> data, String resource, Deadlines deadlines) {
        ExecutorLimits known = ExecutorLimits.of(context, resource);
        if (known.cores().isPresent()) {
            known.require(options.numWorkers());
        }
        clock.enter("scan");
        JobWatch.Chore firstExecutor = ExecutorCensus.firstWithin(context, deadlines);
        try (ScannedTable table = ScannedTable.scan(data, source, watch, firstExecutor)) {
            clock.enter("shard");
            ExecutorLimits limits = ExecutorLimits.of(context, resource);
            WorkerChoice choice = WorkerChoice.dynamic(
                    limits,
                    options,
                    table.counts().trainingRows(),
                    table.elements().getNumPartitions(),
                    limits.slots(ExecutorCensus.cores(context)));
            return trainOn(table, choice, null, deadlines, limits);
        }
    }

    /** @param limits of executors that come and go; null where they stay */
    private Result trainOn(
            ScannedTable table,
            WorkerChoice choice,
            @Nullable ResourceProfile profile,
            Deadlines deadlines,
            @Nullable ExecutorLimits limits) {
        ShardPlan plan = table.plan(choice.numWorkers());
        List<String> names = source.columns().featureNames(table.counts().numFeatures());
        StoragePlan storage = storage(plan, names, table.counts(), choice);
        RunRecord record = newRecord(choice);
        int attempts;
        try (ClusterShards shards = ClusterShards.of(table, plan, storage.isMapped(), profile, watch)) {
            clock.enter("gather");
            try (GangSlots.Permit permit = limits == null ? null : permit(choice, limits, deadlines)) {
                Coordinator coordinator = limits == null
                        ? Coordinator.ofBarrier(record, choice.numWorkers(), choice.description(), deadlines)
                        : Coordinator.ofOrdinary(
                                record, choice.numWorkers(), choice.description(), deadlines, limits.settings());
                try (ClusterGang gang = new ClusterGang(context, record, coordinator, permit)) {
                    ClusterGang.TaskOfLaunch tasks = launch -> new GangTask(
                            gang.endpointName(),
                            launch,
                            algorithm,
                            plan,
                            table.fingerprints(),
                            names,
                            storage,
                            shards.isShuffled(),
                            choice.threadsPerWorker(),
                            options.device());
                    gang.run(shards, profile, tasks, watch, listener);
                }
                attempts = coordinator.attempts();
            }
            shards.freeShuffle();
        }
        return finish(names, choice, plan, record, attempts);
    }

    private GangSlots.Permit permit(WorkerChoice choice, ExecutorLimits limits, Deadlines deadlines) {
        return GangSlots.of(context)
                .acquire(
                        choice.numWorkers(),
                        limits.mostSlots(),
                        deadlines,
                        text -> RunRecord.tell(listener, l -> l.waiting(text)));
    }

    /**
     * A worker's task takes {@code cpus} cores, one whole device of the resource, and of all else what Spark's own settings say;
     * null where these settings say so already.
     *
     * @param resource empty for none
     */
    private @Nullable ResourceProfile profile(int cpus, int taskCpus, String resource) {
        Map<String, TaskResourceRequest> defaults =
                context.resourceProfileManager().defaultResourceProfile().taskResourcesJMap();
        TaskResourceRequest own = defaults.get(resource);
        if (cpus == taskCpus && (resource.isEmpty() || (own != null && own.amount() == 1))) {
            return null;
        }
        TaskResourceRequests requests = new TaskResourceRequests().cpus(cpus);
        defaults.forEach((name, request) -> {
            if (!name.equals(ResourceProfile.CPUS())) {
                requests.resource(name, request.amount());
            }
        });
        if (!resource.isEmpty()) {
            requests.resource(resource, 1);
        }
        return new ResourceProfileBuilder().require(requests).build();
    }

    private StoragePlan storage(ShardPlan plan, List<String> featureNames, TableCounts counts, WorkerChoice choice) {
        plan.requireAtMost(algorithm.maxRows());
        ShardShape shape = new ShardShape(
                plan.mostRows(),
                plan.mostValidationRows(),
                featureNames.size(),
                source.columns().weightCol() != null,
                counts.numClasses(),
                choice.threadsPerWorker(),
                share(counts.storedValues(), plan, counts),
                counts.storedValues(),
                false,
                counts.form().isBytes(),
                counts.longest() == 0
                        ? null
                        : new SeriesShape(
                                counts.longest(),
                                share(counts.storedSeries(), plan, counts),
                                source instanceof BlockSource.OfEvents));
        StoragePlan storage = new MemoryCheck(
                        algorithm::memoryPlan, shape, counts.numMargins(), choice.workersPerJvm(), room)
                .choose(options.shardStorage());
        if (counts.series().number() > 0) {
            LOG.info("Windows over {}", counts.series().describe());
        }
        LOG.info(
                "Training with {}; at most {} rows and {} features a worker. Memory:\n{}",
                choice.description(),
                plan.mostRows(),
                featureNames.size(),
                storage.text());
        return storage;
    }

    /** The largest shard's part of a number of the whole table, as if every row had as much of it. */
    private static long share(long number, ShardPlan plan, TableCounts counts) {
        double share = (double) (plan.mostRows() + plan.mostValidationRows())
                / (counts.trainingRows() + counts.validationRows());
        return (long) Math.ceil(number * share);
    }

    private Result finish(
            List<String> featureNames, WorkerChoice choice, ShardPlan plan, RunRecord record, int attempts) {
        byte[] bytes = record.result();
        if (bytes == null) {
            throw new IllegalStateException("the ranks ended without a result from rank 0 and without an error");
        }
        if (checkpoints != null) {
            checkpoints.finished(record.states());
        }
        Long startNanos = record.startNanos();
        if (startNanos != null) {
            clock.enter("train", startNanos);
        }
        List<Long> rows = new ArrayList<>();
        for (int w = 0; w < choice.numWorkers(); w++) {
            rows.add(plan.rows(w));
        }
        TrainingReport report = new TrainingReport(
                choice.numWorkers(),
                choice.threadsPerWorker(),
                record.devices(),
                rows,
                record.reports(),
                attempts,
                clock.stop());
        RunRecord.tell(listener, l -> l.finished(report));
        return new Result(bytes, featureNames, report);
    }
}
