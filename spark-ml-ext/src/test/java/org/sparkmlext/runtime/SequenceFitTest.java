package org.sparkmlext.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sparkmlext.data.TableColumns;
import org.sparkmlext.kernels.graph.LossFunction;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.UpdateRule;
import org.sparkmlext.net.Architecture;
import org.sparkmlext.net.NetworkAlgorithm;
import org.sparkmlext.net.NetworkCodec;
import org.sparkmlext.net.NetworkSettings;
import org.sparkmlext.net.SequenceInput;
import org.sparkmlext.net.layer.RecurrentLayer;
import org.sparkmlext.testing.RaggedSequences;
import org.sparkmlext.training.InvalidTrainingDataException;
import org.sparkmlext.training.TrainingListener;

/** From a column of sequences to a trained network, on ranks of one JVM. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SequenceFitTest {

    private static final int ROWS = 300;

    private static SparkSession spark;

    @BeforeAll
    static void open() {
        spark = Tables.session("local[2]");
    }

    @AfterAll
    static void close() {
        spark.stop();
    }

    private static final TableColumns COLUMNS = new TableColumns(
                    "sequence", List.of(), List.of(), "label", TableColumns.LabelKind.CLASS_INDEX, null, "v")
            .withSequences(1);

    private static Dataset<Row> table(int partitions) {
        return table(spark, partitions);
    }

    static Dataset<Row> table(SparkSession session, int partitions) {
        return RaggedSequences.table(session, ROWS)
                .withColumn("v", functions.expr("row % 5 = 4"))
                .repartitionByRange(partitions, functions.col("row"));
    }

    /** @param batchSize of all rows gives the same steps on any number of ranks */
    private static NetworkAlgorithm algorithm(int batchSize) {
        Architecture network = Architecture.builder(
                        new SequenceInput(SequenceInput.OPEN, RaggedSequences.FEATURES, true))
                .add("lstm", RecurrentLayer.lstm(8))
                .build();
        return new NetworkAlgorithm(new NetworkSettings(
                network.toJson(),
                new LossFunction.CrossEntropy(0, 0),
                new UpdateRule.Adam(0.9f, 0.999f, 1e-8f, 0, false),
                0.02f,
                "constant",
                batchSize,
                6,
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
                COLUMNS,
                algorithm(ROWS),
                new RuntimeOptions(numWorkers, 1, "cpu", storage),
                new TrainingListener() {});
    }

    @Test
    void anyNumberOfWorkersTakesTheSameSteps() throws IOException {
        DistributedTrainer.Result one = train(table(1), 1, ShardStorage.AUTO);
        assertThat(one.featureNames()).containsExactly("sequence_0", "sequence_1");
        assertThat(NetworkCodec.read(new ByteArrayInputStream(one.bytes()))
                        .architecture()
                        .input())
                .isEqualTo(new SequenceInput(RaggedSequences.LONGEST, RaggedSequences.FEATURES, true));
        for (int numWorkers : new int[] {2, 3}) {
            // One partition, several, and nearly all rows in one.
            for (Dataset<Row> data :
                    List.of(table(1), table(4), table(3).orderBy("v").coalesce(2))) {
                DistributedTrainer.Result result = train(data, numWorkers, ShardStorage.AUTO);
                WindowFitTest.assertSameSteps(result, one);
            }
        }
    }

    @Test
    void theOrderOfRowsDoesNotMatterToOneWorker() {
        byte[] expected = train(table(1), 1, ShardStorage.AUTO).bytes();
        assertThat(train(table(4).orderBy(functions.rand(3)), 1, ShardStorage.AUTO)
                        .bytes())
                .isEqualTo(expected);
    }

    @Test
    void sequencesInFilesGiveTheSameModel() {
        for (int numWorkers : new int[] {1, 2}) {
            assertThat(train(table(3), numWorkers, ShardStorage.DISK).bytes())
                    .isEqualTo(train(table(3), numWorkers, ShardStorage.MEMORY).bytes());
        }
    }

    @Test
    void validationRowsMayBeLongerThanAllTrainingRows() throws IOException {
        Dataset<Row> data = RaggedSequences.table(spark, 60)
                .withColumn("v", functions.expr("size(sequence) = " + RaggedSequences.LONGEST));
        DistributedTrainer.Result result = train(data, 2, ShardStorage.AUTO);
        assertThat(NetworkCodec.read(new ByteArrayInputStream(result.bytes()))
                        .architecture()
                        .input()
                        .rowLength())
                .isEqualTo(RaggedSequences.LONGEST * RaggedSequences.FEATURES);
    }

    @Test
    void badRowsAreToldOfAllAtOnce() {
        Dataset<Row> data = table(3).withColumn(
                        "sequence",
                        functions.expr("case row % 10 when 3 then cast(array() as array<array<float>>)"
                                + " when 7 then array(array(float(1), 2), null) else sequence end"));
        assertThatThrownBy(() -> train(data, 2, ShardStorage.AUTO))
                .isInstanceOf(InvalidTrainingDataException.class)
                .hasMessageContaining("a sequence of no steps in 30 of 300 rows")
                .hasMessageContaining("a sequence with a null step in 30 of 300 rows");
    }
}
