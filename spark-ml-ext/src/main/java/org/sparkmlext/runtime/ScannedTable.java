package org.sparkmlext.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.storage.StorageLevel;
import org.sparkmlext.data.TableCounts;
import org.sparkmlext.training.InvalidTrainingDataException;

/**
 * The DataFrame, evaluated once and persisted as blocks. Owned by the run, which closes it whatever happens.
 */
final class ScannedTable implements AutoCloseable {

    private final JavaRDD<Object> elements;
    private final List<TableCounts> countsByPartition;
    private final TableCounts counts;
    private final AtomicBoolean closed = new AtomicBoolean();

    private ScannedTable(JavaRDD<Object> elements, List<TableCounts> countsByPartition) {
        this.elements = elements;
        this.countsByPartition = countsByPartition;
        this.counts = new TableCounts();
        countsByPartition.forEach(counts::merge);
    }

    /**
     * Evaluates the DataFrame.
     *
     * @throws InvalidTrainingDataException if nobody can learn from it
     */
    static ScannedTable scan(Dataset<?> data, BlockSource source, JobWatch watch) {
        return scan(data, source, watch, () -> {});
    }

    /**
     * The same.
     *
     * @param chore done meanwhile; may throw to give up
     * @throws InvalidTrainingDataException if nobody can learn from it
     */
    static ScannedTable scan(Dataset<?> data, BlockSource source, JobWatch watch, JobWatch.Chore chore) {
        JavaRDD<Object> elements = source.elements(data);
        elements.persist(StorageLevel.MEMORY_AND_DISK());
        try {
            // Counting reads every element, and thereby persists every partition.
            JavaRDD<byte[]> counted = elements.mapPartitions(it -> {
                byte[] last = new byte[0];
                while (it.hasNext()) {
                    if (it.next() instanceof byte[] bytes) {
                        last = bytes;
                    }
                }
                return List.of(last).iterator();
            });
            List<TableCounts> counts = new ArrayList<>();
            watch.await(counted.collectAsync(), chore).forEach(bytes -> counts.add(ScanIterator.decode(bytes)));
            ScannedTable table = new ScannedTable(elements, counts);
            source.problem(table.counts).ifPresent(problem -> {
                throw new InvalidTrainingDataException(problem);
            });
            return table;
        } catch (Throwable t) {
            JobWatch.undisturbed(() -> elements.unpersist(false));
            throw t;
        }
    }

    /** Per partition its {@link StoredBlock}s and, last, its counts. The name says how the DataFrame was read. */
    JavaRDD<Object> elements() {
        return elements;
    }

    /** Counts over all partitions. */
    TableCounts counts() {
        return counts;
    }

    long[] fingerprints() {
        return countsByPartition.stream().mapToLong(TableCounts::fingerprint).toArray();
    }

    ShardPlan plan(int numWorkers) {
        return new ShardPlan(
                numWorkers,
                countsByPartition.stream().mapToLong(TableCounts::trainingRows).toArray(),
                countsByPartition.stream()
                        .mapToLong(TableCounts::validationRows)
                        .toArray());
    }

    /** Frees the blocks; waits for nobody. From any thread, any number of times. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            JobWatch.undisturbed(() -> elements.unpersist(false));
        }
    }
}
