package org.sparkmlext.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkmlext.testing.LocalSpark;

/** A column of sequences: its forms, rows of unequal lengths, and what is wrong with a row. */
class SequenceColumnTest {

    private static TableColumns columns(int stepFeatures) {
        return new TableColumns("s", List.of(), List.of(), "y", TableColumns.LabelKind.REAL, null, null)
                .withSequences(stepFeatures);
    }

    private static Dataset<Row> sql(String... sequences) {
        String rows = java.util.Arrays.stream(sequences)
                .map(sequence -> "select " + sequence + " as s, 1 as y")
                .collect(Collectors.joining(" union all "));
        return LocalSpark.session().sql(rows).coalesce(1);
    }

    private static Dataset<Row> table(DataType type, Object... values) {
        List<Row> rows = new ArrayList<>();
        for (Object value : values) {
            rows.add(RowFactory.create(value, rows.size()));
        }
        StructType schema = new StructType().add("s", type, true).add("y", DataTypes.IntegerType, false);
        return LocalSpark.session().createDataFrame(rows, schema).coalesce(1);
    }

    private static TableScan scan(Dataset<Row> data, TableColumns columns) {
        RowReader reader = RowReader.of(data, columns);
        return reader.read(reader.select(data)
                .queryExecution()
                .toRdd()
                .toJavaRDD()
                .map(InternalRow::copy)
                .collect()
                .iterator());
    }

    private static TableBlock read(Dataset<Row> data, TableColumns columns) {
        TableScan scan = scan(data, columns);
        TableBlock block = scan.next();
        assertThat(scan.hasNext()).isFalse();
        assertThat(scan.counts().problem(columns)).isEmpty();
        assertThat(scan.counts().storedValues()).isEqualTo(block.features().numStored());
        assertThat(scan.counts().longest()).isEqualTo(((SequenceFeatures) block.features()).longest());
        return block;
    }

    private static String problem(Dataset<Row> data, int stepFeatures) {
        TableScan scan = scan(data, columns(stepFeatures));
        scan.forEachRemaining(block -> {});
        return scan.counts().problem(columns(stepFeatures)).orElseThrow();
    }

