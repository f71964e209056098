package org.sparkmlext.ml.feature;

import static org.apache.spark.sql.functions.rand;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sparkmlext.ml.feature.TableRows.assembler;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.testing.LocalSpark;

/** What fit finds is exact, the same however the rows lie, and found in the passes that the documentation says. */
class TableFitExactnessTest {

    /** Rows read by all tasks of this JVM. */
    private static final AtomicLong READS = new AtomicLong();

    @TempDir
    private Path directory;

    private static SparkSession spark() {
        return LocalSpark.session();
    }

    /** Numbers of very different sizes, so that sums in another order would differ; ties between categories. */
    private static Dataset<Row> rows(long seed, int number) {
        Random random = new Random(seed);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            Double x = i % 11 == 0 ? null : Math.scalb(random.nextGaussian(), random.nextInt(60) - 30);
            String town = i % 13 == 0 ? null : "t" + random.nextInt(20);
            rows.add(RowFactory.create(x, 1.0 / (1 + random.nextInt(50)), town));
        }
        StructType schema = new StructType()
                .add("x", DataTypes.DoubleType)
                .add("y", DataTypes.DoubleType)
                .add("town", DataTypes.StringType);
        return spark().createDataFrame(rows, schema);
    }

    private static TableAssembler thorough() {
        return assembler("x", "y", "town")
                .setImputing("mean")
                .setScaling("standard")
                .setMaxCategories(10)
                .setOverrides("{y: {imputing: 'median', scaling: 'robust'}}");
    }

    private byte[] fittedBytes(Dataset<Row> rows) throws Exception {
        String path = directory.resolve("model").toString();
        thorough().fit(rows).write().overwrite().save(path);
        return Files.readAllBytes(Path.of(path, "columns.json"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void fitIsTheSameForAnyOrderAndPartitioning(long seed) throws Exception {
        Dataset<Row> rows = rows(seed, 997).coalesce(1).cache();
        byte[] expected = fittedBytes(rows);
        for (int partitions : new int[] {2, 3, 17}) {
            Dataset<Row> shuffled = rows.repartition(partitions, rand(seed + partitions));
            assertThat(fittedBytes(shuffled)).as("%d partitions", partitions).isEqualTo(expected);
        }
        assertThat(fittedBytes(rows.orderBy("x"))).isEqualTo(expected);
        rows.unpersist();
    }

    private static double scattered(long id) {
        return Math.pow(new Random(id).nextDouble(), 3) * 1e6;
    }

    @Test
    void mediansOfMoreValuesThanCountersAreExact() {
        int number = 3 * ValueCounts.MOST + 2;
        double[] values = LongStream.range(0, number)
                .mapToDouble(TableFitExactnessTest::scattered)
                .toArray();
        Dataset<Row> rows = spark().range(0, number, 1, 4)
                .map((MapFunction<Long, Double>) TableFitExactnessTest::scattered, Encoders.DOUBLE())
                .toDF("x")
                .union(spark().sql("select cast(null as double)"));
        TableAssemblerModel model = assembler("x").setImputing("median").fit(rows);
        Arrays.sort(values);
        double expected = (values[values.length / 2 - 1] + values[values.length / 2]) / 2;
        double imputed = TableRows.firsts(TableRows.vectors(model, spark().sql("select cast(null as double) as x")))[0];
        assertThat(imputed).isEqualTo(expected);
    }

    /** Rows of the table that a fit reads, all passes together. */
    private static long reads(TableAssembler assembler, int number) {
        Dataset<Row> rows = spark().range(number)
                .map(
                        (MapFunction<Long, Double>) id -> {
                            READS.incrementAndGet();
                            return Math.sqrt(id);
                        },
                        Encoders.DOUBLE())
                .toDF("x")
                .selectExpr("x", "cast(floor(x) as string) as town");
        READS.set(0);
        assembler.fit(rows);
        return READS.get();
    }

    @Test
    void thePassesAreThoseOfTheDocumentation() {
        TableAssembler one = assembler("x", "town")
                .setImputing("mean")
                .setScaling("standard")
                .setEncoding("onehot");
        assertThat(reads(one, 100_000)).isEqualTo(100_000);
        TableAssembler quantiles = assembler("x", "town").setImputing("median").setScaling("robust");
        assertThat(reads(quantiles, 60_000)).isEqualTo(60_000);
        assertThat(reads(quantiles, 100_000)).isEqualTo(200_000);
    }

    @Test
    void aTableThatIsAnotherWhenItIsReadAgainIsRefused() {
        READS.set(0);
        Dataset<Row> rows = spark().range(0, 100_000, 1, 1)
                .map(
                        (MapFunction<Long, Double>) id -> Math.sqrt(id) + (READS.incrementAndGet() > 100_000 ? 1e6 : 0),
                        Encoders.DOUBLE())
                .toDF("x");
        assertThatThrownBy(() -> assembler("x").setImputing("median").fit(rows))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("cache the table");
    }

    @Test
    void tooManyValuesAreNoCategories() {
        Dataset<Row> rows = spark().range(0, CategorySummary.MOST + 1, 1, 3).selectExpr("cast(id as string) as x");
        assertThatThrownBy(() -> assembler("x").fit(rows))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'x' holds more than 1000000 values");
    }
}
