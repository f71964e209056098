package org.sparkmlext.ml.neural;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.sparkmlext.data.ImageShape;
import org.sparkmlext.kernels.Availability;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.ml.feature.ImageMetadata;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.PatternImages;
import org.sparkmlext.training.InvalidTrainingDataException;

/** What {@link CnnClassifier} refuses, and what it says then. */
class CnnClassifierErrorsTest {

    private static Dataset<Row> images() {
        return PatternImages.everyForm(LocalSpark.session(), 60);
    }

    private static AbstractThrowableAssert<?, ?> refused(CnnClassifier classifier, Dataset<Row> data) {
        return assertThatThrownBy(() -> classifier.setMaxEpochs(1).fit(data))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anImageOfAnotherSizeThanTheNetworks() {
        Dataset<Row> smaller =
                images().withColumn("image", col("image").as("image", ImageMetadata.of(new ImageShape(4, 16, 1))));
        refused(TinyNetworks.classifier(), smaller)
                .hasMessageContaining("'image'")
                .hasMessageContaining("8 x 8 x 1")
                .hasMessageContaining("4");
        Dataset<Row> shorter = images().withColumn("short", org.apache.spark.sql.functions.slice(col("floats"), 1, 60));
        refused(TinyNetworks.classifier().setImageCol("short"), shorter)
                .isInstanceOf(InvalidTrainingDataException.class)
                .hasMessageContaining("60")
                .hasMessageContaining("64");
    }

    @Test
    void labelsOutsideTheNetworksOutputs() {
        refused(TinyNetworks.classifier().setNetwork(TinyNetworks.network(2)), images())
                .isInstanceOf(InvalidTrainingDataException.class)
                .hasMessageContaining("label")
                .hasMessageContaining("the network has 2 outputs");
        refused(TinyNetworks.classifier(), images().withColumn("label", lit(0.5)))
                .isInstanceOf(InvalidTrainingDataException.class)
                .hasMessageContaining("label");
    }

    @Test
    void aPresetThatIsUnknownOrKnowsNoSize() {
        refused(TinyNetworks.classifier().setNetwork("lenet"), images())
                .hasMessageContaining("unknown network 'lenet'")
                .hasMessageContaining("simple-cnn");
        refused(TinyNetworks.classifier().setNetwork("simple-cnn").setImageCol("floats"), images())
                .hasMessageContaining("'simple-cnn'")
                .hasMessageContaining("'floats'")
                .hasMessageContaining("ImageAssembler");
    }

    @Test
    void aNetworkWithAnUnknownLayer() {
        String json = TinyNetworks.network().toJson().replace("\"max-pool2d\"", "\"median-pool\"");
        refused(TinyNetworks.classifier().setNetwork(json), images()).hasMessageContaining("median-pool");
        refused(TinyNetworks.classifier().setNetwork("{\"format\": "), images());
    }

    @Test
    void paramsThatContradictEachOther() {
        refused(TinyNetworks.classifier().setInputCols(new String[] {"row"}), images())
                .hasMessageContaining("inputCols");
        refused(TinyNetworks.classifier().setFreezeUntil("conv9"), images())
                .hasMessageContaining("conv9")
                .hasMessageContaining("conv2d-1");
        refused(TinyNetworks.classifier().setLabelSmoothing(0.1).setFocusing(2), images())
                .hasMessageContaining("labelSmoothing")
                .hasMessageContaining("focusing");
        refused(TinyNetworks.classifier().setSchedule("sometimes"), images()).hasMessageContaining("sometimes");
        refused(TinyNetworks.classifier().setAugmentation("explode"), images()).hasMessageContaining("explode");
        refused(TinyNetworks.classifier().setImageCol("floats").setAugmentation("flip"), images())
                .hasMessageContaining("only images of bytes");
    }

    @Test
    void earlyStoppingWithoutValidationRows() {
        refused(TinyNetworks.classifier().setEarlyStoppingRounds(2), images())
                .hasMessageContaining("validationIndicatorCol is not set");
        refused(
                        TinyNetworks.classifier().setEarlyStoppingRounds(2).setValidationIndicatorCol("none"),
                        images().withColumn("none", lit(false)))
                .hasMessageContaining("earlyStoppingRounds")
                .hasMessageContaining("no validation row");
    }

    @Test
    void aColumnThatIsNoImage() {
        refused(TinyNetworks.classifier().setImageCol("row"), images()).hasMessageContaining("'row'");
        CnnClassificationModel model = TinyNetworks.classifier().setMaxEpochs(1).fit(images());
        assertThatThrownBy(() -> model.setImageCol("row").transform(images()))
                .hasMessageContaining("'row'")
                .hasMessageContaining("binary");
    }

    @Test
    void anInitialModelThatIsNotThere() {
        assertThatThrownBy(() -> TinyNetworks.classifier()
                        .setInitialModel("no/such/model")
                        .fit(images()))
                .hasMessageContaining("initialModel")
                .hasMessageContaining("no/such/model");
    }

    @Test
    void trainingThatDiverges() {
        refused(TinyNetworks.classifier().setOptimizer("sgd").setLearningRate(1e20), images())
                .isInstanceOf(InvalidTrainingDataException.class)
                .hasMessageContaining("training diverged in epoch 1 of 1, batch ")
                .hasMessageContaining("layer '");
    }

    @Test
    void aBatchLargerThanTheDataIsAllTheData() {
        CnnClassificationModel model =
                TinyNetworks.classifier().setBatchSize(100_000).setMaxEpochs(2).fit(images());
        assertThat(model.summary().metric("train-loss")[1])
                .isLessThan(model.summary().metric("train-loss")[0]);
    }

    @Test
    void aPrecisionThatTheDeviceLacksIsRefusedWithItsReason() {
        Availability availability;
        try (Backend backend = Backends.open("cpu", BackendOptions.threads(1)).backend()) {
            availability = backend.graphs().supports(Precision.BFLOAT16);
        }
        CnnClassifier classifier =
                TinyNetworks.classifier().setPrecision("bfloat16").setMaxEpochs(1);
        if (availability.isAvailable()) {
            assertThat(classifier.fit(images()).summary().metric("train-loss")[0])
                    .isFinite();
        } else {
            assertThatThrownBy(() -> classifier.fit(images())).hasMessageContaining(availability.reason());
        }
    }
}
