package org.sparkmlext.runtime;

import java.io.Serializable;
import java.util.UUID;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskFailedReason;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.RDD;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlext.training.InvalidTrainingDataException;
import org.sparkmlext.training.TrainingCancelledException;
import org.sparkmlext.training.TrainingListener;
import scala.Tuple2;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction1;

/**
 * All ranks as the tasks of one stage. A barrier stage has a shuffle to one partition behind it: Spark retries a failed barrier
 * stage only if it is not the last one of its job. Under dynamic allocation, where Spark refuses barrier stages, it is an ordinary one
 * ({@link OrdinaryStage}), for which the gang has a {@link GangSlots.Permit}.
 *
 * <p>When Spark gives the job up, after {@code spark.stage.maxConsecutiveAttempts}, the job is submitted again as long as
 * it made progress in between.
 */
final class ClusterGang implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterGang.class);
    private static final int MOST_LAUNCHES = 4;

    private final SparkContext context;
    private final RunRecord record;
    private final Coordinator coordinator;
    private final String endpointName = "spark-ml-ext-" + UUID.randomUUID();
    private final CoordinatorEndpoint endpoint;
    private final SparkListener losses;
    private final GangSlots.@Nullable Permit permit;

    /** @param permit for an ordinary stage; null for a barrier stage, which Spark starts as a whole */
    ClusterGang(SparkContext context, RunRecord record, Coordinator coordinator, GangSlots.@Nullable Permit permit) {
        this.context = context;
        this.record = record;
        this.coordinator = coordinator;
        this.permit = permit;
        this.endpoint = new CoordinatorEndpoint(SparkEnv.get().rpcEnv(), endpointName, coordinator);
        this.losses = new SparkListener() {
            @Override
            public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
                coordinator.executorLost(removed.executorId(), removed.reason());
            }

            @Override
            public void onTaskEnd(SparkListenerTaskEnd end) {
                if (end.reason() instanceof TaskFailedReason reason && end.taskInfo() != null) {
                    String text = reason.toErrorString();
                    coordinator.taskEnded(
                            end.taskInfo().taskId(), text.lines().findFirst().orElse(text));
                }
            }
        };
        context.addSparkListener(losses);
    }

    /** The name under which ranks find the coordinator. */
    String endpointName() {
        return endpointName;
    }

    /** What makes the task of the n-th launch. */
    interface TaskOfLaunch {
        GangTask task(int launch);
    }

    /** Runs until the result is there, a failure ends the run, or it is cancelled. */
    void run(
            ClusterShards shards,
            @Nullable ResourceProfile profile,
            TaskOfLaunch tasks,
            JobWatch watch,
            TrainingListener listener) {
        for (int launch = 0; ; launch++) {
            int roundsBefore = record.numRounds();
            try {
                watch.await(submit(shards, profile, tasks.task(launch)), () -> look(listener));
                look(listener);
                return;
            } catch (TrainingCancelledException | InvalidTrainingDataException | CheckpointFailure e) {
                throw e;
            } catch (Exception e) {
                // Also Spark's checked exceptions: its Scala methods do not declare them.
                RuntimeException failure = record.failure();
                if (failure != null) {
                    throw failure;
                }
                boolean hasProgressed = record.numRounds() > roundsBefore;
                if (!hasProgressed || launch + 1 == MOST_LAUNCHES) {
                    RankFailure suspect = coordinator.lastSuspect();
                    if (suspect != null) {
                        throw suspect.toException(e);
                    }
                    throw e;
                }
                LOG.warn("Spark gave the training job up; it is submitted again from round {}", record.numRounds(), e);
            }
        }
    }

    private void look(TrainingListener listener) {
        record.tell(listener);
        coordinator.check();
        if (permit != null) {
            permit.tell(coordinator.isWhole());
        }
        if (record.failure() != null) {
            // Rounds that ended just before it are kept and told of first: the failure names the last of them.
            record.tell(listener);
            RuntimeException failure = record.failure();
            throw failure != null ? failure : new IllegalStateException("a failure does not go away");
        }
    }

    private JavaFutureAction<?> submit(ClusterShards shards, @Nullable ResourceProfile profile, GangTask task) {
        if (permit != null) {
            return OrdinaryStage.of(shards.elements().rdd(), task).collectAsync();
        }
        ClassTag<Object> tag = ClassTag$.MODULE$.Any();
        RDD<Object> barrier = shards.elements().rdd().barrier().mapPartitions(new Identity(), false, tag);
        JavaRDD<Object> ranks = new JavaRDD<>(barrier, tag).mapPartitionsWithIndex(task, false);
        if (profile != null) {
            ranks = ranks.withResources(profile);
        }
        return ranks.mapToPair(nothing -> new Tuple2<>(0, nothing))
                .groupByKey(1)
                .keys()
                .collectAsync();
    }

    /** Only marks the stage as a barrier. */
    private static final class Identity
            extends AbstractFunction1<scala.collection.Iterator<Object>, scala.collection.Iterator<Object>>
            implements Serializable {
        private static final long serialVersionUID = 1L;

        @Override
        public scala.collection.Iterator<Object> apply(scala.collection.Iterator<Object> elements) {
            return elements;
        }
    }

    @Override
    public void close() {
        JobWatch.undisturbed(() -> context.removeSparkListener(losses));
        endpoint.close();
    }
}
