package org.sparkmlext.jobs.bench;

import java.util.ArrayList;
import java.util.List;
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
        List<List<Float>> sequence = new ArrayList<>();
        for (int step = 0; step < steps; step++) {
            List<Float> numbers = new ArrayList<>();
            for (int feature = 0; feature < features; feature++) {
                numbers.add((float) gaussian(random));
            }
            sequence.add(numbers);
        }
        return RowFactory.create(sequence, (float) gaussian(random));
    }
}
