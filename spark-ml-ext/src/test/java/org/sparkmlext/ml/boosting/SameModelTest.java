package org.sparkmlext.ml.boosting;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.testing.LocalSpark;

/** The same rows give the same {@code model.safetensors}, however many workers there are and wherever the rows lie. */
class SameModelTest {

    @TempDir
    private Path directory;

    private String fit(Dataset<Row> rows, int workers, int threads) throws IOException {
        return ModelBytes.sha256(
                ModelBytes.estimator()
                        .setNumWorkers(workers)
                        .setNumThreads(threads)
                        .fit(rows),
                directory);
    }

    @Test
    void workersThreadsPartitionsAndOrderDoNotMatter() throws IOException {
        Dataset<Row> rows = ModelBytes.table(LocalSpark.session());
        String one = fit(rows, 1, 1);
        assertThat(fit(rows, 1, 2)).isEqualTo(one);
        assertThat(fit(rows, 2, 1)).isEqualTo(one);
        assertThat(fit(rows, 3, 1)).isEqualTo(one);
        assertThat(fit(rows.repartition(7), 2, 1)).isEqualTo(one);
        assertThat(fit(rows.orderBy(functions.rand(3)), 3, 1)).isEqualTo(one);
        assertThat(fit(rows.coalesce(1), 1, 2)).isEqualTo(one);
    }

    @Test
    void otherRowsGiveAnotherModel() throws IOException {
        Dataset<Row> rows = ModelBytes.table(LocalSpark.session());
        assertThat(fit(rows.limit(4799), 1, 1)).isNotEqualTo(fit(rows, 1, 1));
    }
}
