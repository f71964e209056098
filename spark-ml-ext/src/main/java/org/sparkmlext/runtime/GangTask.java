package org.sparkmlext.runtime;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.resource.ResourceInformation;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.collective.CollectiveOptions;
import org.sparkmlext.collective.TcpListener;
import org.sparkmlext.data.Shard;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.training.RoundState;
import org.sparkmlext.training.TrainingAlgorithm;

/**
 * One rank as a task of a barrier stage: registers, reads its shard, finds the others, trains.
 *
 * @param endpoint name of the coordinator's endpoint
 * @param launch how often the gang's job was submitted before; makes attempts of later jobs higher than those of earlier
 * @param isShuffled whether the elements are pieces for this rank, and not a scanned partition
 */
record GangTask(
        String endpoint,
        int launch,
        TrainingAlgorithm<?> algorithm,
        ShardPlan plan,
        long[] fingerprints,
        List<String> featureNames,
        boolean isShuffled,
        int numThreads,
        String device)
        implements Function2<Integer, Iterator<Object>, Iterator<Object>> {

    private static final long ATTEMPTS_PER_LAUNCH = 1000;

    @Override
    @SuppressWarnings("CatchThrowable") // Whatever a rank dies of, the driver and the others must hear of it.
    public Iterator<Object> call(Integer rank, Iterator<Object> elements) throws Exception {
        TaskContext context = TaskContext.get();
        String executor = SparkEnv.get().executorId();
        String host = SparkEnv.get().blockManager().blockManagerId().host();
        String place = "executor " + executor + " (" + host + ")";
        long attempt = launch * ATTEMPTS_PER_LAUNCH + context.stageAttemptNumber();
        try (CoordinatorClient client = new CoordinatorClient(endpoint, context, attempt, rank)) {
            try {
                if (client.hello(place, executor)) {
                    client.done(train(rank, elements, context, client, host, attempt));
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
        return List.of().iterator();
    }

    private RankRun.Outcome train(
            int rank,
            Iterator<Object> elements,
            TaskContext context,
            CoordinatorClient client,
            String host,
            long attempt)
            throws IOException {
        client.enter("reading its shard");
        ShardHandover shard = new ShardHandover(
                plan.checked(rank, isShuffled ? collect(elements, client) : cut(rank, elements, client)));
        client.enter("gathering");
        CollectiveOptions options = CollectiveOptions.defaults().withCancelled(() -> client.cancelReason() != null);
        try (TcpListener listener = TcpListener.bind(InetAddress.getByName(host), options)) {
            CoordinatorClient.Gathering gathering =
                    client.join(host, listener.address().getPort());
            List<RoundState> finished = client.finishedRounds(gathering.firstRound());
            client.enter("connecting");
            Collective collective = listener.connect(rank, gathering.peers(), gathering.token(), attempt);
            try {
                BackendOptions backend = new BackendOptions(numThreads, ordinal(context));
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

    /** The GPU that Spark gave this task; the first one where Spark knows of none. */
    private static int ordinal(TaskContext context) {
        @Nullable ResourceInformation gpus = context.resourcesJMap().get("gpu");
        return gpus == null || gpus.addresses().length == 0 ? 0 : Integer.parseInt(gpus.addresses()[0]);
    }

    private Shard collect(Iterator<Object> elements, CoordinatorClient client) {
        List<Object[]> stored = new ArrayList<>();
        while (elements.hasNext()) {
            client.checkCancelled();
            stored.add((Object[]) elements.next());
        }
        // A shuffle delivers in any order.
        stored.sort(Comparator.<Object[]>comparingInt(StoredBlock::partition).thenComparingInt(StoredBlock::number));
        return shard(stored.stream().map(StoredBlock::load).toList());
    }

    private Shard cut(int rank, Iterator<Object> elements, CoordinatorClient client) {
        ShardCutter cutter = new ShardCutter(plan, fingerprints);
        List<TableBlock> blocks = new ArrayList<>();
        while (elements.hasNext()) {
            client.checkCancelled();
            for (ShardPlan.Piece piece : cutter.cut(elements.next())) {
                if (piece.worker() != rank) {
                    throw new IllegalStateException("partition " + rank + " holds rows of rank " + piece.worker());
                }
                blocks.add(piece.block());
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
