package org.sparkmlext.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.util.LongAccumulator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.data.RowReader;
import org.sparkmlext.data.TableColumns;
import org.sparkmlext.data.TableColumns.LabelKind;
import org.sparkmlext.training.InvalidTrainingDataException;

/** What is stored after a scan by columns is, bit for bit, what a scan by rows stores; and which of the two is taken. */
class ColumnarScanTest {

    private static final String COLUMNS = "spark-ml-ext blocks, read by columns";
    private static final String ROWS = "spark-ml-ext blocks, read by rows";

    /** Every type of number, values that its neighbours cannot hold, and nulls. */
    private static final String[] NUMBERS = {
        "if(id % 7 = 0, null, cast(id % 200 - 100 as tinyint)) as t",
        "if(id % 11 = 0, null, cast(id % 60000 - 30000 as smallint)) as s",
        "if(id % 5 = 0, null, cast(16777216 + id as int)) as i",
        "if(id % 13 = 0, null, 9007199254740993L * (id % 3) + id * 16777217) as l",
        "cast(case id % 6 when 0 then 'NaN' when 1 then '-0.0' when 2 then '-999' when 3 then null else id / 7.0D end"
                + " as float) as f",
        "cast(case id % 6 when 0 then 'NaN' when 1 then '-0.0' when 2 then '-999.0000001' when 3 then null"
                + " when 4 then '1e-60' else id / 7.0D end as double) as d",
        "if(id % 9 = 0, null, id % 2 = 0) as z",
        "id % 3 as dictionary",
        "cast(id as int) as `whole.number`"
    };

    private static final List<String> INPUTS = List.of("t", "s", "i", "l", "f", "d", "z", "dictionary", "whole.number");

    private static final String[] DECIMALS = {
        "if(id % 7 = 0, null, cast(id / 8.0D as decimal(7, 3))) as small",
        "if(id % 5 = 0, null, cast(id * 16777217 as decimal(18, 2)) / 7) as middle",
        "if(id % 3 = 0, null, cast(id as decimal(38, 10)) * 9007199254740993 / 13) as large"
    };

    @TempDir
    static Path folder;

    private static SparkSession spark;

    @BeforeAll
    static void open() {
        spark = Tables.session("local[2]");
    }

    @AfterAll
    static void close() {
        spark.stop();
    }

    @AfterEach
    void reset() {
        spark.catalog().clearCache();
        spark.conf().unset(ColumnarScan.SETTING);
    }

    private static Dataset<Row> numbers(long rows) {
        List<String> expressions = new ArrayList<>(List.of(NUMBERS));
        expressions.addAll(List.of(
                "cast(id % 10 as tinyint) as y",
                "id % 4 as w",
                "id % 16 < 3 or id % 1000 > 800 as v",
                "cast(id as float) / 3 as m",
                "cast(id % 3 as string) as text"));
        return spark.range(0, rows, 1, 3).selectExpr(expressions.toArray(String[]::new));
    }

    private static TableColumns table(List<String> inputs, String weight, String validation, String margin) {
        return new TableColumns(null, inputs, List.of(), "y", LabelKind.REAL, weight, validation, margin, 1);
    }

    private static Dataset<Row> parquet(Dataset<Row> data, String name) {
        String path = folder.resolve(name).toString();
        data.write().mode("overwrite").parquet(path);
        return spark.read().parquet(path);
    }

    /** Scans both ways; the way that is taken by itself must be {@code way}. */
    private static void equalsItsRows(Dataset<Row> data, TableColumns columns, String way) {
        spark.conf().unset(ColumnarScan.SETTING);
        List<Object> scanned = scan(data, columns, way);
        spark.conf().set(ColumnarScan.SETTING, "false");
        List<Object> rows = scan(data, columns, ROWS);
        assertThat(rows).hasSizeGreaterThan(data.rdd().getNumPartitions());
        assertThat(Arrays.deepEquals(bits(scanned), bits(rows))).isTrue();
    }

    private static List<Object> scan(Dataset<Row> data, TableColumns columns, String way) {
        try (ScannedTable table = ScannedTable.scan(data, new BlockSource.OfRows(columns), new JobWatch())) {
            assertThat(table.elements().name())
                    .as(() -> data.queryExecution().executedPlan().toString())
                    .isEqualTo(way);
            return table.elements().collect();
        }
    }

