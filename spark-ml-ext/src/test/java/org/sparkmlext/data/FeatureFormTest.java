package org.sparkmlext.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.image.ImageSchema;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.sparkmlext.testing.LocalSpark;

/** One column that holds all features: bytes, arrays, images. Vectors and plain columns are in {@link RowReaderTest}. */
class FeatureFormTest {

    private static final float NAN = Float.NaN;

    private static final TableColumns COLUMNS =
            new TableColumns("f", List.of(), List.of(), "y", TableColumns.LabelKind.REAL, null, null);

    private static SparkSession spark() {
        return LocalSpark.session();
    }

    private static Dataset<Row> table(DataType type, Object... features) {
        List<Row> rows = new ArrayList<>();
        for (Object value : features) {
            rows.add(RowFactory.create(value, rows.size()));
        }
        StructType schema = new StructType().add("f", type, true).add("y", DataTypes.IntegerType, false);
        return spark().createDataFrame(rows, schema).coalesce(1);
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
        return block;
    }

    private static String problem(Dataset<Row> data, TableColumns columns) {
        TableScan scan = scan(data, columns);
        scan.forEachRemaining(block -> {});
        return scan.counts().problem(columns).orElseThrow();
    }

    private static float[][] columns(TableBlock block) {
        float[][] columns = new float[block.features().numFeatures()][];
        Arrays.setAll(columns, f -> block.table().column(f));
        return columns;
    }

    @Test
    void binaryIsAnUnsignedByteAFeature() {
        TableBlock block = read(table(DataTypes.BinaryType, new byte[] {0, 1}, new byte[] {-1, -128}), COLUMNS);
        assertThat(block.features()).isInstanceOf(ByteFeatures.class);
        assertThat(columns(block)).isEqualTo(new float[][] {{0, 255}, {1, 128}});
        assertThat(block.labels()).containsExactly(0, 1);
    }

    @Test
    void arraysOfBytesAreTakenAsUnsigned() {
        Dataset<Row> data = spark().sql("select array(tinyint(-1), tinyint(3)) as f, 1 as y");
        TableBlock block = read(data, COLUMNS);
        assertThat(block.features()).isInstanceOf(ByteFeatures.class);
        assertThat(columns(block)).isEqualTo(new float[][] {{255}, {3}});
    }

    @Test
    void arraysOfOtherNumbersAreFloats() {
        String[] arrays = {
            "array(float(0.1), float(-0.0), null)",
            "array(0.1D, -0.0D, null)",
            "array(1, -2, null)",
            "array(16777217L, 0L, null)",
            "array(smallint(300), smallint(0), null)",
            "array(cast(7.25 as decimal(10, 2)), cast(0 as decimal(10, 2)), null)"
        };
        float[] firsts = {0.1f, 0.1f, 1, 16777216, 300, 7.25f};
        for (int i = 0; i < arrays.length; i++) {
            TableBlock block = read(spark().sql("select " + arrays[i] + " as f, 1 as y"), COLUMNS);
            assertThat(block.features()).isInstanceOf(DenseFeatures.class);
            assertThat(columns(block)[0]).as(arrays[i]).containsExactly(firsts[i]);
            assertThat(columns(block)[2]).as(arrays[i]).containsExactly(NAN);
        }
    }

    @Test
    void missingMarksValuesInEveryForm() {
        TableColumns marked = COLUMNS.withMissing(3f);
        assertThat(columns(read(table(DataTypes.BinaryType, (Object) new byte[] {2, 3}), marked)))
                .isEqualTo(new float[][] {{2}, {NAN}});
        assertThat(columns(read(spark().sql("select array(2.0D, 3.0D) as f, 1 as y"), marked)))
                .isEqualTo(new float[][] {{2}, {NAN}});
    }

    @Test
    void whereNothingMayBeMissingItIsAFaultNamedByRowsAndColumn() {
        TableColumns strict = COLUMNS.withoutMissing();
        assertThat(problem(
                        spark().sql(
                                        "select explode(array(array(1.0D, null, 'NaN'), array(2.0D, 3.0D, 4.0D))) as f, 1 as y"),
                        strict))
                .contains("feature column 'f' holds a null, NaN or missing value in 1 of 2 rows (for example entry 1)")
                .contains("fill them in");
        Vector[] vectors = {Vectors.dense(1, Double.NaN), Vectors.dense(1, 2), Vectors.dense(Double.NaN, Double.NaN)};
        assertThat(problem(table(SQLDataTypes.VectorType(), (Object[]) vectors), strict))
                .contains("feature column 'f' holds a null, NaN or missing value in 2 of 3 rows (for example entry 1)");
        Vector sparse = Vectors.sparse(4, new int[] {0, 1}, new double[] {1, 2});
        assertThat(problem(table(SQLDataTypes.VectorType(), sparse), strict.withMissing(0f)))
                .contains("in 1 of 1 rows (for example entry 2)");
        assertThat(columns(read(table(SQLDataTypes.VectorType(), sparse), strict)))
                .isEqualTo(new float[][] {{1}, {2}, {0}, {0}});
        assertThat(problem(table(DataTypes.BinaryType, new byte[] {2, 3}, new byte[] {3, 3}), strict.withMissing(2f)))
                .contains("in 1 of 2 rows (for example entry 0)");
        TableColumns plain = new TableColumns(
                        null, List.of("a", "b"), List.of(), "y", TableColumns.LabelKind.REAL, null, null)
                .withoutMissing();
        assertThat(problem(
                        spark().sql("select * from values (1, null, 1), (null, 2.0D, 1), (null, 1D, 1) as t(a, b, y)"),
                        plain))
                .contains("feature column 'a' holds a null, NaN or missing value in 2 of 3 rows; a network")
                .contains("feature column 'b' holds a null, NaN or missing value in 1 of 3 rows; a network");
    }

