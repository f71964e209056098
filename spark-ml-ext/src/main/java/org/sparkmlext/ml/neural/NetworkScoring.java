package org.sparkmlext.ml.neural;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.ml.linalg.DenseVector;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.stage.OutputValues;
import org.sparkmlext.net.NetworkScorer;
import org.sparkmlext.net.ScorerPool;
import org.sparkmlext.runtime.GivenDevice;

/**
 * Scores the rows of a partition in batches and appends the model's columns.
 *
 * @param network what scores
 * @param key of the scorer; its threads and its device of many are replaced by the task's
 * @param source of what it reads
 * @param columns what stands in the model's own columns
 * @param numColumns how many these are
 * @param embeddings length of the vectors of embeddings, which come last; 0 where none are wanted, and then {@code key} has no layer
 */
record NetworkScoring(
        FittedNetwork network,
        ScorerPool.Key key,
        RowSource source,
        OutputValues columns,
        int numColumns,
        int embeddings)
        implements MapPartitionsFunction<Row, Row> {

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        TaskContext task = TaskContext.get();
        int threads = task == null ? 1 : Math.max(1, task.cpus());
        ScorerPool.Key own = key.withThreads(threads).withOrdinal(GivenDevice.ordinal(task, key.device()));
        Scored scored = new Scored(source.open(rows), ScorerPool.borrow(own, network::model));
        if (task != null) {
            TaskCompletionListener closing = context -> scored.close();
            task.addTaskCompletionListener(closing);
        }
        return scored;
    }

    /** Rows as they are scored, a batch at a time. */
    private final class Scored implements Iterator<Row> {
        private final RowSource.Cursor rows;
        private final ScorerPool.Lease lease;
        private final ArrayDeque<Row> ready = new ArrayDeque<>();
        private boolean hasMore = true;
        private boolean isClosed;

        Scored(RowSource.Cursor rows, ScorerPool.Lease lease) {
            this.rows = rows;
            this.lease = lease;
        }

        @Override
        public boolean hasNext() {
            while (ready.isEmpty() && hasMore) {
                scoreBatch();
            }
            if (ready.isEmpty()) {
                close();
            }
            return !ready.isEmpty();
        }

        @Override
        public Row next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return ready.remove();
        }

        private void scoreBatch() {
            int width = source.width();
            byte[] bytes = new byte[source.takesBytes() ? NetworkScorer.LARGEST * width : 0];
            float[] floats = new float[source.takesBytes() ? 0 : NetworkScorer.LARGEST * width];
            List<Row> batch = new ArrayList<>();
            List<@Nullable Integer> places = new ArrayList<>();
            int[] lengths = new int[NetworkScorer.LARGEST];
            int count = 0;
            while (count < NetworkScorer.LARGEST && batch.size() < 2 * NetworkScorer.LARGEST) {
                hasMore = rows.next();
                if (!hasMore) {
                    break;
                }
                int steps = rows.copy(bytes, floats, count * width);
                batch.add(rows.row());
                places.add(steps == 0 ? null : count);
                if (steps > 0) {
                    lengths[count++] = steps;
                }
            }
            float[][] raws = new float[count][];
            float[][] features = new float[count][];
            NetworkScorer.Sink sink = (i, raw, layer) -> {
                raws[i] = raw;
                if (layer != null) {
                    features[i] = layer;
                }
            };
            if (source.takesBytes()) {
                lease.scorer().score(bytes, count, sink);
            } else {
                lease.scorer().score(floats, lengths, count, sink);
            }
            for (int i = 0; i < batch.size(); i++) {
                Integer place = places.get(i);
                ready.add(
                        place == null
                                ? appendedMissing(batch.get(i))
                                : appended(batch.get(i), raws[place], features[place]));
            }
        }

        private Row appended(Row row, float[] raw, float[] layer) {
            List<@Nullable Object> all = values(row);
            columns.append(doubles(raw), all);
            if (embeddings > 0) {
                all.add(new DenseVector(doubles(layer)));
            }
            return RowFactory.create(all.toArray());
        }

        private Row appendedMissing(Row row) {
            List<@Nullable Object> all = values(row);
            if (source.givesNulls()) {
                all.addAll(Collections.nCopies(numColumns + (embeddings > 0 ? 1 : 0), null));
                return RowFactory.create(all.toArray());
            }
            columns.appendMissing(all);
            if (embeddings > 0) {
                double[] missing = new double[embeddings];
                Arrays.fill(missing, Double.NaN);
                all.add(new DenseVector(missing));
            }
            return RowFactory.create(all.toArray());
        }

        private static List<@Nullable Object> values(Row row) {
            List<@Nullable Object> all = new ArrayList<>(row.size() + 4);
            for (int i = 0; i < row.size(); i++) {
                all.add(row.get(i));
            }
            return all;
        }

        private void close() {
            if (!isClosed) {
                isClosed = true;
                lease.close();
            }
        }
    }

    static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < doubles.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }
}