    /** Floats as their bits, of which NaN has many. */
    private static Object[] bits(List<Object> elements) {
        return elements.stream()
                .map(element -> element instanceof Object[] block
                        ? Arrays.stream(block)
                                .map(part -> part instanceof float[] floats ? bits(floats) : part)
                                .toArray()
                        : element)
                .toArray();
    }

    private static int[] bits(float[] floats) {
        int[] bits = new int[floats.length];
        Arrays.setAll(bits, i -> Float.floatToRawIntBits(floats[i]));
        return bits;
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, -999f, 0f, Float.NEGATIVE_INFINITY})
    void everyTypeOfACachedTableAndOfAFile(float missing) {
        Dataset<Row> data = numbers(2000);
        TableColumns columns = table(INPUTS, "w", "v", "m").withMissing(missing);
        equalsItsRows(data.drop("text").cache(), columns, COLUMNS);
        equalsItsRows(parquet(data, "numbers"), columns, COLUMNS);
        String orc = folder.resolve("orc").toString();
        data.write().mode("overwrite").orc(orc);
        equalsItsRows(spark.read().orc(orc), columns, COLUMNS);
    }

    @Test
    void valuesAreThoseOfTheTable() {
        Dataset<Row> data = spark.range(0, 4, 1, 1)
                .selectExpr("if(id = 1, null, id - 2) as a", "id * 16777217 as b", "id as y", "id = 2 as v")
                .cache();
        List<Object> elements = scan(data, table(List.of("b", "a"), null, "v", null), COLUMNS);
        List<Object[]> blocks = elements.stream()
                .filter(element -> element instanceof Object[])
                .map(element -> (Object[]) element)
                .toList();
        assertThat(blocks).hasSize(2);
        assertThat(StoredBlock.load(blocks.get(0)).table().column(0)).containsExactly(0, 16777216, 50331652);
        assertThat(StoredBlock.load(blocks.get(0)).table().column(1)).containsExactly(-2, Float.NaN, 1);
        assertThat(StoredBlock.load(blocks.get(0)).labels()).containsExactly(0, 1, 3);
        assertThat(StoredBlock.load(blocks.get(1)).table().column(1)).containsExactly(0);
        assertThat(StoredBlock.load(blocks.get(1)).isValidation()).isTrue();
    }

    @Test
    void decimalsOfFilesAreReadByColumnsAndOfCachedTablesByRows() {
        List<String> expressions = new ArrayList<>(List.of(DECIMALS));
        expressions.addAll(List.of("cast(id as decimal(20, 1)) / 3 as y", "cast(id % 4 as decimal(9, 1)) as w"));
        Dataset<Row> data = spark.range(0, 500, 1, 2).selectExpr(expressions.toArray(String[]::new));
        TableColumns columns = table(List.of("small", "middle", "large"), "w", null, null);
        equalsItsRows(parquet(data, "decimals"), columns, COLUMNS);
        equalsItsRows(data.cache(), columns, ROWS);
    }

    @Test
    void blocksEndWhereThoseOfRowsEnd() {
        Dataset<Row> data = numbers(150_000).drop("text").coalesce(1).cache();
        equalsItsRows(data, table(INPUTS, null, null, null), COLUMNS);
        equalsItsRows(data, table(INPUTS, "w", "v", null), COLUMNS);
        TableColumns classes =
                new TableColumns(null, List.of("i"), List.of(), "y", LabelKind.CLASS_INDEX, "w", "v", null, 0);
        equalsItsRows(data, classes, COLUMNS);
    }

    @ParameterizedTest
    @CsvSource({"true,UNCOMPRESSED", "false,GZIP"})
    void filesWithAndWithoutDictionaries(boolean hasDictionaries, String compression) {
        String path = folder.resolve("dictionaries-" + hasDictionaries).toString();
        numbers(20_000)
                .write()
                .option("parquet.enable.dictionary", hasDictionaries)
                .option("compression", compression)
                .parquet(path);
        equalsItsRows(spark.read().parquet(path), table(INPUTS, "w", "v", "m"), COLUMNS);
    }

    @Test
    void vectorsOutsideTheHeap() {
        spark.conf().set("spark.sql.columnVector.offheap.enabled", "true");
        try {
            equalsItsRows(parquet(numbers(5000), "offheap"), table(INPUTS, "w", "v", "m"), COLUMNS);
            equalsItsRows(numbers(5000).drop("text").cache(), table(INPUTS, "w", "v", "m"), COLUMNS);
        } finally {
            spark.conf().unset("spark.sql.columnVector.offheap.enabled");
        }
    }

    @Test
    void columnsOfFoldersAndColumnsThatOlderFilesLack() {
        String path = folder.resolve("folders").toString();
        Dataset<Row> data = spark.range(0, 1000, 1, 2).selectExpr("id as a", "id % 2 as y", "id % 3 as p");
        data.write().partitionBy("p").parquet(path);
        data.selectExpr("a", "a / 3 as b", "y", "p")
                .write()
                .mode("append")
                .partitionBy("p")
                .parquet(path);
        Dataset<Row> read = spark.read().option("mergeSchema", true).parquet(path);
        equalsItsRows(read, table(List.of("p", "b", "a"), null, null, null), COLUMNS);
    }

    @Test
    void projectionsThatPickRenameAndCastAreLookedThrough() {
        Dataset<Row> data = parquet(numbers(3000), "projected");
        Dataset<Row> renamed = data.selectExpr(
                "d as a",
                "cast(l as float) as b",
                "cast(i as double) as c",
                "l",
                "cast(y as double) as y",
                "w as weight");
        TableColumns columns = table(List.of("c", "a", "b", "l"), "weight", null, null);
        equalsItsRows(renamed, columns, COLUMNS);
        equalsItsRows(renamed.cache().selectExpr("b as c", "c as a", "a as b", "l", "y", "weight"), columns, COLUMNS);
        // One column twice.
        equalsItsRows(
                data.selectExpr("d as a", "d as b", "dictionary as y"),
                table(List.of("a", "b"), null, null, null),
                COLUMNS);
    }

    @Test
    void allElseIsReadByRows() {
        Dataset<Row> data = parquet(numbers(3000), "rows");
        TableColumns columns = table(List.of("a", "i"), null, null, null);
        equalsItsRows(data.selectExpr("f + 1 as a", "i", "y"), columns, ROWS);
        equalsItsRows(data.selectExpr("cast(cast(d as float) as double) as a", "i", "y"), columns, ROWS);
        equalsItsRows(data.selectExpr("cast(text as float) as a", "i", "y"), columns, ROWS);
        equalsItsRows(data.selectExpr("1.5D as a", "i", "y"), columns, ROWS);
        equalsItsRows(data.where("i > 3").selectExpr("d as a", "i", "y"), columns, ROWS);
        equalsItsRows(data.selectExpr("d as a", "i", "y").union(data.selectExpr("f", "i", "y")), columns, ROWS);
        equalsItsRows(spark.range(0, 100, 1, 2).selectExpr("id as a", "id as i", "id as y"), columns, ROWS);
        equalsItsRows(data.selectExpr("d as a", "i", "y", "text").cache(), columns, ROWS);
        equalsItsRows(data.selectExpr("d as a", "i", "y").repartition(3, functions.col("i")), columns, ROWS);
        try (ScannedTable table = ScannedTable.scan(
                Tables.vectors(spark, 30, 2, Tables.Form.DENSE),
                new BlockSource.OfRows(Tables.VECTOR_COLUMNS),
                new JobWatch())) {
            assertThat(table.elements().name()).isEqualTo(ROWS);
        }
    }

    @Test
    void wideTablesAreReadByColumnsAsFarAsSparkLetsThem() {
        List<String> expressions = new ArrayList<>(List.of("id % 2 as y"));
        for (int c = 0; c < 100; c++) {
            expressions.add("id * " + c + " as c" + c);
        }
        Dataset<Row> data = spark.range(0, 50, 1, 2)
                .selectExpr(expressions.toArray(String[]::new))
                .cache();
        TableColumns columns = table(List.of(data.columns()).subList(1, 101), null, null, null);
        equalsItsRows(data, columns, ROWS);
        spark.conf().set("spark.sql.codegen.maxFields", "2000");
        try {
            equalsItsRows(data, columns, COLUMNS);
        } finally {
            spark.conf().unset("spark.sql.codegen.maxFields");
        }
    }

    @Test
    void aCachedShuffleIsReadByColumnsAndEvaluatedOnce() {
        LongAccumulator evaluations = spark.sparkContext().longAccumulator();
        UDF1<Long, Double> counting = id -> {
            evaluations.add(1);
            return id / 3.0;
        };
        Dataset<Row> data = spark.range(0, 1000, 1, 2)
                .select(
                        functions
                                .udf(counting, DataTypes.DoubleType)
                                .asNondeterministic()
                                .apply(functions.col("id"))
                                .as("a"),
                        functions.col("id").as("i"),
                        functions.expr("id % 2 as y"))
                .repartition(3, functions.col("i"))
                .cache();
        TableColumns columns = table(List.of("a", "i"), null, null, null);
        scan(data, columns, COLUMNS);
        assertThat(evaluations.value()).isEqualTo(1000);
        equalsItsRows(data, columns, COLUMNS);
        assertThat(evaluations.value()).isEqualTo(1000);
    }

    @Test
    void faultsAreToldOfInTheSameWords() {
        Dataset<Row> data = spark.range(0, 25_000, 1, 1)
                .selectExpr(
                        "if(id = 17003, 1e300D, id / 2) as a",
                        "cast(if(id in (17001, 3), double('-Infinity'), id / 2) as float) as b",
                        "case when id = 17002 then null when id = 24000 then double('NaN') when id = 20000 then"
                                + " double('Infinity') else id % 2 end as y",
                        "case when id = 5 then null when id = 17001 then -1 else id % 3 end as w",
                        "if(id = 16999, null, id % 2 = 0) as v",
                        "if(id in (17000, 24001), double('NaN'), id / 2) as m")
                .cache();
        TableColumns columns = table(List.of("a", "b"), "w", "v", "m");
        String byColumns = problem(data, columns);
        assertThat(byColumns)
                .contains("feature column 'b' holds a value that is infinite as a float32 in 2 of 25000 rows")
                .contains("weight column 'w' is null in 1 of 25000 rows");
        spark.conf().set(ColumnarScan.SETTING, "false");
        assertThat(problem(data, columns)).isEqualTo(byColumns);
        for (String kept : List.of("a", "b", "y", "w", "v", "m")) {
            Dataset<Row> one = keeping(data, kept);
            spark.conf().unset(ColumnarScan.SETTING);
            assertThat(ColumnarScan.of(RowReader.of(one, columns)
                            .select(one)
                            .queryExecution()
                            .executedPlan()))
                    .isPresent();
            String told = problem(one, columns);
            assertThat(told).contains("column '" + kept + "'");
            spark.conf().set(ColumnarScan.SETTING, "false");
            assertThat(problem(one, columns)).isEqualTo(told);
        }
    }

    /** The faulty column and good ones beside it, cached. */
    private static Dataset<Row> keeping(Dataset<Row> data, String faulty) {
        List<String> expressions = new ArrayList<>();
        for (String name : List.of("a", "b", "y", "w", "m")) {
            expressions.add(name.equals(faulty) ? name : "1.0D as " + name);
        }
        expressions.add(faulty.equals("v") ? "v" : "false as v");
        return data.selectExpr(expressions.toArray(String[]::new)).cache();
    }

    private static String problem(Dataset<Row> data, TableColumns columns) {
        try (ScannedTable table = ScannedTable.scan(data, new BlockSource.OfRows(columns), new JobWatch())) {
            throw new AssertionError("no fault was found by " + table.elements().name());
        } catch (InvalidTrainingDataException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void theSettingIsTrueOrFalse() {
        Dataset<Row> data = numbers(10).drop("text").cache();
        spark.conf().set(ColumnarScan.SETTING, "perhaps");
        assertThatThrownBy(() -> scan(data, table(INPUTS, null, null, null), ROWS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("spark.sparkmlext.columnarScan is 'perhaps'; it must be true (the default) or false");
    }
}
