package org.sparkmlext.ml.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.data.SequenceShape;
import org.sparkmlext.testing.LocalSpark;

class SequenceAssemblerTest {

    @TempDir
    private Path directory;

    private static SparkSession spark() {
        return LocalSpark.session();
    }

    /** Series of entities: at time t, x is 100 e + t and y is -t. */
    private static Dataset<Row> series(int... lengths) {
        StructType schema = new StructType()
                .add("e", DataTypes.StringType)
                .add("t", DataTypes.LongType)
                .add("x", DataTypes.DoubleType)
                .add("y", DataTypes.IntegerType);
        List<Row> rows = new ArrayList<>();
        for (int e = 0; e < lengths.length; e++) {
            for (int t = 0; t < lengths[e]; t++) {
                rows.add(RowFactory.create("e" + e, (long) t, 100.0 * e + t, -t));
            }
        }
        // Never sorted.
        Collections.shuffle(rows, new Random(7));
        return spark().createDataFrame(rows, schema);
    }

    private static SequenceAssembler assembler() {
        return new SequenceAssembler()
                .setEntityCol("e")
                .setTimeCol("t")
                .setInputCols(new String[] {"x"})
                .setWindowLength(3);
    }

    private static List<String> windows(SequenceAssembler assembler, Dataset<Row> events) {
        return lines(assembler.fit(events).transform(events));
    }

    /** Rows as texts, entity by entity. */
    private static List<String> lines(Dataset<Row> windows) {
        return windows.collectAsList().stream()
                .map(SequenceAssemblerTest::line)
                .sorted(java.util.Comparator.comparing(line -> line.substring(0, line.indexOf(' '))))
                .toList();
    }

