package org.sparkmlext.runtime;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.ContextCleaner;
import org.apache.spark.Dependency;
import org.apache.spark.Partitioner;
import org.apache.spark.ShuffleDependency;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.RDD;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.storage.StorageLevel;
import org.jspecify.annotations.Nullable;
import scala.Option;
import scala.Tuple2;
import scala.jdk.javaapi.CollectionConverters;

/** One partition a worker, persisted, on the executors. Owned by the run, which closes it whatever happens. */
final class ClusterShards implements AutoCloseable {

    private final JavaRDD<Object> elements;
    private final boolean isShuffled;

    private ClusterShards(JavaRDD<Object> elements, boolean isShuffled) {
        this.elements = elements;
        this.isShuffled = isShuffled;
    }

    /**
     * Moves the pieces of blocks to their workers through one shuffle, or nothing at all if they are there already. After
     * a move the table is closed: its blocks would die with the same executors as the shuffle's files.
     *
     * @param isMapped whether ranks will hold features in files: then nothing of them may stay in the executors' heaps, so that
     *     shards are stored on disk, and the table is closed without a move too
     * @param profile what a worker's task asks for, so that workers spread over executors as they will when they train;
     *     null for Spark's default
     */
    static ClusterShards of(
            ScannedTable table, ShardPlan plan, boolean isMapped, @Nullable ResourceProfile profile, JobWatch watch) {
        if (plan.matchesPartitions() && isStraight(table.elements().rdd(), plan.numWorkers())) {
            if (!isMapped) {
                return new ClusterShards(table.elements(), false);
            }
            JavaRDD<Object> copies = table.elements().map(element -> element);
            return new ClusterShards(store(table, copies, StorageLevel.DISK_ONLY(), profile, watch), false);
        }
        long[] fingerprints = table.fingerprints();
        JavaPairRDD<Integer, Object> pieces =
                table.elements().mapPartitionsToPair(it -> new Pieces(it, new ShardCutter(plan, fingerprints)));
        JavaRDD<Object> elements =
                pieces.partitionBy(new ByWorker(plan.numWorkers())).values();
        StorageLevel level = isMapped ? StorageLevel.DISK_ONLY() : StorageLevel.MEMORY_AND_DISK();
        return new ClusterShards(store(table, elements, level, profile, watch), true);
    }

    /** Persists the shards and closes the table they come from. */
    private static JavaRDD<Object> store(
            ScannedTable table,
            JavaRDD<Object> elements,
            StorageLevel level,
            @Nullable ResourceProfile profile,
            JobWatch watch) {
        elements.setName("spark-ml-ext shards");
        JavaRDD<Object> placed = profile == null ? elements : elements.withResources(profile);
        placed.persist(level);
        try {
            watch.await(placed.mapPartitions(ClusterShards::exhaust).collectAsync());
        } catch (Throwable t) {
            JobWatch.undisturbed(() -> placed.unpersist(false));
            throw t;
        }
        table.close();
        return placed;
    }

    /** Whether a barrier stage may stand on it: Spark wants as many partitions all along the chain (SPARK-24820). */
    private static boolean isStraight(RDD<?> rdd, int numPartitions) {
        if (rdd.getNumPartitions() != numPartitions) {
            return false;
        }
        for (Dependency<?> dependency : CollectionConverters.asJava(rdd.dependencies())) {
            if (!(dependency instanceof ShuffleDependency) && !isStraight(dependency.rdd(), numPartitions)) {
                return false;
            }
        }
        return true;
    }

    private static Iterator<Object> exhaust(Iterator<Object> elements) {
        while (elements.hasNext()) {
            elements.next();
        }
        return List.of().iterator();
    }

    JavaRDD<Object> elements() {
        return elements;
    }

    /** Whether partitions hold pieces of one worker in any order; else they are scanned partitions. */
    boolean isShuffled() {
        return isShuffled;
    }

    /**
     * Frees the files of the shuffle that moved the shards, for which Spark would keep idle executors. Only where all jobs on them have
     * ended well: a job that was given up may still be at work on the shuffle, and what it then asks of one that is gone stops Spark. Its
     * own cleaner frees the files as well, later.
     */
    void freeShuffle() {
        Option<ContextCleaner> cleaner = elements.context().cleaner();
        if (isShuffled && cleaner.isDefined()) {
            JobWatch.undisturbed(() -> cleaner.get().doCleanupShuffle(shuffle(elements.rdd()), false));
        }
    }

    @Override
    public void close() {
        JobWatch.undisturbed(() -> elements.unpersist(false));
    }

    /** The shuffle right behind an RDD. */
    private static int shuffle(RDD<?> rdd) {
        Dependency<?> first = rdd.dependencies().head();
        return first instanceof ShuffleDependency<?, ?, ?> shuffle ? shuffle.shuffleId() : shuffle(first.rdd());
    }

    /** The pieces of one scanned partition, each with its worker. */
    private static final class Pieces implements Iterator<Tuple2<Integer, Object>> {
        private final Iterator<Object> elements;
        private final ShardCutter cutter;
        private final List<Tuple2<Integer, Object>> ready = new ArrayList<>();
        private int next;

        Pieces(Iterator<Object> elements, ShardCutter cutter) {
            this.elements = elements;
            this.cutter = cutter;
        }

        @Override
        public boolean hasNext() {
            while (next == ready.size() && elements.hasNext()) {
                ready.clear();
                next = 0;
                Object element = elements.next();
                for (ShardPlan.Piece piece : cutter.cut(element)) {
                    Object[] whole = (Object[]) element;
                    Object[] stored =
                            StoredBlock.store(piece.block(), StoredBlock.partition(whole), StoredBlock.number(whole));
                    ready.add(new Tuple2<>(piece.worker(), stored));
                    // Into the worker's own stream.
                    for (int i = StoredBlock.numFillers(stored); i > 0; i--) {
                        ready.add(new Tuple2<>(piece.worker(), StoredBlock.FILLER));
                    }
                }
            }
            return next < ready.size();
        }

        @Override
        public Tuple2<Integer, Object> next() {
            if (!hasNext()) {
                throw new NoSuchElementException("the partition has no more pieces");
            }
            return ready.get(next++);
        }
    }

    /** The key is the worker. */
    private static final class ByWorker extends Partitioner {
        private static final long serialVersionUID = 1L;

        private final int numWorkers;

        ByWorker(int numWorkers) {
            this.numWorkers = numWorkers;
        }

        @Override
        public int numPartitions() {
            return numWorkers;
        }

        @Override
        public int getPartition(Object key) {
            return (Integer) key;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof ByWorker that && that.numWorkers == numWorkers;
        }

        @Override
        public int hashCode() {
            return numWorkers;
        }
    }
}
