package org.sparkmlext.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Rows of vectors make the same features however they come; the form of a block follows from what it stores. */
class TableBlockBuilderProperties {

    private static final float[] NO_MARGINS = {};

    /** How rows are handed over. */
    private enum Form {
        DENSE,
        SPARSE,
        /** Sparse, with absent values written out here and there. */
        SPARSE_WITH_ABSENT,
        MIXED
    }

    @Property(tries = 300)
    void formsOfRowsDoNotChangeTheFeatures(
            @ForAll @IntRange(min = 1, max = 30) int numFeatures,
            @ForAll @IntRange(min = 1, max = 40) int numRows,
            @ForAll @IntRange(min = 0, max = 100) int percentStored,
            @ForAll boolean zeroIsMissing,
            @ForAll long seed) {
        float absent = zeroIsMissing ? Float.NaN : 0f;
        float[][] rows = rows(numRows, numFeatures, percentStored, absent, new Random(seed));
        long stored = 0;
        for (float[] row : rows) {
            for (float value : row) {
                stored += SparseFeatures.isAbsent(value, absent) ? 0 : 1;
            }
        }
        int from = numRows / 3;
        int to = numRows - numRows / 4;
        for (Form form : Form.values()) {
            TableBlockBuilder builder = TableBlockBuilder.ofVectors(numFeatures, absent, false, 0, false);
            // Twice: the second block of a builder may start in another way than the first.
            for (int b = 0; b < 2; b++) {
                TabularFeatures block =
                        fill(builder, rows, absent, form, new Random(seed)).table();
                boolean isSparse = stored <= (long) numRows * numFeatures / 4;
                assertThat(block instanceof SparseFeatures).as("%s", form).isEqualTo(isSparse);
                assertThat(block.numStored()).isEqualTo(isSparse ? stored : (long) numRows * numFeatures);
                TabularFeatures slice = block.slice(from, to);
                for (int f = 0; f < numFeatures; f++) {
                    float[] expected = column(rows, f);
                    assertThat(block.column(f)).as("%s column %s", form, f).isEqualTo(expected);
                    assertThat(slice.column(f)).isEqualTo(Arrays.copyOfRange(expected, from, to));
                }
                if (block instanceof SparseFeatures sparse) {
                    assertThat(sparse.absent()).isEqualTo(Float.valueOf(absent));
                    assertOrdered(sparse);
                }
            }
        }
    }

    private static void assertOrdered(SparseFeatures sparse) {
        int[] columns = sparse.columns();
        for (int i = 0; i < columns.length; i++) {
            assertThat(i == 0 || columns[i - 1] < columns[i]).isTrue();
            assertThat(sparse.starts()[i]).isLessThan(sparse.starts()[i + 1]);
            for (int k = sparse.starts()[i]; k < sparse.starts()[i + 1]; k++) {
                assertThat(SparseFeatures.isAbsent(sparse.values()[k], sparse.absent()))
                        .isFalse();
                assertThat(k == sparse.starts()[i] || sparse.rows()[k - 1] < sparse.rows()[k])
                        .isTrue();
            }
        }
        assertThat(sparse.values()).hasSize((int) sparse.numStored());
    }

    @Example
    void aMillionFeaturesCostWhatIsStored() {
        int numFeatures = 1_000_000;
        TableBlockBuilder builder = TableBlockBuilder.ofVectors(numFeatures, 0f, false, 0, false);
        for (int b = 0; b < 50; b++) {
            for (int r = 0; r < 1000; r++) {
                int[] indices = {r, 500_000 + r % 7, numFeatures - 1};
                builder.addSparse(indices, new float[] {1, 2, b + 1}, 3, r, 1, NO_MARGINS);
            }
            SparseFeatures features = (SparseFeatures) builder.build().features();
            assertThat(features.numStored()).isEqualTo(3000);
            assertThat(features.columns()).hasSize(1000 + 7 + 1).isSorted();
            assertThat(features.column(numFeatures - 1)).containsOnly(b + 1);
            assertThat(features.column(500_003)[10]).isEqualTo(2);
            assertThat(features.indexOf(999_998)).isNegative();
            assertOrdered(features);
        }
    }

