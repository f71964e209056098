package org.sparkmlext.ml.neural;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.stage.ClassScorer;
import org.sparkmlext.ml.stage.ClassValues;
import org.sparkmlext.net.NetworkScorer;

/**
 * Scores the rows of a partition in batches and appends the model's columns.
 *
 * @param network what scores
 * @param key of the scorer; its threads are replaced by the task's
 * @param column position of the column the network reads
 * @param values how it is read
 * @param handleInvalid value of the Param of that name
 * @param columns which columns there are
 * @param scorer makes probabilities and classes
 */
record ClassScoring(
        FittedNetwork network,
        ScorerPool.Key key,
        int column,
        NetworkRowValues values,
        String handleInvalid,
        ClassValues columns,
        ClassScorer scorer)
        implements MapPartitionsFunction<Row, Row> {

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        TaskContext task = TaskContext.get();
        int threads = task == null ? 1 : Math.max(1, task.cpus());
        ScorerPool.Key own = new ScorerPool.Key(key.digest(), key.device(), key.precision(), threads);
        Scored scored = new Scored(rows, ScorerPool.borrow(own, network));
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
            float[][] logits = new float[count][];
            NetworkScorer.Sink sink = (i, raw, embeddings) -> logits[i] = raw;
            if (values.takesBytes()) {
                lease.scorer().score(bytes, count, sink);
            } else {
                lease.scorer().score(floats, count, sink);
            }
            for (int i = 0; i < batch.size(); i++) {
                Integer place = places.get(i);
                ready.add(appended(batch.get(i), place == null ? null : logits[place]));
            }
        }

        private Row appended(Row row, float @Nullable [] logits) {
            List<@Nullable Object> all = new ArrayList<>(row.size() + 4);
            for (int i = 0; i < row.size(); i++) {
                all.add(row.get(i));
            }
            if (logits == null) {
                columns.appendMissing(all);
            } else {
                columns.append(scorer, doubles(logits), all);
            }
            return RowFactory.create(all.toArray());
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
