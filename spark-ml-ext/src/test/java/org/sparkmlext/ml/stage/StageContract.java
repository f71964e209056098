package org.sparkmlext.ml.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.evaluation.Evaluator;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.CrossValidatorModel;
import org.apache.spark.ml.tuning.ParamGridBuilder;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.testing.LocalSpark;

/**
 * What every estimator and its model must do to be a Spark ML stage. A suite a stage extends it; the data has the
 * columns that the stage reads.
 *
 * @param <E> estimator
 * @param <M> its model
 */
public abstract class StageContract<E extends Estimator<M> & MLWritable, M extends Model<M> & MLWritable> {

    @TempDir
    Path directory;

    /** A new estimator that trains fast on {@link #data}. */
    protected abstract E newEstimator();

    /** Class of the model. */
    protected abstract Class<M> modelClass();

    /** Labelled rows, by number. */
    protected abstract Dataset<Row> data(SparkSession spark, int rows);

    /** A column that fitting and scoring need. */
    protected abstract String requiredColumn();

    /** A grid of at least two points, and how to judge them. */
    protected abstract ParamMap[] grid(E estimator, ParamGridBuilder builder);

    protected abstract Evaluator evaluator();

    /** Getters of the model that mean something else than the Param's value, by Spark's own custom. */
    protected List<String> modelGettersOfTheirOwn() {
        return List.of();
    }

    private M fitted() {
        return newEstimator().fit(data(LocalSpark.session(), 200));
    }

    private static List<Row> rows(Dataset<Row> scored) {
        return scored.collectAsList();
    }

    @Test
    void everyParamHasTheNameOfItsAccessorAndADoc() throws Exception {
        assertAccessors(newEstimator());
    }

    static void assertAccessors(Params stage) throws ReflectiveOperationException {
        for (Param<?> param : stage.params()) {
            assertThat(stage.getClass().getMethod(param.name()).invoke(stage)).isEqualTo(param);
            assertThat(param.parent()).isEqualTo(stage.uid());
            assertThat(param.doc()).isNotBlank();
        }
        assertThat(stage.explainParams().lines().count()).isEqualTo(stage.params().length);
    }

    @Test
    void modelHasTheParamsOfTheEstimator() {
        assertThat(names(fitted())).isEqualTo(names(newEstimator()));
    }

    private static List<String> names(Params stage) {
        return Arrays.stream(stage.params()).map(Param::name).toList();
    }

    @Test
    void defaultsOfOurOwnParamsAreInTheirDocs() throws Exception {
        assertDefaultsInDocs(constructed());
    }

    static void assertDefaultsInDocs(Params stage) throws ReflectiveOperationException {
        for (Param<?> param : stage.params()) {
            if (!stage.getClass()
                    .getMethod(param.name())
                    .getDeclaringClass()
                    .getName()
                    .startsWith("org.sparkmlext.")) {
                continue;
            }
            String shown = stage.hasDefault(param)
                    ? "default " + ParamTableTest.text(stage.getDefault(param).get())
                    : "default: undefined";
            assertThat(param.doc()).as(param.name()).contains(shown);
        }
    }

    @SuppressWarnings("unchecked")
    private E constructed() throws ReflectiveOperationException {
        return (E) newEstimator().getClass().getConstructor().newInstance();
    }

    @Test
    void gettersGiveTheParams() throws Exception {
        E estimator = newEstimator();
        assertGetters(estimator, List.of());
        assertGetters(fitted(), modelGettersOfTheirOwn());
    }

    static void assertGetters(Params stage, List<String> exempt) throws ReflectiveOperationException {
        for (Param<?> param : stage.params()) {
            String getter = "get" + param.name().substring(0, 1).toUpperCase(Locale.ROOT)
                    + param.name().substring(1);
            Method method = stage.getClass().getMethod(getter);
            if (stage.isDefined(param) && !exempt.contains(getter)) {
                assertThat(method.invoke(stage)).as(getter).isEqualTo(stage.getOrDefault(param));
            }
        }
    }

    @Test
    void settersReturnTheEstimator() {
        assertSetters(newEstimator());
    }

    static void assertSetters(Params stage) {
        for (Param<?> param : stage.params()) {
            String setter = "set" + param.name().substring(0, 1).toUpperCase(Locale.ROOT)
                    + param.name().substring(1);
            assertThat(Arrays.stream(stage.getClass().getMethods())
                            .filter(m -> m.getName().equals(setter)))
                    .as(setter)
                    .anyMatch(
                            m -> m.getParameterCount() == 1 && m.getReturnType().isAssignableFrom(stage.getClass()));
        }
    }

    @Test
    void anUnknownParamIsRefused() {
        assertThatThrownBy(() -> newEstimator().set("noSuchParam", 1)).hasMessageContaining("noSuchParam");
    }

    @Test
    void constructorsOfNothingAndOfUid() throws Exception {
        assertConstructors(newEstimator().getClass());
        assertConstructors(modelClass());
    }

    static void assertConstructors(Class<?> stage) throws ReflectiveOperationException {
        Params first = (Params) stage.getConstructor().newInstance();
        Params second = (Params) stage.getConstructor().newInstance();
        assertThat(first.uid()).isNotEqualTo(second.uid());
        Params named = (Params) stage.getConstructor(String.class).newInstance("named");
        assertThat(named.uid()).isEqualTo("named");
        assertThat(named.params()).allMatch(param -> param.parent().equals("named"));
    }

