package org.sparkmlext.jobs.bench;

import java.util.SplittableRandom;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Sequences of random numbers with a random target: what they hold does not matter to the time it takes to learn them. */
final class SequenceRows extends GeneratedRows {
    private static final long serialVersionUID = 1L;

    private final int steps;
    private final int features;

    /** @param features numbers of a step */
    SequenceRows(int steps, int features) {
        super(1);
        this.steps = steps;
        this.features = features;
    }

    @Override
    StructType schema() {
        return new StructType()
                .add(
                        "sequence",
                        DataTypes.createArrayType(DataTypes.createArrayType(DataTypes.FloatType, false), false),
                        false)
                .add("label", DataTypes.FloatType, false);
    }

    @Override
    Row row(long id) {
        SplittableRandom random = random(id);
        float[][] sequence = new float[steps][features];
        for (float[] step : sequence) {
            for (int feature = 0; feature < features; feature++) {
                step[feature] = (float) gaussian(random);
            }
        }
        return RowFactory.create((Object) sequence, (float) gaussian(random));
    }
}
