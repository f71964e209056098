package org.sparkmlext.runtime;

import java.util.List;
import org.apache.spark.Partition;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.RDD;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;

/**
 * All ranks as the tasks of an ordinary stage, which Spark starts one by one as slots come. A task goes through several attempts, for each
 * of which it reads its shard again: from where it is persisted, as a rule the task's own executor.
 */
final class OrdinaryStage extends RDD<Object> {
    private static final long serialVersionUID = 1L;

    /** In Spark's UI. */
    static final String NAME = "spark-ml-ext workers";

    private final GangTask task;

    OrdinaryStage(RDD<Object> shards, GangTask task) {
        super(shards, ClassTag$.MODULE$.Any());
        this.task = task;
    }

    /** All ranks, under a name for Spark's UI. */
    static JavaRDD<Object> of(RDD<Object> shards, GangTask task) {
        return new JavaRDD<>(new OrdinaryStage(shards, task), ClassTag$.MODULE$.Any()).setName(NAME);
    }

    @Override
    public Partition[] getPartitions() {
        return shards().partitions();
    }

    @Override
    public Iterator<Object> compute(Partition split, TaskContext context) {
        RDD<Object> shards = shards();
        task.stay(split.index(), () -> CollectionConverters.asJava(shards.iterator(split, context)), context);
        return CollectionConverters.asScala(List.<Object>of().iterator());
    }

    private RDD<Object> shards() {
        return firstParent(ClassTag$.MODULE$.Any());
    }
}