    @Example
    void aBlockIsFullAt65536RowsOr32MebibytesInEitherForm() {
        TableBlockBuilder rows = TableBlockBuilder.ofVectors(1_000_000, 0f, false, 0, false);
        int[] indices = {3};
        float[] one = {1};
        assertThat(countUntilFull(rows, () -> rows.addSparse(indices, one, 1, 0, 1, NO_MARGINS)))
                .isEqualTo(TableBlock.MAX_ROWS);
        assertThat(rows.build().numRows()).isEqualTo(TableBlock.MAX_ROWS);

        int[] many = new int[100_000];
        Arrays.setAll(many, i -> 10 * i);
        float[] ones = new float[100_000];
        Arrays.fill(ones, 1);
        TableBlockBuilder bytes = TableBlockBuilder.ofVectors(1_000_000, 0f, false, 0, false);
        assertThat(countUntilFull(bytes, () -> bytes.addSparse(many, ones, many.length, 0, 1, NO_MARGINS)))
                .isEqualTo(42);

        TableBlockBuilder dense = TableBlockBuilder.ofVectors(1 << 17, 0f, false, 0, false);
        int[] all = new int[1 << 17];
        Arrays.setAll(all, i -> i);
        float[] values = new float[1 << 17];
        Arrays.fill(values, 1);
        dense.addSparse(all, values, all.length, 0, 1, NO_MARGINS);
        assertThat(countUntilFull(dense, () -> dense.add(values, 0, 1, NO_MARGINS)) + 1)
                .isBetween(32, 64);

        TableBlockBuilder margins = TableBlockBuilder.ofVectors(10, 0f, false, 1 << 20, false);
        float[] tall = new float[1 << 20];
        assertThat(countUntilFull(margins, () -> margins.addSparse(indices, one, 1, 0, 1, tall)))
                .isEqualTo(8);
    }

    private static int countUntilFull(TableBlockBuilder builder, Runnable add) {
        int count = 0;
        while (!builder.isFull()) {
            add.run();
            count++;
        }
        return count;
    }

    private static float[][] rows(int numRows, int numFeatures, int percent, float absent, Random random) {
        float other = Float.isNaN(absent) ? 7f : Float.NaN;
        float[][] rows = new float[numRows][numFeatures];
        for (float[] row : rows) {
            for (int f = 0; f < numFeatures; f++) {
                boolean isStored = random.nextInt(100) < percent;
                row[f] = !isStored ? absent : random.nextInt(5) == 0 ? other : 1 + random.nextInt(9);
            }
        }
        return rows;
    }

    private static float[] column(float[][] rows, int f) {
        float[] column = new float[rows.length];
        for (int r = 0; r < rows.length; r++) {
            column[r] = rows[r][f];
        }
        return column;
    }

    private static TableBlock fill(TableBlockBuilder builder, float[][] rows, float absent, Form form, Random random) {
        for (float[] row : rows) {
            boolean isDense = form == Form.DENSE || (form == Form.MIXED && random.nextBoolean());
            if (isDense) {
                builder.add(row, 0, 1, NO_MARGINS);
                continue;
            }
            List<Integer> kept = new ArrayList<>();
            for (int f = 0; f < row.length; f++) {
                boolean isWrittenOut = form == Form.SPARSE_WITH_ABSENT && random.nextBoolean();
                if (isWrittenOut || !SparseFeatures.isAbsent(row[f], absent)) {
                    kept.add(f);
                }
            }
            // Longer than what counts, as a reader's buffers are.
            int[] indices = new int[kept.size() + 2];
            float[] values = new float[kept.size() + 2];
            for (int i = 0; i < kept.size(); i++) {
                indices[i] = kept.get(i);
                values[i] = row[kept.get(i)];
            }
            builder.addSparse(indices, values, kept.size(), 0, 1, NO_MARGINS);
        }
        return builder.build();
    }
}
