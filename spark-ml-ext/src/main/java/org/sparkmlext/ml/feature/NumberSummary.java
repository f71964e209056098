package org.sparkmlext.ml.feature;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.MathContext;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.ExactSum;

/** Count, range, exact sums and counts of the values of a number, as far as they are wanted. */
final class NumberSummary implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Squares of larger ones are no doubles. */
    private static final double MOST_SUMMED = 1e150;

    private long count;
    private long missing;
    private long infinite;
    private double least = Double.POSITIVE_INFINITY;
    private double most = Double.NEGATIVE_INFINITY;
    private final @Nullable ExactSum sum;
    private final @Nullable ExactSum squares;
    private final @Nullable ValueCounts counts;

    NumberSummary(boolean needsSums, boolean needsQuantiles) {
        this.sum = needsSums ? new ExactSum() : null;
        this.squares = needsSums ? new ExactSum() : null;
        this.counts = needsQuantiles ? new ValueCounts() : null;
    }

    /** @param value NaN where it is missing */
    void add(double value) {
        if (Double.isNaN(value)) {
            missing++;
            return;
        }
        if (Double.isInfinite(value)) {
            infinite++;
            return;
        }
        count++;
        least = Math.min(least, value);
        most = Math.max(most, value);
        if (sum != null && squares != null && Math.abs(value) <= MOST_SUMMED) {
            sum.add(value);
            squares.addProduct(value, value);
        }
        if (counts != null) {
            counts.add(ValueCounts.key(value));
        }
    }

    void merge(NumberSummary other) {
        count += other.count;
        missing += other.missing;
        infinite += other.infinite;
        least = Math.min(least, other.least);
        most = Math.max(most, other.most);
        if (sum != null && other.sum != null) {
            sum.merge(other.sum);
        }
        if (squares != null && other.squares != null) {
            squares.merge(other.squares);
        }
        if (counts != null && other.counts != null) {
            counts.merge(other.counts);
        }
    }

    /** Values that are neither missing nor infinite. */
    long count() {
        return count;
    }

    long infinite() {
        return infinite;
    }

    /** 0 where there are no values. */
    double least() {
        // Not -0.0, which is smaller to Math.min.
        return count == 0 ? 0 : least + 0.0;
    }

    double most() {
        return count == 0 ? 0 : most + 0.0;
    }

    boolean isTooLargeToSum() {
        return count > 0 && Math.max(Math.abs(least), Math.abs(most)) > MOST_SUMMED;
    }

    /** The mean, rounded once. */
    double mean() {
        return exact(sum)
                .divide(BigDecimal.valueOf(count), MathContext.DECIMAL128)
                .doubleValue();
    }

    /** Standard deviation of the population: sqrt(n sum x^2 - (sum x)^2) / n, without rounding under the root. */
    double deviation() {
        BigDecimal total = exact(sum);
        double spread = exact(squares)
                .multiply(BigDecimal.valueOf(count))
                .subtract(total.multiply(total))
                .doubleValue();
        return Math.sqrt(spread) / count;
    }

    private static BigDecimal exact(@Nullable ExactSum sum) {
        if (sum == null) {
            throw new IllegalStateException("sums were not asked for");
        }
        return sum.exact();
    }

    ValueCounts counts() {
        if (counts == null) {
            throw new IllegalStateException("quantiles were not asked for");
        }
        return counts;
    }
}
