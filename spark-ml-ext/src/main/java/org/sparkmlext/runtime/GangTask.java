package org.sparkmlext.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.api.java.function.Function2;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.collective.CollectiveException;
import org.sparkmlext.collective.CollectiveOptions;
import org.sparkmlext.collective.TcpListener;
import org.sparkmlext.data.Shard;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.training.RoundState;
import org.sparkmlext.training.TrainingAlgorithm;
import org.sparkmlext.training.TrainingCancelledException;

/**
 * One rank as a task: registers, reads its shard, finds the others, trains.
 *
 * @param endpoint name of the coordinator's endpoint
 * @param launch how often the gang's job was submitted before; makes attempts of later jobs higher than those of earlier
 * @param storage where features are held
 * @param isShuffled whether the elements are pieces for this rank, and not a scanned partition
 */
record GangTask(
        String endpoint,
        int launch,
        TrainingAlgorithm<?> algorithm,
        ShardPlan plan,
        long[] fingerprints,
        List<String> featureNames,
        StoragePlan storage,
        boolean isShuffled,
        int numThreads,
        String device)
        implements Function2<Integer, Iterator<Object>, Iterator<Object>> {

    private static final Logger LOG = LoggerFactory.getLogger(GangTask.class);
    private static final long ATTEMPTS_PER_LAUNCH = 1000;

    /** In a barrier stage: one attempt, which is the stage's. */
    @Override
    public Iterator<Object> call(Integer rank, Iterator<Object> elements) throws IOException {
        TaskContext context = TaskContext.get();
        attempt(rank, () -> elements, context, stage(context));
        return List.of().iterator();
    }

    /**
     * In an ordinary stage: as many attempts as it takes until the run has its result. Whoever is stopped, or loses a peer, keeps its slot and
     * waits for the others; any other failure is Spark's to deal with, which starts another task for the rank.
     *
     * @param elements gives the rank's shard, each time from its beginning
     */
    void stay(int rank, Supplier<Iterator<Object>> elements, TaskContext context) {
        SparkEnv env = SparkEnv.get();
        String executor = env.executorId();
        String host = env.blockManager().blockManagerId().host();
        Enlistment enlistment = new Enlistment(
                endpoint, context, stage(context), rank, executor, "executor " + executor + " (" + host + ")");
        for (OptionalLong next = enlistment.next(); next.isPresent(); next = enlistment.next()) {
            try {
                attempt(rank, elements, context, next.getAsLong());
            } catch (CollectiveException | TrainingCancelledException e) {
                LOG.info("Rank {} leaves attempt {} and waits for the others", rank, next.getAsLong(), e);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private long stage(TaskContext context) {
        return launch * ATTEMPTS_PER_LAUNCH + context.stageAttemptNumber();
    }

    @SuppressWarnings("CatchThrowable") // Whatever a rank dies of, the driver and the others must hear of it.
    private void attempt(int rank, Supplier<Iterator<Object>> elements, TaskContext context, long attempt)
            throws IOException {
        String executor = SparkEnv.get().executorId();
        String host = SparkEnv.get().blockManager().blockManagerId().host();
        GivenDevice given = GivenDevice.of(context, device);
        String place = "executor " + executor + " (" + host + ")" + given.text();
        try (CoordinatorClient client = new CoordinatorClient(endpoint, context, attempt, rank)) {
            try {
                if (client.hello(place, executor, given.key(host))) {
                    client.done(train(rank, elements.get(), given, client, host, attempt));
                }
            } catch (Throwable t) {
                if (context.isInterrupted()) {
                    throw new TaskKilledException("rank " + rank + " stopped in " + client.phase());
                }
                boolean isOpening = client.phase().startsWith(RankRun.OPENING);
                client.failed(RankFailure.of(rank, place, client.phase(), isOpening, t));
                throw t;
            }
        }
    }

    private RankRun.Outcome train(
            int rank, Iterator<Object> elements, GivenDevice given, CoordinatorClient client, String host, long attempt)
            throws IOException {
        client.enter("reading its shard");
        if (!storage.isMapped()) {
            return train(rank, elements, given, client, host, attempt, null);
        }
        try (ShardFiles files = new ShardFiles(rank, ShardFiles.directory(storage.fileBytes()))) {
            return train(rank, elements, given, client, host, attempt, files);
        }
    }

    private RankRun.Outcome train(
            int rank,
            Iterator<Object> elements,
            GivenDevice given,
            CoordinatorClient client,
            String host,
            long attempt,
            @Nullable ShardFiles files)
            throws IOException {
        ShardHandover shard = new ShardHandover(
                plan.checked(rank, isShuffled ? collect(elements, client, files) : cut(rank, elements, client, files)));
        client.enter("gathering");
        CollectiveOptions options = CollectiveOptions.defaults()
                .withLocalSockets(SparkEnv.get().conf().getBoolean("spark.sparkmlext.localSockets", true))
                .withCancelled(() -> client.cancelReason() != null);
        try (TcpListener listener = TcpListener.bind(InetAddress.getByName(host), options)) {
            CoordinatorClient.Gathering gathering =
                    client.join(host, listener.address().getPort());
            List<RoundState> finished = client.states(gathering.numStates());
            client.enter("connecting");
            Collective collective = listener.connect(rank, gathering.peers(), gathering.token(), attempt);
            try {
                BackendOptions backend = new BackendOptions(numThreads, given.ordinal())
                        .withDirectory(files == null ? null : files.directory());
                return RankRun.run(algorithm, shard, collective, device, backend, finished, client);
            } catch (RuntimeException | Error e) {
                // Before it is closed, so that the others hear of the cause and not of a closed connection.
                collective.abort(e);
                throw e;
            } finally {
                collective.close();
            }
        }
    }

    /** A block and its place in the table. */
    private record Placed(int partition, int number, TableBlock block) {}

    private Shard collect(Iterator<Object> elements, CoordinatorClient client, @Nullable ShardFiles files) {
        List<Placed> blocks = new ArrayList<>();
        while (elements.hasNext()) {
            client.checkCancelled();
            if (elements.next() instanceof Object[] stored) {
                TableBlock block = kept(StoredBlock.load(stored), files);
                blocks.add(new Placed(StoredBlock.partition(stored), StoredBlock.number(stored), block));
            }
        }
        // A shuffle delivers in any order.
        blocks.sort(Comparator.comparingInt(Placed::partition).thenComparingInt(Placed::number));
        return shard(blocks.stream().map(Placed::block).toList());
    }

    /** Each block as it comes: all of them together may be more than the heap holds. */
    private static TableBlock kept(TableBlock block, @Nullable ShardFiles files) {
        return files == null ? block : files.keep(block);
    }

    private Shard cut(int rank, Iterator<Object> elements, CoordinatorClient client, @Nullable ShardFiles files) {
        ShardCutter cutter = new ShardCutter(plan, fingerprints);
        List<TableBlock> blocks = new ArrayList<>();
        while (elements.hasNext()) {
            client.checkCancelled();
            for (ShardPlan.Piece piece : cutter.cut(elements.next())) {
                if (piece.worker() != rank) {
                    throw new IllegalStateException("partition " + rank + " holds rows of rank " + piece.worker());
                }
                blocks.add(kept(piece.block(), files));
            }
        }
        return shard(blocks);
    }

    private Shard shard(List<TableBlock> blocks) {
        return new Shard(
                featureNames,
                blocks.stream().filter(block -> !block.isValidation()).toList(),
                blocks.stream().filter(TableBlock::isValidation).toList());
    }
}
