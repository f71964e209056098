package org.sparkmlext.testing;

import java.util.Random;
import org.sparkmlext.data.ByteFeatures;
import org.sparkmlext.data.DenseFeatures;
import org.sparkmlext.data.FeatureBlock;
import org.sparkmlext.data.TableBlock;

/**
 * Grey images of 8 x 8 pixels in three classes: a bright bar across, a bright bar down, neither; with noise. Row i is always the same.
 * {@link PatternImages} are these as tables; here is nothing of Spark.
 */
public final class PatternBlocks {

    public static final int SIZE = 8;
    public static final int WIDTH = SIZE * SIZE;
    public static final int CLASSES = 3;

    private PatternBlocks() {}

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
}
