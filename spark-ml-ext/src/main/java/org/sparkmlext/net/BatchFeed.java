package org.sparkmlext.net;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.graph.GraphKernels;
import org.sparkmlext.kernels.graph.ImageTransform;
import org.sparkmlext.kernels.graph.Program;
import org.sparkmlext.kernels.graph.RunKey;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.StoredImages;
import org.sparkmlext.net.augmentation.ImageAugmenter;

/**
 * Writes a batch of rows into a program's inputs. Holds the staging arrays of the largest batch, and images that lie on the device; used by
 * one thread.
 */
final class BatchFeed implements AutoCloseable {

    /** Bytes of images that go to the device at once. */
    private static final int CHUNK_BYTES = 4 << 20;

    private final NetworkRows rows;
    /** What the rows are, if there are any and they are images of bytes; else null. */
    private final @Nullable ImageInput images;

    private final int width;
    /** Values of a step; of rows without steps all of them. */
    private final int features;

    private final Standardisation.Scale inputScale;
    private final Standardisation.Scale targetScale;
    /** Number of the rank's first row among all rows, which tells rows of different ranks apart. */
    private final long firstRow;

    private final @Nullable ImageAugmenter augmentation;
    /** The rows' images on the device, by row; null where they are gathered here. */
    private @Nullable StoredImages stored;

    private final List<ImageTransform> transforms = new ArrayList<>();
    private byte[] bytes = {};
    private float[] floats = {};
    private int[] classes = {};
    private int[] lengths = {};
    private float[] targets = {};
    private float[] weights = {};
    private long[] numbers = {};
    /** What the arrays hold; null: nothing that is still to be copied. */
    private @Nullable Batch gathered;

    /** Rows {@code order[from .. from + count)} in the step of a key. */
    private record Batch(int[] order, int from, int count, RunKey key) {

        int row(int index) {
            return order[from + index];
        }

        boolean isSameAs(@Nullable Batch other) {
            return other != null
                    && order == other.order
                    && from == other.from
                    && count == other.count
                    && key.equals(other.key);
        }
    }

    /** @param network what the rows are fed to, with means and deviations where it wants them standardised */
    BatchFeed(NetworkRows rows, Architecture network, long firstRow, @Nullable ImageAugmenter augmentation) {
        this.rows = rows;
        this.images = rows.numRows() > 0
                        && network.input() instanceof ImageInput image
                        && image.pixels() == ImageInput.Pixels.BYTE
                ? image
                : null;
        this.width = network.input().rowLength();
        this.features = network.input() instanceof SequenceInput sequence ? sequence.features() : width;
        this.inputScale = network.input().standardisation().scale();
        this.targetScale = network.targets().scale();
        this.firstRow = firstRow;
        this.augmentation = augmentation;
    }

    /** Whether there is something to {@link #store}: images of bytes. */
    boolean hasImages() {
        return images != null;
    }

    /**
     * Puts the images of all rows into the device's memory, if it takes them: from then on a batch is gathered and changed there, to the same
     * bytes. To be called once, when the programs have their memory.
     *
     * @return what was done in words
     * @throws IllegalStateException if there are no images of bytes
     */
    String store(GraphKernels kernels) {
        ImageInput image = images;
        if (image == null) {
            throw new IllegalStateException("there are no images of bytes to store");
        }
        int count = rows.numRows();
        Shape shape = Shape.of(image.height(), image.width(), image.channels());
        String what = String.format(
                Locale.ROOT, "%d images of %s, %.1f MiB,", count, shape, (double) count * width / (1 << 20));
        Optional<StoredImages> made = kernels.storeImages(count, shape);
        if (made.isEmpty()) {
            return what + " are gathered on the host";
        }
        stored = made.get();
        int each = Math.max(1, Math.min(count, CHUNK_BYTES / width));
        byte[] chunk = new byte[each * width];
        for (int from = 0; from < count; from += each) {
            int taken = Math.min(each, count - from);
            for (int i = 0; i < taken; i++) {
                rows.copyBytes(from + i, chunk, i * width);
            }
            made.get().write(from, chunk, 0, taken);
        }
        return what + " lie on the device";
    }

    /** Takes the rows {@code order[from .. from + batch size of the program)}. */
    void write(Program program, int[] order, int from, RunKey key) {
        Batch batch = new Batch(order, from, program.graph().rows(), key);
        if (!batch.isSameAs(gathered)) {
            gather(program, batch);
        }
        // What is gathered next is written over it.
        gathered = null;
        for (String input : program.graph().inputs().keySet()) {
            copy(input, program.input(input), batch);
        }
    }