    @Test
    void copiesKeepUidAndParamsAndTakeExtraOnes() {
        E estimator = newEstimator();
        ParamMap extra = grid(estimator, new ParamGridBuilder())[1];
        Params copy = estimator.copy(extra);
        assertThat(copy.uid()).isEqualTo(estimator.uid());
        assertThat(copy.extractParamMap().toString())
                .isEqualTo(estimator.extractParamMap(extra).toString());
        M model = fitted();
        M modelCopy = model.copy(new ParamMap());
        assertThat(modelCopy.uid()).isEqualTo(model.uid());
        assertThat(modelCopy.parent()).isEqualTo(model.parent());
        Dataset<Row> data = data(LocalSpark.session(), 20);
        assertThat(rows(modelCopy.transform(data))).isEqualTo(rows(model.transform(data)));
    }

    @Test
    void modelHasUidAndParentOfTheEstimator() {
        E estimator = newEstimator();
        M model = estimator.fit(data(LocalSpark.session(), 200));
        assertThat(model.uid()).isEqualTo(estimator.uid());
        assertThat(model.parent()).isEqualTo(estimator);
    }

    @Test
    void transformSchemaIsTheSchemaOfTransform() {
        Dataset<Row> data = data(LocalSpark.session(), 20);
        M model = fitted();
        assertThat(model.transform(data).schema()).isEqualTo(model.transformSchema(data.schema()));
        assertThat(newEstimator().transformSchema(data.schema()).fieldNames())
                .isEqualTo(model.transformSchema(data.schema()).fieldNames());
    }

    @Test
    void aMissingColumnIsNamed() {
        Dataset<Row> without = data(LocalSpark.session(), 20).drop(requiredColumn());
        assertThatThrownBy(() -> newEstimator().fit(without))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + requiredColumn() + "'")
                .hasMessageContaining("is missing");
        M model = fitted();
        assertThatThrownBy(() -> model.transform(without))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + requiredColumn() + "'")
                .hasMessageContaining("is missing");
    }

    @Test
    void tenRowsTrain() {
        Dataset<Row> ten = data(LocalSpark.session(), 10);
        assertThat(rows(newEstimator().fit(ten).transform(ten))).hasSize(10);
    }

    @Test
    void zeroRowsAreRefusedInTrainingAndFineInScoring() {
        Dataset<Row> none = data(LocalSpark.session(), 10).limit(0);
        assertThatThrownBy(() -> newEstimator().fit(none))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("row");
        M model = fitted();
        assertThat(rows(model.transform(none))).isEmpty();
    }

    @Test
    void estimatorIsSavedAndLoaded() throws Exception {
        E estimator = newEstimator();
        String path = directory.resolve("estimator").toString();
        estimator.save(path);
        Params loaded = (Params) load(estimator.getClass(), path);
        assertThat(loaded.uid()).isEqualTo(estimator.uid());
        assertSameParams(loaded, estimator);
    }

    @Test
    void modelIsSavedAndLoadedAndOverwrittenOnlyIfAsked() throws Exception {
        M model = fitted();
        String path = directory.resolve("model").toString();
        model.save(path);
        M loaded = modelClass().cast(load(modelClass(), path));
        assertThat(loaded.uid()).isEqualTo(model.uid());
        assertSameParams(loaded, model);
        Dataset<Row> data = data(LocalSpark.session(), 30);
        assertThat(rows(loaded.transform(data))).isEqualTo(rows(model.transform(data)));
        assertThatThrownBy(() -> model.save(path)).hasMessageContaining(path).hasMessageContaining("exists");
        model.write().overwrite().save(path);
        assertThat(rows(modelClass().cast(load(modelClass(), path)).transform(data)))
                .isEqualTo(rows(model.transform(data)));
    }

    static Object load(Class<?> stage, String path) throws ReflectiveOperationException {
        return stage.getMethod("load", String.class).invoke(null, path);
    }

    static void assertSameParams(Params loaded, Params saved) {
        for (Param<?> param : saved.params()) {
            assertThat(loaded.isSet(loaded.getParam(param.name())))
                    .as(param.name())
                    .isEqualTo(saved.isSet(param));
            if (saved.isDefined(param)) {
                assertThat(loaded.getOrDefault(loaded.getParam(param.name())))
                        .as(param.name())
                        .isEqualTo(saved.getOrDefault(param));
            }
        }
    }

    @Test
    void worksInAPipeline() throws Exception {
        Dataset<Row> data = data(LocalSpark.session(), 200);
        Pipeline pipeline = new Pipeline().setStages(new PipelineStage[] {newEstimator()});
        String unfitted = directory.resolve("pipeline").toString();
        pipeline.save(unfitted);
        PipelineModel model = Pipeline.load(unfitted).fit(data);
        String path = directory.resolve("fitted").toString();
        model.save(path);
        assertThat(rows(PipelineModel.load(path).transform(data))).isEqualTo(rows(model.transform(data)));
    }

    @Test
    void worksInACrossValidatorOfParallelismTwo() throws Exception {
        Dataset<Row> data = data(LocalSpark.session(), 200);
        E estimator = newEstimator();
        CrossValidatorModel model = new CrossValidator()
                .setEstimator(estimator)
                .setEvaluator(evaluator())
                .setEstimatorParamMaps(grid(estimator, new ParamGridBuilder()))
                .setNumFolds(2)
                .setParallelism(2)
                .setSeed(1)
                .fit(data);
        assertThat(Arrays.stream(model.avgMetrics()).allMatch(Double::isFinite)).isTrue();
        String path = directory.resolve("validated").toString();
        model.save(path);
        assertThat(rows(CrossValidatorModel.load(path).transform(data))).isEqualTo(rows(model.transform(data)));
    }
}
