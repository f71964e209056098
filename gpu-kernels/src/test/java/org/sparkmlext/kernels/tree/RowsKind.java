package org.sparkmlext.kernels.tree;

import static org.assertj.core.api.Assumptions.assumeThat;

import org.sparkmlext.kernels.Backend;

/** The two kinds of rows that every kernel takes, filled block by block, the way shards arrive. */
public enum RowsKind {
    DENSE {
        @Override
        BinnedRows of(Backend backend, TreeData data) {
            DenseRows rows = backend.trees().allocateRows(data.layout(), data.numRows());
            for (int first = 0; first < data.numRows(); first += BLOCK) {
                int count = Math.min(BLOCK, data.numRows() - first);
                byte[][] columns = new byte[data.layout().numFeatures()][count];
                for (int f = 0; f < columns.length; f++) {
                    for (int r = 0; r < count; r++) {
                        columns[f][r] = (byte) data.bin(first + r, f);
                    }
                }
                rows.copyIn(first, columns, count);
                for (byte[] column : columns) {
                    java.util.Arrays.fill(column, (byte) 0);
                }
            }
            return rows;
        }
    },
    SPARSE {
        @Override
        BinnedRows of(Backend backend, TreeData data) {
            int[] maxStored = new int[data.layout().numFeatures()];
            for (int f = 0; f < maxStored.length; f++) {
                for (int r = 0; r < data.numRows(); r++) {
                    maxStored[f] += isStored(data, r, f) ? 1 : 0;
                }
            }
            SparseRows rows =
                    backend.trees().allocateSparseRows(data.layout(), data.absentBins(), maxStored, data.numRows());
            for (int first = 0; first < data.numRows(); first += BLOCK) {
                rows.append(block(data, first, Math.min(BLOCK, data.numRows() - first)));
            }
            return rows;
        }
    };

    private static final int BLOCK = 4099;

    abstract BinnedRows of(Backend backend, TreeData data);

    /** Skips a test whose rows this kind cannot hold. */
    void assumeHolds(TreeData data) {
        assumeThat(this == SPARSE || data.layout().fitsBytes())
                .as("dense rows hold at most 255 value bins a feature")
                .isTrue();
    }

    /** Of an even number of rows every seventh absent bin is stored all the same: that is allowed. */
    private static boolean isStored(TreeData data, int row, int feature) {
        return data.bin(row, feature) != data.absentBins()[feature] || (data.numRows() % 2 == 0 && row % 7 == 3);
    }

    static SparseBins block(TreeData data, int first, int count) {
        int numFeatures = data.layout().numFeatures();
        int[] features = new int[numFeatures];
        int[] starts = new int[numFeatures + 1];
        short[] rows = new short[numFeatures * count];
        short[] bins = new short[numFeatures * count];
        int numColumns = 0;
        int at = 0;
        for (int f = 0; f < numFeatures; f++) {
            features[numColumns] = f;
            int from = at;
            for (int r = 0; r < count; r++) {
                if (isStored(data, first + r, f)) {
                    rows[at] = (short) r;
                    bins[at++] = (short) data.bin(first + r, f);
                }
            }
            if (at > from) {
                starts[++numColumns] = at;
            }
        }
        return new SparseBins(count, numColumns, features, starts, rows, bins);
    }
}
