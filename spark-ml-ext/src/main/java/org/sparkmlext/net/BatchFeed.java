package org.sparkmlext.net;

import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.graph.Program;
import org.sparkmlext.kernels.graph.RunKey;
import org.sparkmlext.net.augmentation.ImageAugmenter;

/** Writes a batch of rows into a program's inputs. Holds the staging arrays of the largest batch; used by one thread. */
final class BatchFeed {

    private final NetworkRows rows;
    private final int width;
    /** Values of a step; of rows without steps all of them. */
    private final int features;

    private final Standardisation.Scale inputScale;
    private final Standardisation.Scale targetScale;
    /** Number of the rank's first row among all rows, which tells rows of different ranks apart. */
    private final long firstRow;

    private final @Nullable ImageAugmenter augmentation;
    private byte[] bytes = {};
    private float[] floats = {};
    private int[] classes = {};
    private int[] lengths = {};
    private float[] targets = {};
    private float[] weights = {};
    private long[] numbers = {};

    /** @param network what the rows are fed to, with means and deviations where it wants them standardised */
    BatchFeed(NetworkRows rows, Architecture network, long firstRow, @Nullable ImageAugmenter augmentation) {
        this.rows = rows;
        this.width = network.input().rowLength();
        this.features = network.input() instanceof SequenceInput sequence ? sequence.features() : width;
        this.inputScale = network.input().standardisation().scale();
        this.targetScale = network.targets().scale();
        this.firstRow = firstRow;
        this.augmentation = augmentation;
    }

    /** Takes the rows {@code order[from .. from + batch size of the program)}. */
    void write(Program program, int[] order, int from, RunKey key) {
        int count = program.graph().rows();
        resize(count);
        for (int i = 0; i < count; i++) {
            numbers[i] = firstRow + order[from + i];
        }
        for (String input : program.graph().inputs().keySet()) {
            Buffer buffer = program.input(input);
            switch (input) {
                case NetworkGraphs.INPUT -> writeRows(buffer, order, from, count, key);
                case NetworkGraphs.LENGTHS -> {
                    for (int i = 0; i < count; i++) {
                        lengths[i] = rows.length(order[from + i]);
                    }
                    buffer.copyIn(0, lengths, 0, count);
                }
                case NetworkGraphs.TARGETS -> writeTargets(buffer, order, from, count);
                case NetworkGraphs.WEIGHTS -> {
                    for (int i = 0; i < count; i++) {
                        weights[i] = rows.weight(order[from + i]);
                    }
                    buffer.copyIn(0, weights, 0, count);
                }
                case NetworkGraphs.ROWS -> buffer.copyIn(0, numbers, 0, count);
                default ->
                    throw new IllegalStateException("the network has an input '" + input + "' that nobody fills");
            }
        }
    }

    private void resize(int count) {
        if (numbers.length < count) {
            numbers = new long[count];
            weights = new float[count];
            targets = new float[count * rows.numTargets()];
            classes = new int[count];
            lengths = new int[count];
        }
    }

    private void writeRows(Buffer buffer, int[] order, int from, int count, RunKey key) {
        if (buffer.type() == ElementType.BYTE) {
            if (bytes.length < count * width) {
                bytes = new byte[count * width];
            }
            for (int i = 0; i < count; i++) {
                rows.copyBytes(order[from + i], bytes, i * width);
            }
            if (augmentation != null) {
                augmentation.apply(bytes, count, numbers, key.seed(), key.step());
            }
            buffer.copyIn(0, bytes, 0, count * width);
        } else {
            if (floats.length < count * width) {
                floats = new float[count * width];
            }
            for (int i = 0; i < count; i++) {
                rows.copyFloats(order[from + i], floats, i * width, width);
                standardise(order[from + i], i * width);
            }
            buffer.copyIn(0, floats, 0, count * width);
        }
    }

    /** Standardises a row's own steps; behind them stay zeros. */
    private void standardise(int row, int at) {
        if (inputScale.isNone()) {
            return;
        }
        for (int step = 0; step < rows.length(row); step++) {
            inputScale.apply(floats, at + step * features, features);
        }
    }

    private void writeTargets(Buffer buffer, int[] order, int from, int count) {
        if (buffer.type() == ElementType.INT) {
            for (int i = 0; i < count; i++) {
                classes[i] = (int) rows.label(order[from + i]);
            }
            buffer.copyIn(0, classes, 0, count);
        } else {
            for (int i = 0; i < count; i++) {
                rows.copyTargets(order[from + i], targets, i * rows.numTargets());
                targetScale.apply(targets, i * rows.numTargets(), rows.numTargets());
            }
            buffer.copyIn(0, targets, 0, count * rows.numTargets());
        }
    }
}