    @Test
    void lengthsAndNullsAreFaults() {
        assertThat(problem(table(DataTypes.BinaryType, new byte[2], new byte[3], null, new byte[2]), COLUMNS))
                .contains("binary column 'f' holds binary values of lengths 2 (2 rows), 3 (1 rows); all binary values"
                        + " must have the same length")
                .contains("feature column 'f' is null in 1 of 4 rows");
        assertThat(problem(table(DataTypes.BinaryType, new byte[0], new byte[0]), COLUMNS))
                .contains("binary column 'f' holds binary values of length 0 in all 2 rows");
        assertThat(problem(spark().sql("select explode(array(array(1), array(1, 2), null)) as f, 1 as y"), COLUMNS))
                .contains("array column 'f' holds arrays of lengths 1 (1 rows), 2 (1 rows)")
                .contains("feature column 'f' is null in 1 of 3 rows");
        assertThat(problem(spark().sql("select array(tinyint(1), null) as f, 1 as y"), COLUMNS))
                .contains("feature column 'f' holds an array of bytes with a null element in 1 of 1 rows"
                        + " (for example element 1)");
        assertThat(problem(spark().sql("select array(float(1), float('infinity')) as f, 1 as y"), COLUMNS))
                .contains("feature column 'f[1]' holds a value that is infinite as a float32");
    }

    private static Row image(int height, int width, int channels, byte... data) {
        return RowFactory.create("file:/a/" + height + ".png", height, width, channels, (channels - 1) * 8, data);
    }

    private static Dataset<Row> images(Row... images) {
        return table(ImageSchema.columnSchema(), (Object[]) images);
    }

    @Test
    void imagesComeInTheOrderRedGreenBlue() {
        TableScan scan =
                scan(images(image(1, 2, 3, (byte) 1, (byte) 2, (byte) 3, (byte) 4, (byte) 5, (byte) -6)), COLUMNS);
        assertThat(columns(scan.next())).isEqualTo(new float[][] {{3}, {2}, {1}, {250}, {5}, {4}});
        assertThat(scan.hasNext()).isFalse();
        assertThat(scan.counts().imageShape()).contains(new ImageShape(1, 2, 3));
        assertThat(scan.counts().form().isBytes()).isTrue();
        assertThat(columns(read(images(image(1, 1, 4, (byte) 1, (byte) 2, (byte) 3, (byte) 9)), COLUMNS)))
                .isEqualTo(new float[][] {{3}, {2}, {1}, {9}});
        assertThat(columns(read(images(image(2, 1, 1, (byte) 1, (byte) 2)), COLUMNS)))
                .isEqualTo(new float[][] {{1}, {2}});
    }

    @Test
    void imagesOfTwoSizesNameBothAndTheWayOut() {
        Dataset<Row> data = images(image(2, 1, 1, (byte) 1, (byte) 2), image(1, 2, 1, (byte) 1, (byte) 2));
        assertThat(problem(data, COLUMNS))
                .contains(
                        "image column 'f' holds images of sizes 1 x 2 x 1 (1 rows), 2 x 1 x 1 (1 rows), height x width x"
                                + " channels")
                .contains("bring them to one with ImageAssembler");
        TableCounts merged = new TableCounts();
        for (String one : List.of("y = 0", "y = 1")) {
            TableScan scan = scan(data.where(one), COLUMNS);
            scan.forEachRemaining(block -> {});
            merged.merge(scan.counts());
        }
        assertThat(merged.problem(COLUMNS).orElseThrow()).contains("1 x 2 x 1 (1 rows), 2 x 1 x 1 (1 rows)");
    }

    @Test
    void whatIsNoImageIsAFaultWithItsPath() {
        Row undefined = RowFactory.create("file:/a/broken.jpg", -1, -1, -1, -1, new byte[0]);
        assertThat(problem(images(undefined, image(1, 1, 1, (byte) 1)), COLUMNS))
                .contains("image column 'f' holds no image of 1, 3 or 4 channels of 8 bits in 1 of 2 rows (for example"
                        + " file:/a/broken.jpg: no image (height -1, width -1))");
        assertThat(problem(images(image(2, 2, 1, (byte) 1)), COLUMNS)).contains("1 bytes for 2 x 2 x 1");
        assertThat(problem(images(RowFactory.create(null, 1, 1, 1, 5, new byte[4])), COLUMNS))
                .contains("(for example mode 5 with 1 channels)");
        assertThat(problem(images((Row) null), COLUMNS)).contains("feature column 'f' is null in 1 of 1 rows");
    }

    @Test
    void otherTypesAreRefused() {
        for (String other : List.of("'text'", "array('a')", "1", "named_struct('height', 1)")) {
            assertThatThrownBy(() -> RowReader.of(spark().sql("select " + other + " as f, 1 as y"), COLUMNS))
                    .hasMessageContaining("featuresCol names column 'f' of type ")
                    .hasMessageContaining(
                            "needed is an ML vector, an array of numbers, a binary value (one byte a feature)"
                                    + " or one of Spark's images");
        }
    }
}
