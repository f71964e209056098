package org.sparkmlext.ml.stage;

import java.io.Serializable;
import org.apache.spark.ml.attribute.AttributeGroup;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.types.StructField;

/**
 * A column that a model appends. Functions are given the broadcast scorer; they hold plain values, never the stage.
 *
 * @param <S> the model's scorer
 */
public sealed interface ScoredColumn<S extends RowScorer> {

    /** Name, type and metadata: a vector, or a double that is never null. */
    StructField field();

    /** The raw prediction. */
    record Raw<S extends RowScorer>(StructField field) implements ScoredColumn<S> {}

    /** Made from the raw prediction. */
    record OfRaw<S extends RowScorer>(StructField field, RawFunction<S> function) implements ScoredColumn<S> {}

    /** A vector made from the features. */
    record OfFeatures<S extends RowScorer>(StructField field, FeatureFunction<S> function) implements ScoredColumn<S> {}

    /** Makes a value from a raw prediction. */
    interface RawFunction<S extends RowScorer> extends Serializable {
        /** A {@code double[]} for a vector, else a {@link Double}. */
        Object apply(S scorer, double[] rawPrediction);
    }

    /** Makes a vector from features. */
    interface FeatureFunction<S extends RowScorer> extends Serializable {
        /** @param features the row's values in the model's order, a missing one being NaN */
        double[] apply(S scorer, float[] features);
    }

    /** Field of a vector column; a length of -1 means that it is not known yet. */
    static StructField vectorField(String name, int length) {
        AttributeGroup group = length < 0 ? new AttributeGroup(name) : new AttributeGroup(name, length);
        return new StructField(name, SQLDataTypes.VectorType(), true, group.toMetadata());
    }
}