    /** The rows as {@code 1,2;3,4|5,6}: steps, then rows. */
    private static String text(TableBlock block) {
        SequenceFeatures features = (SequenceFeatures) block.features();
        List<String> rows = new ArrayList<>();
        for (int r = 0; r < block.numRows(); r++) {
            float[] window = new float[features.length(r) * features.numFeatures()];
            features.copyWindow(r, window, 0);
            StringBuilder row = new StringBuilder();
            for (int i = 0; i < window.length; i++) {
                row.append(i == 0 ? "" : i % features.numFeatures() == 0 ? ";" : ",")
                        .append((int) window[i]);
            }
            rows.add(row.toString());
        }
        return String.join("|", rows);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "array(array(1.0D, 2), array(3, 4)) | array(array(5.0D, 6))",
                "array(array(float(1), 2), array(3, 4)) | array(array(float(5), 6))",
                "array(array(1, 2), array(3, 4)) | array(array(5, 6))",
                "array(array(1L, 2L), array(3L, 4L)) | array(array(5L, 6L))",
                "array(array(1.0BD, 2.0BD), array(3.0BD, 4.0BD)) | array(array(5.0BD, 6.0BD))",
                "array(tinyint(1), tinyint(2), tinyint(3), tinyint(4)) | array(tinyint(5), tinyint(6))",
                "array(1, 2, 3, 4) | array(5, 6)",
                "array(1.0D, 2, 3, 4) | array(5.0D, 6)"
            })
    void arraysOfAnyNumbersAreSequencesOfUnequalLengths(String first, String second) {
        TableBlock block = read(sql(first, second), columns(2));
        assertThat(text(block)).isEqualTo("1,2;3,4|5,6");
        assertThat(block.labels()).containsExactly(1, 1);
    }

    @Test
    void numbersHaveTheirSign() {
        assertThat(text(read(sql("array(tinyint(-1), tinyint(3))"), columns(1))))
                .isEqualTo("-1;3");
    }

    @Test
    void vectorsAreSequencesOrSteps() {
        Vector dense = Vectors.dense(1, 2, 3, 4);
        Vector sparse = Vectors.sparse(6, new int[] {1, 4}, new double[] {7, 8});
        assertThat(text(read(table(SQLDataTypes.VectorType(), dense, sparse), columns(2))))
                .isEqualTo("1,2;3,4|0,7;0,0;8,0");
        assertThat(text(read(table(SQLDataTypes.VectorType(), dense, sparse), columns(1))))
                .isEqualTo("1;2;3;4|0;7;0;0;8;0");
        DataType steps = DataTypes.createArrayType(SQLDataTypes.VectorType());
        Vector[] first = {Vectors.dense(1, 2), Vectors.sparse(2, new int[] {1}, new double[] {3})};
        Vector[] second = {Vectors.sparse(2, new int[] {0}, new double[] {-0.0})};
        // How many features a flat row would have does not matter where steps have them.
        assertThat(text(read(table(steps, first, second), columns(5)))).isEqualTo("1,2;0,3|0,0");
    }

    @Test
    void negativeZeroIsZero() {
        float[] window = new float[1];
        ((SequenceFeatures) read(sql("array(array(-0.0D))"), columns(1)).features()).copyWindow(0, window, 0);
        assertThat(Float.floatToRawIntBits(window[0])).isZero();
    }

    @Test
    void rowsAtFaultAreCountedAndTold() {
        assertThat(problem(sql("array(array(1, 2))", "cast(null as array<array<int>>)"), 1))
                .contains("feature column 's' is null in 1 of 2 rows");
        assertThat(problem(sql("array(array(1, 2))", "cast(array() as array<array<int>>)"), 1))
                .contains("sequence column 's' holds a sequence of no steps in 1 of 2 rows");
        assertThat(problem(sql("array(1, 2)", "cast(array() as array<int>)"), 1))
                .contains("sequence of no steps in 1 of 2 rows");
        assertThat(problem(sql("array(array(1, 2), null)", "array(array(1, 2))"), 1))
                .contains("holds a sequence with a null step in 1 of 2 rows (for example step 1)");
        assertThat(problem(sql("array(array(1, 2), array(3))", "array(array(1, 2))"), 1))
                .contains(
                        "different numbers of features in 1 of 2 rows (for example 1 features in step 1 after 2 in step 0)");
        assertThat(problem(sql("array(array(1, 2))", "array(array(1))", "array(array(1))"), 1))
                .contains("holds sequences of steps of 1 (2 rows), 2 (1 rows) features; all steps must have the same");
        assertThat(problem(sql("array(1, 2, 3)", "array(1, 2)"), 2))
                .contains("no multiple of the features of a step in 1 of 2 rows (for example 3 values, 2 a step)");
        assertThat(problem(sql("array(array(1.0D, 2), array(3, double('NaN')))", "array(array(1.0D, null))"), 1))
                .contains(
                        "feature column 's' holds a null, NaN or missing value in 2 of 2 rows (for example feature 1 of step 1)");
        assertThat(problem(sql("array(array(1.0D, 2), array(3, 1e39D))"), 1))
                .contains("feature column 's[step][1]' holds a value that is infinite as a float32 in 1 of 1 rows");
        assertThat(problem(sql("array(cast(array() as array<int>))"), 1)).contains("at least one feature is needed");
    }

    @Test
    void otherTypesAreRefused() {
        for (String column : List.of("'text'", "1", "array('a')", "array(array('a'))", "map(1, 2)", "binary('a')")) {
            assertThatThrownBy(() -> RowReader.of(sql(column), columns(1)))
                    .as(column)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("sequenceCol names column 's' of type ")
                    .hasMessageContaining("an array of steps");
        }
        assertThatThrownBy(() -> new TableColumns(
                                null, List.of("a"), List.of(), "y", TableColumns.LabelKind.REAL, null, null)
                        .withSequences(1))
                .hasMessageContaining("stepFeatures is 1");
    }

    @Test
    void manyLongRowsMakeSeveralBlocks() {
        TableBlockBuilder builder = TableBlockBuilder.ofSequences(1000, true, 0, true);
        float[] steps = new float[1000 * 100];
        int rows = 0;
        while (!builder.isFull()) {
            steps[0] = rows;
            builder.addSequence(steps, 1 + rows % 100, rows, 2, new float[0]);
            rows++;
        }
        TableBlock block = builder.build();
        assertThat(block.features().numStored() * 4).isBetween(32L << 20, 33L << 20);
        SequenceFeatures features = (SequenceFeatures) block.features();
        assertThat(features.values()).hasSize((int) features.numStored());
        float[] window = new float[steps.length];
        features.copyWindow(77, window, 0);
        assertThat(window[0]).isEqualTo(77);
        assertThat(features.length(77)).isEqualTo(78);
        assertThat(block.labels()).hasSize(rows).endsWith(rows - 1);
        assertThat(block.weights()).hasSize(rows).containsOnly(2);
        assertThatThrownBy(() -> builder.add(steps, 0, 1, new float[0])).hasMessageContaining("rows of sequences");
        assertThatThrownBy(() -> new TableBlockBuilder(1, false, false).addSequence(steps, 1, 0, 1, new float[0]))
                .hasMessageContaining("rows of columns takes no sequences");
    }
}
