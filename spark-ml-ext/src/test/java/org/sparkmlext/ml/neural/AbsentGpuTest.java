package org.sparkmlext.ml.neural;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.apache.spark.ml.linalg.DenseVector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.ml.boosting.BoostedTreesClassifier;
import org.sparkmlext.testing.BinaryTable;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.PatternImages;

/** What stages say where a GPU is asked for by name and there is none: the reason, from the first task that needs it. */
class AbsentGpuTest {

    @BeforeAll
    static void needsAMachineWithout() {
        assumeTrue(
                Backends.describeAll().stream().anyMatch(line -> line.startsWith("cuda: not available")),
                "there is a GPU: nothing to refuse");
    }

    private static void assertRefused(ThrowingCallable call) {
        assertThatThrownBy(call)
                .hasStackTraceContaining("device 'cuda' was asked for by name and cannot be used: ")
                .hasStackTraceContaining("Use device 'auto' to fall back to another device");
    }

    @Test
    void treesDoNotTrain() {
        Dataset<Row> table = BinaryTable.plain(LocalSpark.session(), 60, 1);
        assertRefused(() -> new BoostedTreesClassifier()
                .setInputCols(BinaryTable.FEATURES)
                .setDevice("cuda")
                .fit(table));
    }

    @Test
    void networksNeitherTrainNorScore() {
        Dataset<Row> images = PatternImages.table(LocalSpark.session(), 30);
        CnnClassifier classifier = TinyNetworks.classifier().setMaxEpochs(1);
        CnnClassificationModel model = classifier.fit(images);
        assertRefused(() -> classifier.setDevice("cuda").fit(images));
        model.set(model.getParam("device"), "cuda");
        assertRefused(() -> model.transform(images).select("prediction").collectAsList());
        assertRefused(() -> model.predict(new DenseVector(new double[PatternImages.WIDTH])));
    }
}
