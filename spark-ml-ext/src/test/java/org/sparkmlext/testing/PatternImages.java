package org.sparkmlext.testing;

import static org.apache.spark.sql.functions.col;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.sparkmlext.data.ImageShape;
import org.sparkmlext.ml.feature.ImageMetadata;

/** {@link PatternBlocks} as tables, in every form that images come in. */
public final class PatternImages {

    public static final int SIZE = PatternBlocks.SIZE;
    public static final int WIDTH = PatternBlocks.WIDTH;
    public static final int CLASSES = PatternBlocks.CLASSES;

    private PatternImages() {}

    /** Columns {@code image} (binary, its size in the metadata) and {@code label}. */
    public static Dataset<Row> table(SparkSession spark, int rows) {
        return everyForm(spark, rows).select("image", "label");
    }

    /** The same images as {@code image} (binary, with its size), {@code bytes}, {@code floats}, {@code vector} and {@code struct}. */
    public static Dataset<Row> everyForm(SparkSession spark, int rows) {
        StructType schema = new StructType()
                .add("row", DataTypes.IntegerType)
                .add("image", DataTypes.BinaryType)
                .add("bytes", DataTypes.createArrayType(DataTypes.ByteType))
                .add("floats", DataTypes.createArrayType(DataTypes.FloatType))
                .add("vector", SQLDataTypes.VectorType())
                .add("struct", org.apache.spark.ml.image.ImageSchema.columnSchema())
                .add("label", DataTypes.DoubleType);
        List<Row> all = IntStream.range(0, rows).mapToObj(PatternImages::row).toList();
        return spark.createDataFrame(all, schema)
                .withColumn("image", col("image").as("image", ImageMetadata.of(new ImageShape(SIZE, SIZE, 1))));
    }

    private static Row row(int row) {
        byte[] pixels = PatternBlocks.pixels(row);
        List<Byte> bytes = new ArrayList<>();
        List<Float> floats = new ArrayList<>();
        double[] vector = new double[WIDTH];
        for (int i = 0; i < WIDTH; i++) {
            bytes.add(pixels[i]);
            vector[i] = Byte.toUnsignedInt(pixels[i]);
            floats.add((float) vector[i]);
        }
        // OpenCV's type 0: one channel of unsigned bytes.
        Row struct = RowFactory.create("row " + row, SIZE, SIZE, 1, 0, pixels);
        return RowFactory.create(
                row,
                pixels,
                Collections.unmodifiableList(bytes),
                Collections.unmodifiableList(floats),
                Vectors.dense(vector),
                struct,
                (double) PatternBlocks.label(row));
    }
}
