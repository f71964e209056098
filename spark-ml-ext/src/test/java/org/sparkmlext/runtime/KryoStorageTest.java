package org.sparkmlext.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.apache.spark.serializer.KryoSerializer;
import org.apache.spark.serializer.SerializerInstance;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.sparkmlext.data.ByteFeatures;
import org.sparkmlext.data.DenseFeatures;
import org.sparkmlext.data.SequenceFeatures;
import org.sparkmlext.data.SparseFeatures;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.data.WindowPlan;
import scala.reflect.ClassTag$;

/** Blocks can be written by any serializer a user may have set, also by the pickiest. */
class KryoStorageTest {

    @Test
    void aStoredBlockGoesThroughKryoWithRegistrationRequired() throws IOException {
        float[][] margins = {{5, 6}, {7, 8}, {9, 10}};
        TableBlock block = new TableBlock(
                2,
                new DenseFeatures(new float[][] {{1, 2}, {3, 4}}),
                new float[] {0, 1},
                new float[] {.5f, 1},
                margins,
                true);
        TableBlock sparse = new TableBlock(
                2,
                new SparseFeatures(
                        9, 2, Float.NaN, new int[] {3, 8}, new int[] {0, 1, 3}, new short[] {1, 0, 1}, new float[] {
                            1, 2, 3
                        }),
                new float[] {0, 1},
                null,
                margins,
                false);
        TableBlock bytes = new TableBlock(
                2,
                new ByteFeatures(3, 2, 7f, new byte[] {1, 2, 3, -4, -5, -6}),
                new float[] {0, 1},
                null,
                margins,
                false);
        TableBlock windows = new TableBlock(
                2,
                new SequenceFeatures(new WindowPlan(2, 1, 1, 1, List.of(1, 0)), 2, new int[] {0, 4}, new float[] {
                    1, 2, 3, 4, 5, 6, 7, 8
                }),
                new float[0],
                null,
                null,
                true);
        try (SparkSession spark = Tables.builder("local[1]")
                .config("spark.serializer", KryoSerializer.class.getName())
                .config("spark.kryo.registrationRequired", "true")
                .getOrCreate()) {
            SerializerInstance kryo = new KryoSerializer(spark.sparkContext().conf()).newInstance();
            for (TableBlock kept : List.of(block, sparse, bytes, windows)) {
                Object[] stored = StoredBlock.store(kept, 3, 4);
                Object[] read = kryo.deserialize(
                        kryo.serialize(stored, ClassTag$.MODULE$.apply(Object[].class)),
                        ClassTag$.MODULE$.apply(Object[].class));
                assertThat(StoredBlock.load(read))
                        .usingRecursiveComparison()
                        .withStrictTypeChecking()
                        .withComparatorForType(Float::compare, Float.class)
                        .isEqualTo(kept);
                assertThat(StoredBlock.partition(read)).isEqualTo(3);
                assertThat(StoredBlock.number(read)).isEqualTo(4);
            }
            DistributedTrainer.Result result = DistributedTrainer.train(
                    Tables.rows(spark, 100, 3),
                    Tables.COLUMNS,
                    ColumnSums.rounds(2),
                    new RuntimeOptions(2, 0, "cpu"),
                    new Events());
            assertThat(result.report().rowsPerWorker()).containsExactly(50L, 50L);
        }
    }
}
