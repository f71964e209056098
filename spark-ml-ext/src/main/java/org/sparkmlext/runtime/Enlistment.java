package org.sparkmlext.runtime;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.rpc.RpcEndpointRef;
import org.apache.spark.util.RpcUtils;
import org.sparkmlext.training.TrainingCancelledException;
import scala.reflect.ClassTag$;

/** How a task of an ordinary stage learns which attempt it takes part in: it asks the {@link Coordinator} until all are there. */
final class Enlistment {

    private static final long POLL_MILLIS = 100;

    private final RpcEndpointRef driver;
    private final TaskContext context;
    private final long stage;
    private final int rank;
    private final String executor;
    private final String place;
    private long last = Roster.NONE;

    /**
     * @param stage number of the task's stage attempt, rising over all jobs of the run
     * @param place executor and host, for people
     */
    Enlistment(String endpoint, TaskContext context, long stage, int rank, String executor, String place) {
        SparkEnv env = SparkEnv.get();
        this.driver = RpcUtils.makeDriverRef(endpoint, env.conf(), env.rpcEnv());
        this.context = context;
        this.stage = stage;
        this.rank = rank;
        this.executor = executor;
        this.place = place;
    }

    /**
     * Waits for the next attempt; the driver watches the time.
     *
     * @return the attempt; empty if the run has its result and there is nothing left to do
     * @throws TrainingCancelledException if the run has failed, or others take this task's place: it must not return then, for
     *     Spark would take that for the partition's result
     * @throws TaskKilledException if Spark stops the task
     */
    OptionalLong next() {
        while (true) {
            if (context.isInterrupted()) {
                throw new TaskKilledException("rank " + rank + " stopped while it waited for the others");
            }
            Object[] request =
                    Protocol.request(Protocol.ENLIST, stage, rank, context.taskAttemptId(), executor, place, last);
            Object[] reply = (Object[]) driver.<Object>askSync(request, ClassTag$.MODULE$.Any());
            if (reply[0].equals(Protocol.GO)) {
                last = (Long) reply[1];
                return OptionalLong.of(last);
            } else if (reply[0].equals(Protocol.FINISHED)) {
                return OptionalLong.empty();
            } else if (reply[0].equals(Protocol.STOP)) {
                throw new TrainingCancelledException("rank " + rank + " stops: the driver says: " + reply[1]);
            }
            try {
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new TrainingCancelledException("rank " + rank + " was interrupted");
            }
        }
    }
}
