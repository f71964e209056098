package org.sparkmlext.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RowReaderTest {

    private static final float NAN = Float.NaN;

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
    private static List<TableBlock> read(Dataset<Row> data, TableColumns columns) {
        RowReader reader = RowReader.of(data, columns);
        List<TableBlock> blocks = new ArrayList<>();
        Iterator<org.apache.spark.sql.catalyst.InternalRow> rows = reader.select(data)
                .queryExecution()
                .toRdd()
                .toJavaRDD()
                .map(org.apache.spark.sql.catalyst.InternalRow::copy)
                .collect()
                .iterator();
        TableScan scan = reader.read(rows);
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
                read(data, real(List.of("d"), null, null)).get(0).features().column(0);
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
        StructType schema = new StructType(new StructField[] {
            new StructField("f", SQLDataTypes.VectorType(), true, Metadata.empty()),
            new StructField("y", DataTypes.DoubleType, false, Metadata.empty())
        });
        List<Row> rows = new ArrayList<>();
        for (Vector vector : vectors) {
            rows.add(RowFactory.create(vector, 1.5));
        }
        TableColumns columns =
                new TableColumns("f", List.of(), List.of(), "y", TableColumns.LabelKind.REAL, null, null);
        TableBlock block = read(spark.createDataFrame(rows, schema), columns).get(0);
        assertThat(columns(block))
                .isEqualTo(new float[][] {{0, 0, 0, 1}, {2, 2, 0, 2}, {0, 0, 0, 3}, {NAN, NAN, 0, 4}});
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
        assertThat(blocks.get(1).features().column(0)).containsExactly(0, 5);
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
        RowReader reader = RowReader.of(data, columns);
        TableScan scan = reader.read(reader.select(data)
                .queryExecution()
                .toRdd()
                .toJavaRDD()
                .map(org.apache.spark.sql.catalyst.InternalRow::copy)
                .collect()
                .iterator());
        scan.forEachRemaining(block -> {});
        assertThat(scan.counts().numClasses()).isEqualTo(7);
        TableCounts merged = new TableCounts();
        merged.merge(scan.counts());
        assertThat(merged.numClasses()).isEqualTo(7);
        assertThat(merged.problem(columns)).isEmpty();
    }

    private static float[][] columns(TableBlock block) {
        float[][] columns = new float[block.features().numFeatures()][];
        java.util.Arrays.setAll(columns, f -> block.features().column(f));
        return columns;
    }

    @Test
    void aDotInANameIsPartOfTheName() {
        Dataset<Row> data = spark.range(0, 3, 1, 1).selectExpr("id as `a.b`", "id + 1 as `c``d`", "id as y");
        TableBlock block = read(data, real(List.of("a.b", "c`d"), null, null)).get(0);
        assertThat(columns(block)).isEqualTo(new float[][] {{0, 1, 2}, {1, 2, 3}});
    }
}
