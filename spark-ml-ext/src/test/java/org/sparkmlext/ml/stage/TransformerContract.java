package org.sparkmlext.ml.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.testing.LocalSpark;

/** What every transformer that learns nothing must do to be a Spark ML stage. A suite a stage extends it. */
public abstract class TransformerContract<T extends Transformer & MLWritable> {

    @TempDir
    Path directory;

    /** A new transformer of {@link #data}. */
    protected abstract T newTransformer();

    /** Some rows. */
    protected abstract Dataset<Row> data(SparkSession spark);

    protected abstract String requiredColumn();

    /** Params that change what the transformer does. */
    protected abstract ParamMap extra(T transformer);

    private static List<Row> rows(Dataset<Row> data) {
        return data.collectAsList();
    }

    @Test
    void paramsHaveAccessorsDocsGettersAndSetters() throws Exception {
        T transformer = newTransformer();
        StageContract.assertAccessors(transformer);
        StageContract.assertGetters(transformer, List.of());
        StageContract.assertSetters(transformer);
        StageContract.assertDefaultsInDocs(
                (Params) transformer.getClass().getConstructor().newInstance());
    }

    @Test
    void constructorsOfNothingAndOfUid() throws Exception {
        StageContract.assertConstructors(newTransformer().getClass());
    }

    @Test
    void copiesKeepUidAndParamsAndTakeExtraOnes() {
        T transformer = newTransformer();
        ParamMap extra = extra(transformer);
        Transformer copy = transformer.copy(extra);
        assertThat(copy.uid()).isEqualTo(transformer.uid());
        assertThat(copy.extractParamMap().toString())
                .isEqualTo(transformer.extractParamMap(extra).toString());
    }

    @Test
    void transformSchemaIsTheSchemaOfTransform() {
        Dataset<Row> data = data(LocalSpark.session());
        T transformer = newTransformer();
        assertThat(transformer.transform(data).schema()).isEqualTo(transformer.transformSchema(data.schema()));
    }

    @Test
    void aMissingColumnIsNamed() {
        Dataset<Row> without = data(LocalSpark.session()).drop(requiredColumn());
        assertThatThrownBy(() -> newTransformer().transform(without))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + requiredColumn() + "'")
                .hasMessageContaining("is missing");
    }

    @Test
    void anOutputColumnThatExistsIsNamed() {
        T transformer = newTransformer();
        Dataset<Row> once = transformer.transform(data(LocalSpark.session()));
        assertThatThrownBy(() -> transformer.transform(once))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("exists already");
    }

    @Test
    void zeroRowsAreFine() {
        assertThat(rows(newTransformer().transform(data(LocalSpark.session()).limit(0))))
                .isEmpty();
    }

    @Test
    void isSavedAndLoadedAndOverwrittenOnlyIfAsked() throws Exception {
        T transformer = newTransformer();
        String path = directory.resolve("transformer").toString();
        transformer.save(path);
        Transformer loaded = (Transformer) StageContract.load(transformer.getClass(), path);
        assertThat(loaded.uid()).isEqualTo(transformer.uid());
        StageContract.assertSameParams(loaded, transformer);
        Dataset<Row> data = data(LocalSpark.session());
        assertThat(rows(loaded.transform(data))).isEqualTo(rows(transformer.transform(data)));
        assertThatThrownBy(() -> transformer.save(path)).hasMessageContaining(path);
        transformer.write().overwrite().save(path);
    }

    @Test
    void worksInAPipeline() throws Exception {
        Dataset<Row> data = data(LocalSpark.session());
        Pipeline pipeline = new Pipeline().setStages(new PipelineStage[] {newTransformer()});
        String path = directory.resolve("fitted").toString();
        PipelineModel model = pipeline.fit(data);
        model.save(path);
        PipelineModel loaded = PipelineModel.load(path);
        assertThat(loaded.transform(data).schema())
                .isEqualTo(model.transform(data).schema());
        assertThat(rows(loaded.transform(data))).isEqualTo(rows(model.transform(data)));
    }
}
