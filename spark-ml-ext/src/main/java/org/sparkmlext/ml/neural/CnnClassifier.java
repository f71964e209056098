package org.sparkmlext.ml.neural;

import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.TableColumns;
import org.sparkmlext.ml.stage.ClassWeights;
import org.sparkmlext.ml.stage.FeatureSource;
import org.sparkmlext.ml.stage.TrainableClassifier;
import org.sparkmlext.ml.stage.TrainingTarget;
import org.sparkmlext.net.Architecture;
import org.sparkmlext.net.NetworkSettings;
import org.sparkmlext.runtime.RuntimeOptions;
import org.sparkmlext.training.TrainingListener;

/**
 * A convolutional network for classes; labels are 0 to k-1. Minimises the cross-entropy of softmax, with label smoothing or as focal
 * loss by choice, data-parallel over all workers.
 *
 * <p>Images come in {@code imageCol} (or {@code featuresCol}): pixels of {@link org.sparkmlext.ml.feature.ImageAssembler}, Spark's image
 * struct, binary or array columns, vectors; all rows of one size, no value missing. The network is a preset by name, or any
 * {@link Network}; where it has no layer for the classes yet, one is added.
 *
 * <p>For a number of workers, and the same rows on each of them, the model is the same bit for bit, run after run.
 *
 * <p>Errors: contradicting Params, columns that are missing or of a wrong type, a network that is unknown, faulty or of another image
 * size give an {@link IllegalArgumentException} before any data is read; bad values (labels that are no class, classes without rows,
 * rows of different lengths, no rows) and training that diverges an {@link org.sparkmlext.training.InvalidTrainingDataException}.
 */
public final class CnnClassifier extends TrainableClassifier<CnnClassifier, CnnClassificationModel>
        implements CnnClassifierParams, CnnSetters<CnnClassifier> {
    private static final long serialVersionUID = 1L;

    public CnnClassifier() {
        this(Identifiable$.MODULE$.randomUID("cnnClassifier"));
    }

    public CnnClassifier(String uid) {
        super(uid);
        CnnClassifierParams.setDefaults(this);
    }

    /** Reader of saved estimators; Spark's Pipeline calls it. */
    public static MLReader<CnnClassifier> read() {
        return new DefaultParamsReader<>();
    }

    /** Loads a saved estimator. */
    public static CnnClassifier load(String path) {
        return read().load(path);
    }

    @Override
    protected FeatureSource featureSource() {
        return CnnColumns.source(this);
    }

    @Override
    protected TrainingTarget target() {
        return new TrainingTarget(TableColumns.LabelKind.CLASS_INDEX, null, 0, declaredClasses());
    }

    /** The number of classes that Params speak of; null where none does. */
    private TableColumns.@Nullable DeclaredClasses declaredClasses() {
        if (isDefined(thresholds())) {
            return new TableColumns.DeclaredClasses(
                    getThresholds().length, "thresholds has " + getThresholds().length + " values");
        }
        if (getClassWeights().length > 0) {
            return new TableColumns.DeclaredClasses(
                    getClassWeights().length, "classWeights has " + getClassWeights().length + " values");
        }
        int outputs = new NetworkPlan(this).numOutputs();
        if (outputs >= 0) {
            return new TableColumns.DeclaredClasses(outputs, "the network has " + outputs + " outputs");
        }
        return null;
    }

    @Override
    protected int numClasses() {
        TableColumns.DeclaredClasses declared = declaredClasses();
        return declared == null ? -1 : declared.number();
    }

    @Override
    public StructType transformSchema(StructType schema) {
        return CnnColumns.withEmbeddings(this, super.transformSchema(schema), -1);
    }

    @Override
    protected void checkParams() {
        new NetworkPlan(this).checkParams();
        if (getLabelSmoothing() > 0 && getFocusing() > 0) {
            throw new IllegalArgumentException("labelSmoothing is " + getLabelSmoothing() + " and focusing "
                    + getFocusing() + "; one of the two must be 0");
        }
    }

    @Override
    protected CnnClassificationModel trainChecked(Dataset<?> data, TableColumns columns, TrainingListener listener) {
        NetworkPlan plan = new NetworkPlan(this);
        Architecture network = plan.architecture(CnnColumns.field(this, data.schema()));
        NetworkSettings settings = plan.options()
                .classes(
                        network,
                        getLabelSmoothing(),
                        getFocusing(),
                        getAugmentation(),
                        plan.initialModel(data.sparkSession()),
                        getSeed());
        plan.check(settings, network);
        Dataset<?> rows = data;
        TableColumns table = columns;
        if (getClassWeights().length > 0) {
            ClassWeights.Weighted weighted = ClassWeights.of(data, columns, getClassWeights());
            rows = weighted.data();
            table = weighted.columns();
        }
        RuntimeOptions options = runtimeOptions().with(NetworkModelFiles.best(this, CnnClassificationModel::new));
        return new CnnClassificationModel(uid(), FittedNetwork.train(rows, table, settings, options, listener));
    }

    public CnnClassifier setLabelSmoothing(double value) {
        set(labelSmoothing(), value);
        return this;
    }

    public CnnClassifier setFocusing(double value) {
        set(focusing(), value);
        return this;
    }

    public CnnClassifier setClassWeights(double[] value) {
        set(classWeights(), value);
        return this;
    }
}