    /**
     * Gathers what {@link #write} of the same is to copy, while the device computes the batch before.
     *
     * @param program of the same network, of any number of rows
     * @param count rows of the batch
     */
    void prepare(Program program, int[] order, int from, int count, RunKey key) {
        gather(program, new Batch(order, from, count, key));
    }

    private void gather(Program program, Batch batch) {
        int count = batch.count();
        resize(count);
        for (int i = 0; i < count; i++) {
            numbers[i] = firstRow + batch.row(i);
        }
        Set<String> inputs = program.graph().inputs().keySet();
        if (inputs.contains(NetworkGraphs.WEIGHTS)) {
            for (int i = 0; i < count; i++) {
                weights[i] = rows.weight(batch.row(i));
            }
        }
        if (inputs.contains(NetworkGraphs.INPUT)) {
            gatherRows(program.input(NetworkGraphs.INPUT).type(), batch);
        }
        if (inputs.contains(NetworkGraphs.LENGTHS)) {
            for (int i = 0; i < count; i++) {
                lengths[i] = rows.length(batch.row(i));
            }
        }
        if (inputs.contains(NetworkGraphs.TARGETS)) {
            gatherTargets(program.input(NetworkGraphs.TARGETS).type(), batch);
        }
        gathered = batch;
    }

    private void copy(String name, Buffer buffer, Batch batch) {
        int count = batch.count();
        switch (name) {
            case NetworkGraphs.INPUT -> copyRows(buffer, batch);
            case NetworkGraphs.LENGTHS -> buffer.copyIn(0, lengths, 0, count);
            case NetworkGraphs.TARGETS -> {
                if (buffer.type() == ElementType.INT) {
                    buffer.copyIn(0, classes, 0, count);
                } else {
                    buffer.copyIn(0, targets, 0, count * rows.numTargets());
                }
            }
            case NetworkGraphs.WEIGHTS -> buffer.copyIn(0, weights, 0, count);
            case NetworkGraphs.ROWS -> buffer.copyIn(0, numbers, 0, count);
            default -> throw new IllegalStateException("the network has an input '" + name + "' that nobody fills");
        }
    }

    private void copyRows(Buffer buffer, Batch batch) {
        StoredImages present = stored;
        if (present != null && augmentation != null) {
            present.gather(batch.order(), batch.from(), transforms, buffer);
        } else if (present != null) {
            present.gather(batch.order(), batch.from(), batch.count(), buffer);
        } else if (buffer.type() == ElementType.BYTE) {
            buffer.copyIn(0, bytes, 0, batch.count() * width);
        } else {
            buffer.copyIn(0, floats, 0, batch.count() * width);
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

    private void gatherRows(ElementType type, Batch batch) {
        int count = batch.count();
        if (stored != null) {
            drawTransforms(batch);
        } else if (type == ElementType.BYTE) {
            if (bytes.length < count * width) {
                bytes = new byte[count * width];
            }
            for (int i = 0; i < count; i++) {
                rows.copyBytes(batch.row(i), bytes, i * width);
            }
            if (augmentation != null) {
                augmentation.apply(
                        bytes, count, numbers, batch.key().seed(), batch.key().step());
            }
        } else {
            if (floats.length < count * width) {
                floats = new float[count * width];
            }
            for (int i = 0; i < count; i++) {
                rows.copyFloats(batch.row(i), floats, i * width, width);
                standardise(batch.row(i), i * width);
            }
        }
    }

    private void drawTransforms(Batch batch) {
        transforms.clear();
        if (augmentation != null) {
            for (int i = 0; i < batch.count(); i++) {
                transforms.add(
                        augmentation.transform(batch.key().seed(), batch.key().step(), numbers[i]));
            }
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

    private void gatherTargets(ElementType type, Batch batch) {
        for (int i = 0; i < batch.count(); i++) {
            int row = batch.row(i);
            if (type == ElementType.INT) {
                classes[i] = (int) rows.label(row);
            } else {
                rows.copyTargets(row, targets, i * rows.numTargets());
                targetScale.apply(targets, i * rows.numTargets(), rows.numTargets());
            }
        }
    }

    /** Frees what lies on the device. Closing twice is allowed. */
    @Override
    public void close() {
        StoredImages present = stored;
        stored = null;
        if (present != null) {
            present.close();
        }
    }
}
