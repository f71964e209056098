package org.sparkmlext.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sparkmlext.data.TableColumns;
import org.sparkmlext.data.WindowPlan;
import org.sparkmlext.data.WindowTable;
import org.sparkmlext.kernels.graph.LossFunction;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.UpdateRule;
import org.sparkmlext.net.Architecture;
import org.sparkmlext.net.NetworkAlgorithm;
import org.sparkmlext.net.NetworkSettings;
import org.sparkmlext.net.SequenceInput;
import org.sparkmlext.net.layer.RecurrentLayer;
import org.sparkmlext.testing.LogLines;
import org.sparkmlext.testing.Waves;
import org.sparkmlext.training.InvalidTrainingDataException;
import org.sparkmlext.training.TrainingListener;

/** From rows of events to a network that foretells, on ranks of one JVM. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class WindowFitTest {

    private static final int ENTITIES = 9;
    private static final int STEPS = 60;
    private static final int FIRST_FLAGGED = 45;
    private static final int SPAN = 10 + 3;
    private static final int TRAINING = ENTITIES * (FIRST_FLAGGED - SPAN + 1);
    /** Those whose 3 targets all lie in the flagged part. */
    private static final int VALIDATION = ENTITIES * (STEPS - FIRST_FLAGGED - 3 + 1);

    private static SparkSession spark;

    @BeforeAll
    static void open() {
        spark = Tables.session("local[2]");
    }

    @AfterAll
    static void close() {
        spark.stop();
    }

    private static Dataset<Row> events(int partitions) {
        return events(spark, partitions);
    }

    static Dataset<Row> events(SparkSession session, int partitions) {
        return Waves.table(session, ENTITIES, STEPS, FIRST_FLAGGED, partitions);
    }

    /** From ten steps of both channels the next three of the second. */
    private static WindowTable windows(WindowTable.ShortSeries shortSeries) {
        return new WindowTable(
                Waves.series(Waves.anyTimes()),
                new WindowPlan(10, 1, 3, 2, List.of(1)),
                TableColumns.LabelKind.REALS,
                null,
                shortSeries);
    }

    private static NetworkAlgorithm algorithm(int epochs) {
        Architecture network = Architecture.builder(SequenceInput.of(SequenceInput.OPEN, 2))
                .add("lstm", RecurrentLayer.lstm(8))
                .build();
        return new NetworkAlgorithm(new NetworkSettings(
                network.toJson(),
                new LossFunction.SquaredError(),
                new UpdateRule.Adam(0.9f, 0.999f, 1e-8f, 0, false),
                0.03f,
                "constant",
                TRAINING,
                epochs,
                Precision.FLOAT32,
                Float.POSITIVE_INFINITY,
                Float.POSITIVE_INFINITY,
                "",
                "loss",
                0,
                false,
                "",
                new byte[0],
                7));
    }

    static DistributedTrainer.Result train(Dataset<Row> data, int numWorkers, ShardStorage storage) {
        return DistributedTrainer.train(
                data,
                windows(WindowTable.ShortSeries.ERROR),
                algorithm(6),
                new RuntimeOptions(numWorkers, 1, "cpu", storage),
                new TrainingListener() {});
    }

    private static long total(DistributedTrainer.Result result) {
        return result.report().rowsPerWorker().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    @Test
    void anyNumberOfWorkersTakesTheSameSteps() {
        DistributedTrainer.Result one = train(events(1), 1, ShardStorage.AUTO);
        assertThat(one.featureNames()).containsExactly("a", "b");
        assertThat(total(one)).isEqualTo(TRAINING);
        for (int numWorkers : new int[] {2, 3}) {
            DistributedTrainer.Result result = train(events(4), numWorkers, ShardStorage.AUTO);
            // Shards are cut by windows, in the midst of series.
            assertThat(total(result)).isEqualTo(TRAINING);
            assertThat(result.report().rowsPerWorker())
                    .allSatisfy(rows ->
                            assertThat(rows).isBetween((long) TRAINING / numWorkers, (long) TRAINING / numWorkers + 1));
            assertSameSteps(result, one);
        }
    }

    static void assertSameSteps(DistributedTrainer.Result result, DistributedTrainer.Result expected) {
        for (int epoch = 0; epoch < 6; epoch++) {
            Map<String, Double> metrics = result.report().rounds().get(epoch).metrics();
            Map<String, Double> others = expected.report().rounds().get(epoch).metrics();
            assertThat(metrics.get("train-loss")).isCloseTo(others.get("train-loss"), Offset.offset(1e-4));
            assertThat(metrics.get("validation-loss")).isCloseTo(others.get("validation-loss"), Offset.offset(1e-4));
        }
    }

    @Test
    void theOrderOfEventsDoesNotMatterToOneWorker() {
        byte[] expected = train(events(1), 1, ShardStorage.AUTO).bytes();
        assertThat(train(events(4).orderBy(functions.rand(3)), 1, ShardStorage.AUTO)
                        .bytes())
                .isEqualTo(expected);
        // Entities lie in other partitions.
        spark.conf().set("spark.sql.shuffle.partitions", "8");
        try {
            assertThat(train(events(2), 1, ShardStorage.AUTO).bytes()).isEqualTo(expected);
        } finally {
            spark.conf().set("spark.sql.shuffle.partitions", "3");
        }
    }

    @Test
    void seriesInFilesGiveTheSameModel() {
        for (int numWorkers : new int[] {1, 2}) {
            assertThat(train(events(3), numWorkers, ShardStorage.DISK).bytes())
                    .isEqualTo(train(events(3), numWorkers, ShardStorage.MEMORY).bytes());
        }
    }

    @Test
    void thePlanOfMemoryIsThatOfTheSeries() {
        try (LogLines log = LogLines.withInfo(DistributedTrainer.class.getName())) {
            train(events(2), 1, ShardStorage.MEMORY);
            String plan = log.lines().stream()
                    .filter(line -> line.contains("Memory:"))
                    .findFirst()
                    .orElseThrow();
            // Of each entity 45 steps to train on and 25 to validate on, which reach back, each in a series of its own.
            long series = ENTITIES * (45 + 25) * 2 * 4L + 2 * ENTITIES * 8;
            long order = 2 * ENTITIES * 40 + (TRAINING + VALIDATION) * 4L;
            assertThat(plan)
                    .containsPattern("series \\(float32\\) +" + MemoryCheck.format(series) + " a worker")
                    .containsPattern("order of series and rows +" + MemoryCheck.format(order) + " a worker")
                    .doesNotContain("labels");
        }
    }

    @Test
    void theNextStepsAreFoundFromThoseBefore() {
        DistributedTrainer.Result result = DistributedTrainer.train(
                events(2),
                windows(WindowTable.ShortSeries.ERROR),
                algorithm(60),
                new RuntimeOptions(2, 1, "cpu"),
                new TrainingListener() {});
        double last = result.report().rounds().get(59).metrics().get("validation-rmse");
        // The waves themselves have an rmse of 0.7 about their mean.
        assertThat(last).isLessThan(0.25);
        assertThat(VALIDATION).isEqualTo(117);
    }

    @Test
    void eventsAtFaultAreToldOf() {
        assertThatThrownBy(() ->
                        train(events(2).union(events(2).where("time = 5 and entity = 'e3'")), 2, ShardStorage.AUTO))
                .isInstanceOf(InvalidTrainingDataException.class)
                .hasMessageContaining("more than one event of entity 'e3' at 5");
        Dataset<Row> cut = events(2).where("entity <> 'e4' or time < 7");
        assertThatThrownBy(() -> train(cut, 2, ShardStorage.AUTO))
                .isInstanceOf(InvalidTrainingDataException.class)
                .hasMessageContaining("series of entity 'e4' from 0 to 6 has 7 steps; a window needs 13");
        DistributedTrainer.Result skipped = DistributedTrainer.train(
                cut,
                windows(WindowTable.ShortSeries.SKIP),
                algorithm(1),
                new RuntimeOptions(2, 1, "cpu"),
                new TrainingListener() {});
        assertThat(total(skipped)).isEqualTo(TRAINING / ENTITIES * (ENTITIES - 1));
        assertThatThrownBy(() -> train(events(2).where("time < 9"), 2, ShardStorage.AUTO))
                .hasMessageContaining("a window needs 13");
        assertThatThrownBy(() -> train(events(2).where("time > 40"), 2, ShardStorage.AUTO))
                .hasMessageContaining("no window is left to learn from");
    }
}
