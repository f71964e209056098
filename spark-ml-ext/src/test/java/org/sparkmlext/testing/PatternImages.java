package org.sparkmlext.testing;

import static org.apache.spark.sql.functions.col;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.sparkmlext.data.ByteFeatures;
import org.sparkmlext.data.DenseFeatures;
import org.sparkmlext.data.FeatureBlock;
import org.sparkmlext.data.ImageShape;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.ml.feature.ImageMetadata;

/** Grey images of 8 x 8 pixels in three classes: a bright bar across, a bright bar down, neither; with noise. Row i is always the same. */
public final class PatternImages {

    public static final int SIZE = 8;
    public static final int WIDTH = SIZE * SIZE;
    public static final int CLASSES = 3;

    private PatternImages() {}

    public static int label(int row) {
        return row % CLASSES;
    }

    public static byte[] pixels(int row) {
        Random random = new Random(row * 7919L + 1);
        byte[] pixels = new byte[WIDTH];
        int bar = 1 + random.nextInt(SIZE - 2);
        for (int i = 0; i < WIDTH; i++) {
            int place = label(row) == 0 ? i / SIZE : label(row) == 1 ? i % SIZE : -1;
            pixels[i] = (byte) (random.nextInt(100) + (place == bar ? 120 : 0));
        }
        return pixels;
    }

    /** Rows of bytes as a block. */
    public static TableBlock block(int[] rows, boolean isValidation) {
        byte[] bytes = new byte[rows.length * WIDTH];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(pixels(rows[i]), 0, bytes, i * WIDTH, WIDTH);
        }
        return block(new ByteFeatures(WIDTH, rows.length, Float.NaN, bytes), rows, isValidation);
    }

    /** The same rows, as columns of floats. */
    public static TableBlock floats(int[] rows, boolean isValidation) {
        float[][] columns = new float[WIDTH][rows.length];
        for (int i = 0; i < rows.length; i++) {
            byte[] pixels = pixels(rows[i]);
            for (int f = 0; f < WIDTH; f++) {
                columns[f][i] = Byte.toUnsignedInt(pixels[f]);
            }
        }
        return block(new DenseFeatures(columns), rows, isValidation);
    }

    private static TableBlock block(FeatureBlock features, int[] rows, boolean isValidation) {
        float[] labels = new float[rows.length];
        for (int i = 0; i < rows.length; i++) {
            labels[i] = label(rows[i]);
        }
        return new TableBlock(rows.length, features, labels, null, null, isValidation);
    }

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
        byte[] pixels = pixels(row);
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
                (double) label(row));
    }
}
