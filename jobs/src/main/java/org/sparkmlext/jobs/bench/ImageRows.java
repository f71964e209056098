package org.sparkmlext.jobs.bench;

import java.util.SplittableRandom;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Images of random bytes with random labels: what they hold does not matter to the time it takes to learn them. */
final class ImageRows extends GeneratedRows {
    private static final long serialVersionUID = 1L;

    private final int length;
    private final int classes;

    /** @param length bytes of an image */
    ImageRows(int length, int classes) {
        super(1);
        this.length = length;
        this.classes = classes;
    }

    @Override
    StructType schema() {
        return new StructType().add("image", DataTypes.BinaryType, false).add("label", DataTypes.FloatType, false);
    }

    @Override
    Row row(long id) {
        SplittableRandom random = random(id);
        byte[] pixels = new byte[length];
        random.nextBytes(pixels);
        // Every class is there, whatever the seed.
        return RowFactory.create(pixels, (float) (id % classes));
    }
}
