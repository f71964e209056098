package org.sparkmlext.ml.feature;

import java.util.Arrays;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Mean, deviation and range of each channel, step by step (Welford 1962) and joined over partitions (Chan, Golub and LeVeque 1979):
 * sums of squares that do not cancel.
 */
final class ChannelStatistics {

    private long count;
    private final double[] mean;
    /** Sums of squared distances from the mean. */
    private final double[] squares;

    private final double[] least;
    private final double[] most;

    ChannelStatistics(int channels) {
        this.mean = new double[channels];
        this.squares = new double[channels];
        this.least = new double[channels];
        this.most = new double[channels];
        Arrays.fill(least, Double.POSITIVE_INFINITY);
        Arrays.fill(most, Double.NEGATIVE_INFINITY);
    }

    /** Takes the first channels of a step. */
    void add(float[] step) {
        count++;
        for (int c = 0; c < mean.length; c++) {
            double distance = step[c] - mean[c];
            mean[c] += distance / count;
            squares[c] += distance * (step[c] - mean[c]);
            least[c] = Math.min(least[c], step[c]);
            most[c] = Math.max(most[c], step[c]);
        }
    }

    void merge(ChannelStatistics other) {
        if (other.count == 0) {
            return;
        }
        double total = (double) count + other.count;
        for (int c = 0; c < mean.length; c++) {
            double distance = other.mean[c] - mean[c];
            mean[c] += distance * (other.count / total);
            squares[c] += other.squares[c] + distance * distance * (count * (other.count / total));
            least[c] = Math.min(least[c], other.least[c]);
            most[c] = Math.max(most[c], other.most[c]);
        }
        count += other.count;
    }

    long count() {
        return count;
    }

    double mean(int channel) {
        return mean[channel];
    }

    /** Over all steps, not one less: sqrt(sum (x - mean)^2 / n). */
    double deviation(int channel) {
        return Math.sqrt(squares[channel] / count);
    }

    double least(int channel) {
        return least[channel];
    }

    double most(int channel) {
        return most[channel];
    }

    static StructType schema() {
        var numbers = DataTypes.createArrayType(DataTypes.DoubleType, false);
        return new StructType()
                .add("count", DataTypes.LongType)
                .add("mean", numbers)
                .add("squares", numbers)
                .add("least", numbers)
                .add("most", numbers);
    }

    Row toRow() {
        return RowFactory.create(count, mean, squares, least, most);
    }

    static ChannelStatistics of(Row row) {
        double[] mean = numbers(row, 1);
        ChannelStatistics statistics = new ChannelStatistics(mean.length);
        statistics.count = row.getLong(0);
        System.arraycopy(mean, 0, statistics.mean, 0, mean.length);
        System.arraycopy(numbers(row, 2), 0, statistics.squares, 0, mean.length);
        System.arraycopy(numbers(row, 3), 0, statistics.least, 0, mean.length);
        System.arraycopy(numbers(row, 4), 0, statistics.most, 0, mean.length);
        return statistics;
    }

    private static double[] numbers(Row row, int at) {
        return row.<Double>getList(at).stream().mapToDouble(Double::doubleValue).toArray();
    }
}
