package org.sparkmlext.tree;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.SparseFeatures;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.data.TabularFeatures;
import org.sparkmlext.kernels.tree.SparseBins;

/** Turns blocks, in whatever form they come, into the bins of their stored values. */
final class SparseBlockBins {

    private final StoredValues values;
    private final ValueMapper[] mappers;
    private final KeyRanges @Nullable [] ranges;
    private final HostThreads threads;

    /** @param ranges one a feature, widened by all values that are mapped; null if they are not to be measured */
    SparseBlockBins(StoredValues values, ValueMapper[] mappers, KeyRanges @Nullable [] ranges, HostThreads threads) {
        this.values = values;
        this.mappers = mappers;
        this.ranges = ranges;
        this.threads = threads;
    }

    SparseBins of(TableBlock block) {
        SparseFeatures sparse = values.sparse(block);
        return sparse != null ? ofSparse(block.numRows(), sparse) : ofColumns(block.numRows(), block.table());
    }

    private SparseBins ofSparse(int numRows, SparseFeatures sparse) {
        int[] features = sparse.columns();
        int[] starts = sparse.starts();
        short[] bins = new short[starts[features.length]];
        threads.forEach(
                features.length,
                i -> map(features[i], sparse.values(), starts[i], starts[i + 1] - starts[i], bins, starts[i]));
        return new SparseBins(numRows, features.length, features, starts, sparse.rows(), bins);
    }

    /** A block whose columns are to be read in full: absent values are left out, as they are in sparse blocks. */
    private SparseBins ofColumns(int numRows, TabularFeatures block) {
        int numFeatures = values.numFeatures();
        int[] starts = new int[numFeatures + 1];
        threads.forEach(numFeatures, f -> starts[f + 1] = values.count(block.column(f), numRows));
        Arrays.parallelPrefix(starts, Math::addExact);
        short[] rows = new short[starts[numFeatures]];
        short[] bins = new short[rows.length];
        threads.forEach(numFeatures, f -> {
            float[] column = block.column(f);
            float[] stored = new float[starts[f + 1] - starts[f]];
            int at = 0;
            for (int r = 0; r < numRows; r++) {
                if (!values.isAbsent(column[r])) {
                    rows[starts[f] + at] = (short) r;
                    stored[at++] = column[r];
                }
            }
            map(f, stored, 0, at, bins, starts[f]);
        });
        int[] features = new int[numFeatures];
        Arrays.setAll(features, f -> f);
        return new SparseBins(numRows, numFeatures, features, starts, rows, bins);
    }

    private void map(int feature, float[] source, int from, int count, short[] bins, int binsFrom) {
        mappers[feature].map(source, from, count, bins, binsFrom, ranges == null ? null : ranges[feature]);
    }
}
