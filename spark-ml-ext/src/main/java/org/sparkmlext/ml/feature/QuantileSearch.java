package org.sparkmlext.ml.feature;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.sparkmlext.ml.feature.ValueCounts.Place;

/**
 * Exact quantiles of columns of doubles, the same for any partitioning: the value at {@code q (n - 1)} of the sorted values, between two
 * of them by straight line (type 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages", 1996).
 *
 * <p>The counts of the first pass have the answer for columns of at most {@link ValueCounts#MOST} values. For others they say which range
 * holds it, whose values the next pass counts: in all two passes where the range has so few values, five at most.
 */
final class QuantileSearch {

    private record Wanted(int column, double quantile) {}

    /** A range that one pass counts. */
    private record Range(int column, long least, long most) implements Serializable {}

    private final Map<Wanted, Place[]> found = new LinkedHashMap<>();
    private int passes;

    /** Adds a quantile to the search. */
    void want(int column, double quantile, ValueCounts counts) {
        double at = quantile * (counts.total() - 1);
        found.put(
                new Wanted(column, quantile),
                new Place[] {counts.place((long) Math.floor(at)), counts.place((long) Math.ceil(at))});
    }

    /**
     * Reads the rows as often as it takes.
     *
     * @param rows columns of doubles
     * @throws IllegalStateException if the table gave other rows than before
     */
    void search(Dataset<Row> rows) {
        List<Range> ranges = open();
        while (!ranges.isEmpty()) {
            RangeCounts counts = RowSummary.of(rows, new RangeCounts(ranges));
            passes++;
            for (Map.Entry<Wanted, Place[]> quantile : found.entrySet()) {
                Place[] places = quantile.getValue();
                for (int i = 0; i < places.length; i++) {
                    if (!places[i].isExact()) {
                        places[i] = counts.narrowed(quantile.getKey().column(), places[i]);
                    }
                }
            }
            ranges = open();
        }
    }

    private List<Range> open() {
        List<Range> ranges = new ArrayList<>();
        found.forEach((wanted, places) -> {
            for (Place place : places) {
                Range range = new Range(wanted.column(), place.least(), place.most());
                if (!place.isExact() && !ranges.contains(range)) {
                    ranges.add(range);
                }
            }
        });
        return ranges;
    }

    /** Passes that the search took. */
    int passes() {
        return passes;
    }

    /** A quantile that was searched for. */
    double quantile(int column, double quantile, long count) {
        Place[] places = found.get(new Wanted(column, quantile));
        if (places == null) {
            throw new IllegalArgumentException(
                    "quantile " + quantile + " of column " + column + " was not searched for");
        }
        double lower = ValueCounts.value(places[0].least());
        double upper = ValueCounts.value(places[1].least());
        double at = quantile * (count - 1);
        double part = at - Math.floor(at);
        return part == 0 || lower == upper ? lower : lower * (1 - part) + upper * part;
    }

    /** Counts of the values in ranges. */
    private static final class RangeCounts implements RowSummary<RangeCounts> {
        private static final long serialVersionUID = 1L;

        private final ArrayList<Range> ranges;
        private final ArrayList<ValueCounts> counts = new ArrayList<>();

        RangeCounts(List<Range> ranges) {
            this.ranges = new ArrayList<>(ranges);
            ranges.forEach(range -> counts.add(new ValueCounts()));
        }

        @Override
        public void add(Row row) {
            for (int r = 0; r < ranges.size(); r++) {
                Range range = ranges.get(r);
                double value = row.getDouble(range.column());
                if (!Double.isNaN(value) && !Double.isInfinite(value)) {
                    long key = ValueCounts.key(value);
                    if (key >= range.least() && key <= range.most()) {
                        counts.get(r).add(key);
                    }
                }
            }
        }

        @Override
        public void merge(RangeCounts other) {
            for (int r = 0; r < counts.size(); r++) {
                counts.get(r).merge(other.counts.get(r));
            }
        }

        Place narrowed(int column, Place place) {
            int at = ranges.indexOf(new Range(column, place.least(), place.most()));
            if (counts.get(at).total() != place.count()) {
                throw new IllegalStateException("the table gave other rows when it was read again: "
                        + counts.get(at).total() + " values where there were " + place.count()
                        + ". Medians and robust scaling of many values take several passes: cache the table, or write it"
                        + " out first.");
            }
            return counts.get(at).place(place.rank());
        }
    }
}
