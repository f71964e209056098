package org.sparkmlext.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RowReaderTest {

    private static final float NAN = Float.NaN;

    private static final TableColumns VECTORS =
            new TableColumns("f", List.of(), List.of(), "y", TableColumns.LabelKind.REAL, null, null);

    private static SparkSession spark;

    @BeforeAll
    static void open() {
        spark = SparkSession.builder()
                .master("local[2]")
                .appName("row-reader")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .getOrCreate();
    }

    @AfterAll
    static void close() {
        spark.stop();
    }

    private static TableColumns real(List<String> inputs, String weight, String validation) {
        return new TableColumns(null, inputs, List.of(), "y", TableColumns.LabelKind.REAL, weight, validation);
    }

    /** All partitions, one after another, read here. */
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

    private static List<TableBlock> read(Dataset<Row> data, TableColumns columns) {
        TableScan scan = scan(data, columns);
        List<TableBlock> blocks = new ArrayList<>();
        scan.forEachRemaining(blocks::add);
        assertThat(scan.counts().problem(columns)).isEmpty();
        return blocks;
    }

    @Test
    void columnsOfAnyWidthBecomeFloatsAndNullAndNanAreMissing() {
        Dataset<Row> data = spark.sql("select * from values"
                + " (tinyint(1), smallint(2), 3, bigint(4), float(5.5), 6.5D, cast(7.25 as decimal(10, 2)), 8),"
                + " (null, null, null, null, null, null, null, -1),"
                + " (tinyint(-1), smallint(-2), -3, 16777217L, float('NaN'), double('NaN'), null, 0)"
                + " as t(b, s, i, l, f, d, m, y)");
        List<TableBlock> blocks = read(data, real(List.of("b", "s", "i", "l", "f", "d", "m"), null, null));
        assertThat(blocks).hasSize(1);
        TableBlock block = blocks.get(0);
        assertThat(block.numRows()).isEqualTo(3);
        assertThat(columns(block)).isEqualTo(new float[][] {
            {1, NAN, -1},
            {2, NAN, -2},
            {3, NAN, -3},
            {4, NAN, 16777216},
            {5.5f, NAN, NAN},
            {6.5f, NAN, NAN},
            {7.25f, NAN, NAN}
        });
        assertThat(block.labels()).containsExactly(8, -1, 0);
        assertThat(block.weights()).isNull();
    }

    @Test
    void aDoubleIsRoundedOnceAndNegativeZeroIsZero() {
        Dataset<Row> data = spark.sql("select * from values (0.1D, 1), (-0.0D, 2), (1e-60D, 3) as t(d, y)");
        float[] column =
                read(data, real(List.of("d"), null, null)).get(0).table().column(0);
        assertThat(column).containsExactly(0.1f, 0f, 0f);
        assertThat(Float.floatToRawIntBits(column[1])).isZero();
    }

    @Test
    void sparseVectorsEqualDenseOnesAndAbsentIsZero() {
        Vector[] vectors = {
            Vectors.dense(0, 2, 0, Double.NaN),
            Vectors.sparse(4, new int[] {1, 3}, new double[] {2, Double.NaN}),
            Vectors.sparse(4, new int[0], new double[0]),
            Vectors.dense(1, 2, 3, 4)
        };
        TableBlock block = read(vectors(vectors), VECTORS).get(0);
        assertThat(columns(block))
                .isEqualTo(new float[][] {{0, 0, 0, 1}, {2, 2, 0, 2}, {0, 0, 0, 3}, {NAN, NAN, 0, 4}});
    }

    private static Dataset<Row> vectors(Vector... vectors) {
        StructType schema = new StructType(new StructField[] {
            new StructField("f", SQLDataTypes.VectorType(), true, Metadata.empty()),
            new StructField("y", DataTypes.DoubleType, false, Metadata.empty())
        });
        List<Row> rows = new ArrayList<>();
        for (Vector vector : vectors) {
            rows.add(RowFactory.create(vector, 1.5));
        }
        return spark.createDataFrame(rows, schema).coalesce(1);
    }

    @Test
    void vectorsWithFewValuesStaySparseAndAreCounted() {
        Vector[] vectors = {
            Vectors.sparse(9, new int[] {1, 3, 8}, new double[] {2, -0.0, Double.NaN}),
            Vectors.dense(0, 0, 0, 0, 0, 0, 0, 0, 4),
            Vectors.sparse(9, new int[0], new double[0])
        };
        TableScan scan = scan(vectors(vectors), VECTORS);
        TableBlock block = scan.next();
        SparseFeatures sparse = (SparseFeatures) block.features();
        assertThat(sparse.absent()).isZero();
        assertThat(sparse.columns()).containsExactly(1, 8);
        assertThat(sparse.values()).containsExactly(2, NAN, 4);
        assertThat(sparse.rows()).containsExactly((short) 0, (short) 0, (short) 1);
        assertThat(scan.hasNext()).isFalse();
        assertThat(scan.counts().storedValues()).isEqualTo(3);
        assertThat(scan(vectors(vectors), VECTORS).next().features().contentHash())
                .isEqualTo(sparse.contentHash());

        // The same rows where the first is dense, and where all are.
        Vector[] denseFirst = {vectors[0].toDense(), vectors[1], vectors[2]};
        Vector[] allDense = {vectors[0].toDense(), vectors[1], vectors[2].toDense()};
        for (Vector[] others : List.of(denseFirst, allDense)) {
            assertThat(read(vectors(others), VECTORS).get(0).features().contentHash())
                    .isEqualTo(sparse.contentHash());
        }
        TableCounts merged = new TableCounts();
        merged.merge(scan.counts());
        merged.merge(scan.counts());
        assertThat(merged.storedValues()).isEqualTo(6);
    }

    @Test
    void whereZeroIsMissingNoZeroIsStored() {
        Vector[] vectors = {
            Vectors.sparse(9, new int[] {1, 3, 8}, new double[] {2, -0.0, Double.NaN}),
            Vectors.dense(0, 0, 3, 0, 0, -0.0, 0, 0, Double.NaN)
        };
        SparseFeatures sparse = (SparseFeatures)
                read(vectors(vectors), VECTORS.withMissing(-0f)).get(0).features();
        assertThat(sparse.absent()).isNaN();
        assertThat(sparse.columns()).containsExactly(1, 2);
        assertThat(sparse.column(1)).containsExactly(2, NAN);
        assertThat(sparse.column(3)).containsExactly(NAN, NAN);
        assertThat(sparse.column(8)).containsExactly(NAN, NAN);
        // Dense all the same: many values.
        TabularFeatures dense = read(
                        vectors(Vectors.sparse(3, new int[] {2}, new double[] {5}), Vectors.dense(0, 1, 0)),
                        VECTORS.withMissing(0f))
                .get(0)
                .table();
        assertThat(dense).isInstanceOf(DenseFeatures.class);
        assertThat(dense.column(0)).containsExactly(NAN, NAN);
        assertThat(dense.column(2)).containsExactly(5, NAN);
    }

    @Test
    void aMarkerIsMissingInColumnsAndVectorsAndIsComparedAsFloat32() {
        Dataset<Row> data = spark.sql("select * from values (-999, -999.1D, float(0), 1), (5, -999, float(-999), 2),"
                + " (null, 1, float(2), 3) as t(i, d, f, y)");
        TableColumns columns = real(List.of("i", "d", "f"), null, null);
        assertThat(columns(read(data, columns.withMissing(-999f)).get(0)))
                .isEqualTo(new float[][] {{NAN, 5, NAN}, {-999.1f, NAN, 1}, {0, NAN, 2}});
        assertThat(columns(read(data, columns.withMissing(-999.1f)).get(0))[1]).containsExactly(NAN, -999, 1);
        Dataset<Row> vectors = vectors(Vectors.sparse(2, new int[] {1}, new double[] {-999}), Vectors.dense(-999, 1));
        assertThat(columns(read(vectors, VECTORS.withMissing(-999f)).get(0)))
                .isEqualTo(new float[][] {{0, NAN}, {NAN, 1}});
    }

    @Test
    void anInfiniteMarkerIsMissingAndTheOtherInfinityAFault() {
        Dataset<Row> data = spark.sql(
                "select * from values (double('Infinity'), 1), (1e300D, 2), (double('-Infinity'), 3) as t(d, y)");
        TableColumns columns = real(List.of("d"), null, null).withMissing(Float.POSITIVE_INFINITY);
        assertThat(read(data.where("y < 3"), columns).get(0).table().column(0)).containsExactly(NAN, NAN);
        TableScan scan = scan(data, columns);
        scan.forEachRemaining(block -> {});
        assertThat(scan.counts().problem(columns).orElseThrow()).contains("in 1 of 3 rows (for example -Infinity)");
    }

    @Test
    void aSparseVectorsFaultsNameTheEntry() {
        Vector good = Vectors.sparse(40, new int[] {17}, new double[] {1});
        Vector bad = Vectors.sparse(40, new int[] {3, 17}, new double[] {1, 1e300});
        TableScan scan = scan(vectors(good, bad, bad, good), VECTORS);
        TableBlock block = scan.next();
        assertThat(block.numRows()).isEqualTo(2);
        assertThat(block.features().numStored()).isEqualTo(2);
        assertThat(scan.counts().problem(VECTORS).orElseThrow())
                .contains("feature column 'f[17]' holds a value that is infinite as a float32 in 2 of 4 rows")
                .contains("1.0E300");
    }

    @Test
    void indicesThatNoVectorHasAreAFault() {
        for (int[] indices : new int[][] {{2, 1}, {1, 1}, {0, 3}, {-1, 2}}) {
            InternalRow vector = new GenericInternalRow(new Object[] {
                (byte) 0,
                3,
                UnsafeArrayData.fromPrimitiveArray(indices),
                UnsafeArrayData.fromPrimitiveArray(new double[] {1, 2})
            });
            InternalRow row = new GenericInternalRow(new Object[] {vector, 1.0});
            TableScan scan = RowReader.of(vectors(Vectors.dense(1, 2, 3)), VECTORS)
                    .read(List.of(row).iterator());
            assertThat(scan.hasNext()).isFalse();
            assertThat(scan.counts().problem(VECTORS).orElseThrow())
                    .contains("vector column 'f' holds a sparse vector whose indices do not ascend");
        }
    }

    @Test
    void trainingAndValidationRowsComeInBlocksOfTheirOwn() {
        Dataset<Row> data =
                spark.range(0, 10, 1, 1).selectExpr("id as a", "id as y", "id + 0.5 as w", "id % 5 = 0 as v");
        List<TableBlock> blocks = read(data, real(List.of("a"), "w", "v"));
        assertThat(blocks).hasSize(2);
        assertThat(blocks.get(0).isValidation()).isFalse();
        assertThat(blocks.get(0).labels()).containsExactly(1, 2, 3, 4, 6, 7, 8, 9);
        assertThat(blocks.get(1).isValidation()).isTrue();
        assertThat(blocks.get(1).table().column(0)).containsExactly(0, 5);
        assertThat(blocks.get(1).weights()).containsExactly(0.5f, 5.5f);
    }

    @Test
    void aBlockHoldsAtMost65536RowsAndWideOnesFewer() {
        Dataset<Row> data = spark.range(0, 65_537, 1, 1).selectExpr("id as a", "id as y");
        List<TableBlock> blocks = read(data, real(List.of("a"), null, null));
        assertThat(blocks).extracting(TableBlock::numRows).containsExactly(65_536, 1);
        assertThat(blocks.get(1).labels()).containsExactly(65_536);

        TableBlockBuilder wide = new TableBlockBuilder(1 << 20, false, false);
        float[] row = new float[1 << 20];
        int rows = 0;
        while (!wide.isFull()) {
            wide.add(row, 0, 1, new float[0]);
            rows++;
        }
        assertThat(rows).isEqualTo(8);
    }

    private static TableColumns margins(TableColumns.LabelKind kind, int numOutputs) {
        return new TableColumns(null, List.of("a"), List.of(), "y", kind, "w", "v", "m", numOutputs);
    }

    @Test
    void baseMarginsComeAsNumbersArraysAndVectors() {
        Dataset<Row> rows =
                spark.range(0, 4, 1, 1).selectExpr("id as a", "id % 2 as y", "1 as w", "id = 3 as v", "id as n");
        Dataset<Row> numbers = rows.withColumnRenamed("n", "m");
        List<TableBlock> blocks = read(numbers, margins(TableColumns.LabelKind.BINARY, 1));
        assertThat(blocks).extracting(TableBlock::isValidation).containsExactly(false, true);
        assertThat(blocks.get(0).baseMargins()).isEqualTo(new float[][] {{0, 1, 2}});
        assertThat(blocks.get(1).baseMargins()).isEqualTo(new float[][] {{3}});
        assertThat(blocks.get(0).slice(1, 3).baseMargins()).isEqualTo(new float[][] {{1, 2}});

        Dataset<Row> arrays = rows.selectExpr("*", "array(-a, a / 2) as m");
        assertThat(read(arrays, margins(TableColumns.LabelKind.REAL, 2)).get(0).baseMargins())
                .isEqualTo(new float[][] {{0, -1, -2}, {0, .5f, 1}});

        StructType schema = new StructType(new StructField[] {
            new StructField("m", SQLDataTypes.VectorType(), false, Metadata.empty()),
            new StructField("y", DataTypes.IntegerType, false, Metadata.empty())
        });
        Dataset<Row> vectors = spark.createDataFrame(
                        List.of(
                                RowFactory.create(Vectors.dense(1, 2, 3), 0),
                                RowFactory.create(Vectors.sparse(3, new int[] {1}, new double[] {-4}), 1),
                                RowFactory.create(Vectors.dense(5, 6, 7), 2)),
                        schema)
                .coalesce(1)
                .selectExpr("m", "y", "1 as a", "1 as w", "false as v");
        assertThat(read(vectors, margins(TableColumns.LabelKind.CLASS_INDEX, 0))
                        .get(0)
                        .baseMargins())
                .isEqualTo(new float[][] {{1, 0, 5}, {2, -4, 6}, {3, 0, 7}});
    }

    @Test
    void labelsOfSeveralNumbersAreTargets() {
        TableColumns columns =
                new TableColumns("f", List.of(), List.of(), "y", TableColumns.LabelKind.REALS, "w", "v", null, 0);
        Dataset<Row> rows = spark.range(0, 4, 1, 1)
                .selectExpr("array(float(id)) as f", "array(id, -id / 2) as y", "id as w", "id = 3 as v");
        List<TableBlock> blocks = read(rows, columns);
        assertThat(blocks.get(0).targets()).isEqualTo(new float[][] {{0, 1, 2}, {0, -.5f, -1}});
        assertThat(blocks.get(0).labels()).isEqualTo(new float[] {0, 1, 2});
        assertThat(blocks.get(0).weights()).isEqualTo(new float[] {0, 1, 2});
        assertThat(blocks.get(1).targets()).isEqualTo(new float[][] {{3}, {-1.5f}});
        assertThatThrownBy(() -> new TableColumns(
                        "f", List.of(), List.of(), "y", TableColumns.LabelKind.REALS, null, null, "m", 2))
                .hasMessageContaining("base margin column 'm'");
    }

    @Test
    void manyRowsKeepTheirMarginsWhileABlockGrows() {
        Dataset<Row> data = spark.range(0, 70_000, 1, 1)
                .selectExpr("id as a", "id as y", "id as w", "false as v", "array(id, -id) as m");
        List<TableBlock> blocks = read(data, margins(TableColumns.LabelKind.REAL, 2));
        assertThat(blocks).extracting(TableBlock::numRows).containsExactly(65_536, 4_464);
        for (TableBlock block : blocks) {
            assertThat(block.baseMargins()[0]).isEqualTo(block.labels());
            assertThat(block.baseMargins()[1][17]).isEqualTo(-block.labels()[17]);
        }
    }

    @Test
    void classesAreCounted() {
        Dataset<Row> data = spark.range(0, 30, 1, 1).selectExpr("id as a", "id % 7 as y");
        TableColumns columns =
                new TableColumns(null, List.of("a"), List.of(), "y", TableColumns.LabelKind.CLASS_INDEX, null, null);
        TableScan scan = scan(data, columns);
        scan.forEachRemaining(block -> {});
        assertThat(scan.counts().numClasses()).isEqualTo(7);
        TableCounts merged = new TableCounts();
        merged.merge(scan.counts());
        assertThat(merged.numClasses()).isEqualTo(7);
        assertThat(merged.problem(columns)).isEmpty();
    }

    private static float[][] columns(TableBlock block) {
        float[][] columns = new float[block.features().numFeatures()][];
        java.util.Arrays.setAll(columns, f -> block.table().column(f));
        return columns;
    }

    @Test
    void aDotInANameIsPartOfTheName() {
        Dataset<Row> data = spark.range(0, 3, 1, 1).selectExpr("id as `a.b`", "id + 1 as `c``d`", "id as y");
        TableBlock block = read(data, real(List.of("a.b", "c`d"), null, null)).get(0);
        assertThat(columns(block)).isEqualTo(new float[][] {{0, 1, 2}, {1, 2, 3}});
    }
}
