package org.sparkmlext.ml.neural;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
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

/**
 * Scores the rows of a partition in batches and appends the model's columns.
 *
 * @param network what scores
 * @param key of the scorer; its threads are replaced by the task's
 * @param column position of the column the network reads
 * @param values how it is read
 * @param handleInvalid value of the Param of that name
 * @param columns what stands in the model's own columns
 * @param embeddings length of the vectors of embeddings, which come last; 0 where none are wanted, and then {@code key} has no layer
 */
record NetworkScoring(
        FittedNetwork network,
        ScorerPool.Key key,
        int column,
        NetworkRowValues values,
        String handleInvalid,
        OutputValues columns,
        int embeddings)
        implements MapPartitionsFunction<Row, Row> {

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        TaskContext task = TaskContext.get();
        int threads = task == null ? 1 : Math.max(1, task.cpus());
        ScorerPool.Key own = key.withThreads(threads);
        Scored scored = new Scored(rows, ScorerPool.borrow(own, network::model));
        if (task != null) {
            TaskCompletionListener closing = context -> scored.close();
            task.addTaskCompletionListener(closing);
        }
        return scored;
    }

    /** Rows as they are scored, a batch at a time. */
    private final class Scored implements Iterator<Row> {
        private final Iterator<Row> rows;
        private final ScorerPool.Lease lease;
        private final ArrayDeque<Row> ready = new ArrayDeque<>();
        private boolean isClosed;

        Scored(Iterator<Row> rows, ScorerPool.Lease lease) {
            this.rows = rows;
            this.lease = lease;
        }

        @Override
        public boolean hasNext() {
            while (ready.isEmpty() && rows.hasNext()) {
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
            int width = values.width();
            byte[] bytes = new byte[values.takesBytes() ? NetworkScorer.LARGEST * width : 0];
            float[] floats = new float[values.takesBytes() ? 0 : NetworkScorer.LARGEST * width];
            List<Row> batch = new ArrayList<>();
            List<@Nullable Integer> places = new ArrayList<>();
            int count = 0;
            while (count < NetworkScorer.LARGEST && batch.size() < 2 * NetworkScorer.LARGEST && rows.hasNext()) {
                Row row = rows.next();
                Integer place = null;
                try {
                    if (row.isNullAt(column)) {
                        throw new IllegalArgumentException("column '" + values.column() + "' is null");
                    }
                    values.copy(row.get(column), bytes, floats, count * width);
                    place = count++;
                } catch (IllegalArgumentException e) {
                    if (handleInvalid.equals("error")) {
                        throw new IllegalArgumentException(
                                e.getMessage() + ". Set handleInvalid to keep or skip to go on with such rows.", e);
                    }
                    if (handleInvalid.equals("skip")) {
                        continue;
                    }
                }
                batch.add(row);
                places.add(place);
            }
            float[][] raws = new float[count][];
            float[][] features = new float[count][];
            NetworkScorer.Sink sink = (i, raw, layer) -> {
                raws[i] = raw;
                if (layer != null) {
                    features[i] = layer;
                }
            };
            if (values.takesBytes()) {
                lease.scorer().score(bytes, count, sink);
            } else {
                lease.scorer().score(floats, count, sink);
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
