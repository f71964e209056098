package org.sparkmlext.ml.neural;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.spark.ml.attribute.AttributeGroup;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.PatternImages;

/** The column of a layer's values beside predictions. */
class EmbeddingsTest {

    private static Dataset<Row> images() {
        return PatternImages.everyForm(LocalSpark.session(), 40);
    }

    private static CnnClassificationModel model() {
        return TinyNetworks.classifier().setMaxEpochs(1).fit(images());
    }

    @Test
    void aLayersValuesStandBesidePredictions() {
        CnnClassificationModel model = model();
        Dataset<Row> plain = model.transform(images());
        Dataset<Row> scored =
                model.setEmbeddingsCol("values").setEmbeddingsLayer("output").transform(images());
        assertThat(scored.drop("values").collectAsList()).isEqualTo(plain.collectAsList());
        for (Row row : scored.collectAsList()) {
            assertThat(row.<Vector>getAs("values")).isEqualTo(row.<Vector>getAs("rawPrediction"));
        }
        // The network's input is the image from 0 to 1.
        for (Row row : model.setEmbeddingsLayer("input").transform(images()).collectAsList()) {
            double[] pixels = row.<Vector>getAs("vector").toArray();
            double[] values = row.<Vector>getAs("values").toArray();
            assertThat(values).hasSize(PatternImages.WIDTH);
            for (int i = 0; i < pixels.length; i++) {
                assertThat(values[i]).isCloseTo(pixels[i] / 255, org.assertj.core.data.Offset.offset(1e-6));
            }
        }
    }

    @Test
    void theLayerBeforeTheHeadIsTheDefault() {
        CnnClassificationModel model = model().setEmbeddingsCol("values");
        Dataset<Row> scored = model.transform(images());
        assertThat(AttributeGroup.fromStructField(scored.schema().apply("values"))
                        .size())
                .isEqualTo(12);
        assertThat(scored.collectAsList())
                .isEqualTo(
                        model.setEmbeddingsLayer("dense-1").transform(images()).collectAsList());
        assertThat(scored.select("values").distinct().count()).isEqualTo(40);
    }

    @Test
    void aLayerOrANameThatDoesNotFit() {
        assertThatThrownBy(() -> TinyNetworks.classifier()
                        .setEmbeddingsCol("values")
                        .setEmbeddingsLayer("dense-9")
                        .fit(images()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'dense-9'")
                .hasMessageContaining("dense-1");
        assertThatThrownBy(() ->
                        TinyNetworks.classifier().setEmbeddingsCol("Floats").fit(images()))
                .hasMessageContaining("'Floats' exists already");
        CnnClassificationModel model = model().setEmbeddingsCol("values").setEmbeddingsLayer("dense-9");
        assertThatThrownBy(() -> model.transform(images())).hasMessageContaining("'dense-9'");
        assertThatThrownBy(() ->
                        model.setEmbeddingsLayer("").setEmbeddingsCol("row").transform(images()))
                .hasMessageContaining("'row' exists already");
    }
}
