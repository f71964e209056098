package org.sparkmlext.tree;

import java.util.Arrays;
import java.util.List;
import org.sparkmlext.data.SparseFeatures;
import org.sparkmlext.data.TableBlock;

/**
 * A rank's blocks, in whatever form they come, as the values that differ from one absent value: that of the sparse blocks, or 0
 * where there is none. Holds counts only.
 */
final class StoredValues {

    private final List<TableBlock> blocks;
    private final float absent;
    private final int numRows;
    private final int[] counts;

    private StoredValues(List<TableBlock> blocks, float absent, int numRows, int[] counts) {
        this.blocks = blocks;
        this.absent = absent;
        this.numRows = numRows;
        this.counts = counts;
    }

    /** @param blocks blocks that still have their features */
    static StoredValues of(List<TableBlock> blocks, int numFeatures, int numRows, HostThreads threads) {
        float absent = 0;
        for (TableBlock block : blocks) {
            if (block.features() instanceof SparseFeatures sparse) {
                absent = sparse.absent();
                break;
            }
        }
        StoredValues values = new StoredValues(blocks, absent, numRows, new int[numFeatures]);
        for (TableBlock block : blocks) {
            SparseFeatures sparse = values.sparse(block);
            if (sparse != null) {
                for (int i = 0; i < sparse.columns().length; i++) {
                    values.counts[sparse.columns()[i]] += sparse.starts()[i + 1] - sparse.starts()[i];
                }
            } else {
                threads.forEach(
                        numFeatures,
                        f -> values.counts[f] += values.count(block.table().column(f), block.numRows()));
            }
        }
        return values;
    }

    /** How many of a column's values are not absent. */
    int count(float[] column, int rows) {
        int count = 0;
        for (int r = 0; r < rows; r++) {
            count += isAbsent(column[r]) ? 0 : 1;
        }
        return count;
    }

    int numFeatures() {
        return counts.length;
    }

    List<TableBlock> blocks() {
        return blocks;
    }

    /** Of each feature how many values differ from the absent one. */
    int[] counts() {
        return counts;
    }

    /** What a value that is not stored stands for: 0 or NaN. */
    float absent() {
        return absent;
    }

    /** Rows whose value of a feature is a zero that is not stored. */
    int absentZeros(int feature) {
        return absent == 0 ? numRows - counts[feature] : 0;
    }

    boolean isAbsent(float value) {
        return absent == 0 ? value == 0 : Float.isNaN(value);
    }

    /** The block's features if they are sparse with this absent value; null if their columns are to be read in full. */
    @org.jspecify.annotations.Nullable
    SparseFeatures sparse(TableBlock block) {
        return block.features() instanceof SparseFeatures sparse && Float.compare(sparse.absent(), absent) == 0
                ? sparse
                : null;
    }

    /** Takes a part of a column: absent values may be among them. */
    interface Reader {
        void read(int feature, float[] values, int from, int to);
    }

    /** Reads features {@code [fromFeature, toFeature)} of all blocks, block by block. */
    void forEach(int fromFeature, int toFeature, Reader reader) {
        for (TableBlock block : blocks) {
            SparseFeatures sparse = sparse(block);
            if (sparse == null) {
                for (int f = fromFeature; f < toFeature; f++) {
                    reader.read(f, block.table().column(f), 0, block.numRows());
                }
                continue;
            }
            int[] columns = sparse.columns();
            int found = Arrays.binarySearch(columns, fromFeature);
            for (int i = found < 0 ? ~found : found; i < columns.length && columns[i] < toFeature; i++) {
                reader.read(columns[i], sparse.values(), sparse.starts()[i], sparse.starts()[i + 1]);
            }
        }
    }
}