    private static String line(Row row) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < row.size(); i++) {
            line.append(i == 0 ? "" : " ").append(text(row.get(i)));
        }
        return line.toString();
    }

    private static String text(Object value) {
        if (value instanceof scala.collection.Seq<?> seq) {
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < seq.size(); i++) {
                texts.add(text(seq.apply(i)));
            }
            return "[" + String.join(",", texts) + "]";
        }
        return value instanceof Float f && f == Math.rint(f)
                ? Integer.toString((int) (float) f)
                : String.valueOf(value);
    }

    @Test
    void windowsAreStepsInOrderWithWhatComesAfterThem() {
        SequenceAssembler assembler =
                assembler().setTargetCols(new String[] {"x", "y"}).setHorizon(2).setStride(2);
        List<String> expected = List.of(
                "e0 2 [[0],[1],[2]] 3 [3,-3,4,-4]",
                "e0 4 [[2],[3],[4]] 3 [5,-5,6,-6]",
                "e1 2 [[100],[101],[102]] 3 [103,-3,104,-4]");
        Dataset<Row> events = series(8, 6);
        assertThat(windows(assembler, events)).isEqualTo(expected);
        for (int partitions : new int[] {1, 5}) {
            assertThat(windows(assembler, events.repartition(partitions))).isEqualTo(expected);
        }
    }

    @Test
    void theSchemaSaysTheSizeAndTheNamesOfFeatures() {
        Dataset<Row> windows = assembler()
                .setLagCols(new String[] {"y"})
                .setLags(new int[] {1, 7})
                .fit(series(20))
                .transform(series(20));
        StructField sequence = windows.schema().apply("sequence");
        assertThat(SequenceMetadata.shape(sequence)).contains(new SequenceShape(3, 3));
        assertThat(SequenceMetadata.names(sequence)).containsExactly("x", "y-lag-1", "y-lag-7");
        String path = directory.resolve("parquet").toString();
        windows.write().parquet(path);
        assertThat(SequenceMetadata.shape(spark().read().parquet(path).schema().apply("sequence")))
                .contains(new SequenceShape(3, 3));
        assertThat(SequenceMetadata.shape(windows.schema().apply("length"))).isEmpty();
        StructField wrong = new StructField(
                "s", DataTypes.BinaryType, true, Metadata.fromJson("{\"sequence\": {\"length\": 0, \"features\": 1}}"));
        assertThatThrownBy(() -> SequenceMetadata.shape(wrong)).hasMessageContaining("column 's' has the metadata");
        assertThatThrownBy(() -> SequenceMetadata.of(new SequenceShape(2, 2), List.of("a")))
                .hasMessageContaining("1 names for 2 features");
    }

    @Test
    void lagsAreEarlierValuesOfTheSameSeries() {
        SequenceAssembler assembler = assembler()
                .setWindowLength(2)
                .setLagCols(new String[] {"y"})
                .setLags(new int[] {1, 3})
                .setTargetCols(new String[] {"y"});
        assertThat(windows(assembler, series(6)))
                .containsExactly("e0 4 [[3,-2,0],[4,-3,-1]] 2 [-4]", "e0 5 [[4,-3,-1],[5,-4,-2]] 2 [-5]");
    }

    @Test
    void aSeriesShorterThanAWindowIsAnErrorLeftOutOrPadded() {
        SequenceAssembler assembler =
                assembler().setTargetCols(new String[] {"y"}).setHorizon(2);
        Dataset<Row> events = series(5, 4, 2);
        assertThatThrownBy(() -> windows(assembler, events))
                .hasMessageContaining("the series of entity 'e")
                .hasMessageContaining("a window needs 5: 3 of windowLength, 2 of horizon")
                .hasMessageContaining("Set shortSeries to skip or pad");
        assertThat(windows(assembler.setShortSeries("skip"), events)).containsExactly("e0 2 [[0],[1],[2]] 3 [-3,-4]");
        // The series of 2 steps has none before its horizon.
        assertThat(windows(assembler.setShortSeries("pad"), events))
                .containsExactly("e0 2 [[0],[1],[2]] 3 [-3,-4]", "e1 1 [[100],[101]] 2 [-2,-3]");
        assertThat(windows(assembler.setPadding("end"), events)).last().isEqualTo("e1 1 [[100],[101],[0]] 2 [-2,-3]");
    }

    @Test
    void aHorizonBeyondTheDataIsAnError() {
        SequenceAssembler assembler =
                assembler().setTargetCols(new String[] {"y"}).setHorizon(50);
        assertThatThrownBy(() -> windows(assembler, series(20)))
                .hasMessageContaining("entity 'e0' from 0 to 19 has 20 steps; a window needs 53")
                .hasMessageContaining("50 of horizon");
    }

    @Test
    void noWindowSpansAGap() {
        Dataset<Row> events = series(9).where("t <> 4");
        SequenceAssembler assembler = assembler().setFrequency("1").setGaps("split");
        assertThat(windows(assembler, events))
                .containsExactly(
                        "e0 2 [[0],[1],[2]] 3", "e0 3 [[1],[2],[3]] 3", "e0 7 [[5],[6],[7]] 3", "e0 8 [[6],[7],[8]] 3");
        assertThatThrownBy(() -> windows(assembler.setGaps("error"), events))
                .hasMessageContaining("after 3 comes 5 of entity 'e0'");
    }

    @Test
    void filledStepsAreMarkedAndNeverTargets() {
        Dataset<Row> events = series(7).where("t <> 3");
        SequenceAssembler assembler = assembler()
                .setFrequency("1")
                .setGaps("fill")
                .setFilledCol("filled")
                .setTargetCols(new String[] {"y"})
                .setHorizon(1);
        assertThat(windows(assembler, events))
                .containsExactly(
                        "e0 3 [[1],[2],[2]] 3 [-4] [false,false,true]",
                        "e0 4 [[2],[2],[4]] 3 [-5] [false,true,false]",
                        "e0 5 [[2],[4],[5]] 3 [-6] [true,false,false]");
    }

    @Test
    void badEventsAreNamedOrLeftOut() {
        Dataset<Row> events = series(5).selectExpr("e", "t", "if(t = 2, double('NaN'), x) as x", "y");
        assertThatThrownBy(() -> windows(assembler(), events))
                .hasMessageContaining("column 'x' is NaN of entity 'e0' at 2");
        assertThatThrownBy(() -> assembler().setScaling("standard").fit(events))
                .hasMessageContaining("column 'x' is NaN of entity 'e0' at 2");
        assertThat(windows(assembler().setHandleInvalid("skip"), events))
                .containsExactly("e0 3 [[0],[1],[3]] 3", "e0 4 [[1],[3],[4]] 3");
        Dataset<Row> twice = series(5).union(series(3));
        assertThatThrownBy(() -> windows(assembler(), twice))
                .hasMessageContaining("more than one event of entity 'e0' at 0");
        assertThat(windows(assembler().setDuplicates("last"), twice)).hasSize(3);
    }

    @Test
    void timesComeOutAsTheyWentIn() {
        Dataset<Row> events = series(3)
                .selectExpr(
                        "e",
                        "timestamp'2024-01-31 23:30:00.000001' + make_interval(0, 0, 0, 0, int(t)) as moment",
                        "timestamp_ntz'1960-03-31 02:30:00.5' + make_interval(0, 0, 0, 0, int(t)) as clock",
                        "date'1969-12-30' + int(t) as day",
                        "int(t) as number",
                        "x");
        for (String time : List.of("moment", "clock", "day", "number")) {
            Row last =
                    assembler().setTimeCol(time).fit(events).transform(events).head();
            assertThat(last.get(1))
                    .as(time)
                    .isEqualTo(events.where("t = 2".replace("t", "number"))
                            .select(time)
                            .head()
                            .get(0));
        }
        Row clock =
                assembler().setTimeCol("clock").fit(events).transform(events).head();
        assertThat(clock.get(1)).isEqualTo(LocalDateTime.of(1960, 3, 31, 4, 30, 0, 500_000_000));
        assertThat(events.select("moment", "day").where("true").schema().fieldNames())
                .hasSize(2);
        assertThat(assembler()
                        .setTimeCol("day")
                        .fit(events)
                        .transform(events)
                        .head()
                        .get(1))
                .isInstanceOf(Date.class);
        assertThat(assembler()
                        .setTimeCol("moment")
                        .fit(events)
                        .transform(events)
                        .head()
                        .get(1))
                .isInstanceOf(Timestamp.class);
    }

    @Test
    void namesWithDotsAreNames() {
        Dataset<Row> events = series(3).selectExpr("e as `e.id`", "t as `t.at`", "x as `x.y`");
        Dataset<Row> windows = new SequenceAssembler()
                .setEntityCol("e.id")
                .setTimeCol("t.at")
                .setInputCols(new String[] {"x.y"})
                .setWindowLength(3)
                .fit(events)
                .transform(events);
        assertThat(lines(windows)).containsExactly("e0 2 [[0],[1],[2]] 3");
        assertThat(windows.columns()).containsExactly("e.id", "t.at", "sequence", "length");
    }

    @Test
    void featuresAreScaledAndTargetsAreNot() {
        Dataset<Row> events = series(4);
        SequenceAssembler assembler = assembler()
                .setInputCols(new String[] {"x", "y"})
                .setTargetCols(new String[] {"x"})
                .setHorizon(1)
                .setScaling("minmax");
        assertThat(windows(assembler.setWindowLength(2), events).get(1))
                .isEqualTo("e0 2 [[" + (float) (1 / 3.0) + "," + (float) (2 / 3.0) + "],[" + (float) (2 / 3.0) + ","
                        + (float) (1 / 3.0) + "]] 2 [3]");
        SequenceAssemblerModel standard = assembler.setScaling("standard").fit(events);
        assertThat(standard.scaledCols()).containsExactly("x", "y");
        assertThat(standard.shift()).containsExactly(1.5, -1.5);
        assertThat(standard.scale()).containsExactly(Math.sqrt(1.25), Math.sqrt(1.25));
        Dataset<Row> constant = events.selectExpr("e", "t", "5 as x", "y");
        assertThat(windows(assembler, constant).get(0)).contains("[[0,").contains("[5]");
        assertThatThrownBy(() -> standard.setLagCols(new String[] {"t2"})
                        .setLags(new int[] {1})
                        .transform(events.withColumn("t2", org.apache.spark.sql.functions.lit(1))))
                .hasMessageContaining("column 't2' has no statistics");
    }

    @Test
    void scoringNeedsNoTargets() {
        Dataset<Row> events = series(5);
        SequenceAssemblerModel model =
                assembler().setTargetCols(new String[] {"y"}).setHorizon(1).fit(events);
        model.setHorizon(0).clear(model.targetCols());
        Dataset<Row> windows = model.transform(events.drop("y"));
        assertThat(lines(windows)).last().isEqualTo("e0 4 [[2],[3],[4]] 3");
        assertThat(windows.columns()).containsExactly("e", "t", "sequence", "length");
    }

    @Test
    void contradictionsAreRefusedBeforeDataIsRead() {
        StructType schema = series(1).schema();
        fails(new SequenceAssembler(), schema, "inputCols is not set");
        fails(new SequenceAssembler().setInputCols(new String[] {"x"}), schema, "timeCol is not set");
        fails(assembler().setHorizon(2), schema, "horizon is 2 but targetCols is not set");
        fails(assembler().setTargetCols(new String[] {"x"}), schema, "hold its own target");
        fails(assembler().setLagCols(new String[] {"y"}), schema, "lagCols is set but lags is not");
        fails(assembler().setLags(new int[] {1}), schema, "lags is set but lagCols is not");
        fails(assembler().setGaps("fill"), schema, "gaps is 'fill' but frequency is not set");
        fails(assembler().setFrequency("1 hour"), schema, "frequency is '1 hour'");
        fails(assembler().setInputCols(new String[] {"t"}), schema, "one role a column");
        fails(assembler().setInputCols(new String[] {"e"}), schema, "one role a column");
        fails(assembler().setTimeCol("e").setEntityCol(""), schema, "column 'e' (timeCol) has type string");
        fails(assembler().setSequenceCol("T"), schema, "column 'T' exists already");
        fails(assembler().setValidationStart("5").setTestStart("5"), schema, "must begin after");
        fails(assembler().setTestStart("2024-01-01"), schema, "testStart '2024-01-01' is no whole number");
        fails(
                assembler().setTestStart("5").setValidationIndicatorCol("v"),
                schema.add("v", DataTypes.BooleanType),
                "one way to split");
        assertThatThrownBy(() -> assembler().setLags(new int[] {0})).hasMessageContaining("lags is [0]");
        assertThatThrownBy(() -> assembler().setStride(0)).hasMessageContaining("stride is 0");
        assertThatThrownBy(() -> assembler().setGaps("ignore")).hasMessageContaining("error, split, fill");
    }

    private static void fails(SequenceAssembler assembler, StructType schema, String message) {
        assertThatThrownBy(() -> assembler.transformSchema(schema))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
