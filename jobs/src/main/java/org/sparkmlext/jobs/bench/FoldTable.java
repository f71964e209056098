package org.sparkmlext.jobs.bench;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A table of numbers, each row in one fold of a cross-validation. Also the file by which it reaches a peer's process, and the
 * predictions come back. JDK only.
 *
 * @param columns features a row
 * @param values row-major; NaN is missing
 * @param labels one a row
 * @param folds the fold in which a row is tested, one a row
 */
public record FoldTable(int columns, float[] values, float[] labels, int[] folds) {
    private static final long SHUFFLE_SEED = 1;

    /** Rows dealt to folds of equal size (but for one row) in a shuffled order that is always the same. */
    public static FoldTable dealt(int columns, float[] values, float[] labels, int foldCount) {
        int[] order = new int[labels.length];
        SplittableRandom random = new SplittableRandom(SHUFFLE_SEED);
        for (int i = 0; i < order.length; i++) {
            int at = random.nextInt(i + 1);
            order[i] = order[at];
            order[at] = i;
        }
        int[] folds = new int[order.length];
        for (int i = 0; i < order.length; i++) {
            folds[order[i]] = i % foldCount;
        }
        return new FoldTable(columns, values, labels, folds);
    }

    public int rows() {
        return labels.length;
    }

    /** The rows inside (or outside) a fold, in order. */
    public int[] rowsOf(int fold, boolean inside) {
        int[] found = new int[rows()];
        int count = 0;
        for (int row = 0; row < rows(); row++) {
            if ((folds[row] == fold) == inside) {
                found[count++] = row;
            }
        }
        return Arrays.copyOf(found, count);
    }

    /** Values of these rows, row-major. */
    public float[] valuesOf(int[] rows) {
        float[] some = new float[rows.length * columns];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(values, rows[i] * columns, some, i * columns, columns);
        }
        return some;
    }

    public float[] labelsOf(int[] rows) {
        float[] some = new float[rows.length];
        for (int i = 0; i < rows.length; i++) {
            some[i] = labels[rows[i]];
        }
        return some;
    }

    public void write(Path file) throws IOException {
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
            out.writeInt(rows());
            out.writeInt(columns);
            for (int row = 0; row < rows(); row++) {
                out.writeInt(folds[row]);
                out.writeFloat(labels[row]);
                for (int f = 0; f < columns; f++) {
                    out.writeFloat(values[row * columns + f]);
                }
            }
        }
    }

    public static FoldTable read(Path file) throws IOException {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            int rows = in.readInt();
            int columns = in.readInt();
            FoldTable table = new FoldTable(columns, new float[rows * columns], new float[rows], new int[rows]);
            for (int row = 0; row < rows; row++) {
                table.folds[row] = in.readInt();
                table.labels[row] = in.readFloat();
                for (int f = 0; f < columns; f++) {
                    table.values[row * columns + f] = in.readFloat();
                }
            }
            return table;
        }
    }

    /** @param predictions one array a row */
    public static void writePredictions(Path file, double[][] predictions) throws IOException {
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
            out.writeInt(predictions.length);
            out.writeInt(predictions[0].length);
            for (double[] row : predictions) {
                for (double value : row) {
                    out.writeDouble(value);
                }
            }
        }
    }

    public static double[][] readPredictions(Path file) throws IOException {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            double[][] predictions = new double[in.readInt()][in.readInt()];
            for (double[] row : predictions) {
                for (int k = 0; k < row.length; k++) {
                    row[k] = in.readDouble();
                }
            }
            return predictions;
        }
    }
}
