package org.sparkmlext.ml.neural;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.Objects;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.SeriesReader;
import org.sparkmlext.data.SeriesTable;

/**
 * Events in the order of their series, each scored from the window that ends with it. Events that are left out, by duplicates or as
 * invalid, come out unscored.
 *
 * @param table how events become series
 * @param steps of a window
 * @param features of a step, the table's channels
 * @param least steps that a window must have
 * @param skips whether events that are left out do not come out
 */
record SeriesSource(SeriesTable table, int steps, int features, int least, boolean skips) implements RowSource {
    private static final long serialVersionUID = 1L;

    @Override
    public int width() {
        return steps * features;
    }

    @Override
    public boolean takesBytes() {
        return false;
    }

    @Override
    public boolean givesNulls() {
        return true;
    }

    @Override
    public Cursor open(Iterator<Row> rows) {
        return new SeriesCursor(rows);
    }

    private final class SeriesCursor implements Cursor {
        /** Events that the reader has taken, the last perhaps not a step yet. */
        private final Deque<Row> pulled = new ArrayDeque<>();

        private final Deque<Row> leftOut = new ArrayDeque<>();
        private final SeriesReader reader;
        /** The last steps of the series, one after the other in a circle. */
        private final float[] ring = new float[width()];

        private int held;
        private int end;
        private @Nullable Row event;
        private Row row = Row.empty();
        private boolean isStep;

        SeriesCursor(Iterator<Row> rows) {
            reader = table.readRows(new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return rows.hasNext();
                }

                @Override
                public Row next() {
                    Row next = rows.next();
                    pulled.add(next);
                    return next;
                }
            });
        }

        @Override
        public boolean next() {
            while (leftOut.isEmpty() && event == null) {
                if (!advance()) {
                    return false;
                }
            }
            Row taken = leftOut.poll();
            isStep = taken == null;
            row = eventOf(taken == null ? Objects.requireNonNull(event) : taken);
            if (isStep) {
                event = null;
            }
            return true;
        }

        /** Reads one more step; false where there is nothing more. */
        private boolean advance() {
            if (!reader.next()) {
                boolean any = !pulled.isEmpty() && !skips;
                leaveOut();
                return any;
            }
            if (reader.isFirst()) {
                held = 0;
            }
            reader.copyTo(ring, end * features);
            end = (end + 1) % steps;
            held = Math.min(held + 1, steps);
            if (!reader.isFilled()) {
                event = pulled.removeLast();
                leaveOut();
            }
            return true;
        }

        private void leaveOut() {
            if (!skips) {
                leftOut.addAll(pulled);
            }
            pulled.clear();
        }

        @Override
        public Row row() {
            return row;
        }

        @Override
        public int copy(byte[] bytes, float[] floats, int at) {
            if (!isStep || held < least) {
                return 0;
            }
            int first = (end - held + steps) % steps;
            int before = Math.min(held, steps - first);
            System.arraycopy(ring, first * features, floats, at, before * features);
            System.arraycopy(ring, 0, floats, at + before * features, (held - before) * features);
            Arrays.fill(floats, at + held * features, at + width(), 0);
            return held;
        }
    }

    /** The event as it came. */
    private static Row eventOf(Row sorted) {
        return sorted.getStruct(sorted.size() - 1);
    }
}
