package org.sparkmlext.kernels.cuda.graph;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.cuda.device.ProductCall;
import org.sparkmlext.kernels.cuda.graph.Gather.Tile;

/** Launches of {@code convolutions.cu} and {@code convolutions_float32.cu}: products of pixels, and of rows as images of one pixel. */
final class PixelProducts {

    private static final String FILE = "convolutions";
    /** Pieces of weights' gradients: as many blocks as a GPU of 132 multiprocessors runs at once; fixed, as the sums' order follows from it. */
    private static final int MOST_BLOCKS = 264;

    private static final int LEAST_PIECE = 256;
    private static final long MOST_SCRATCH = 1L << 26;

    private final Compilation c;
    private final LibraryProducts libraries;
    private final TensorTiles tiles;
    private final String file;

    PixelProducts(Compilation c) {
        this.c = c;
        libraries = new LibraryProducts(c);
        tiles = TensorTiles.of(c.pixelNumber());
        file = c.pixelNumber().file(FILE);
    }

    /** The tile by which pixels are multiplied: its rows are what statistics are of. */
    Tile tile(Gather gather) {
        return tiles.of(gather);
    }

    /**
     * Pixels times weights.
     *
     * @param weights packed
     * @param statistics of each tile's rows, if they are wanted
     */
    void gather(Gather gather, Slot source, Slot weights, @Nullable Slot bias, Slot result, @Nullable Slot statistics) {
        Tile tile = tile(gather);
        c.launches()
                .add(
                        file,
                        tile.name("gather"),
                        tile.sharedBytes(),
                        tile.grid(gather.result().pixels(), gather.result().padded(), 1),
                        with(gather, source, weights, bias, gather.result().channels(), result, statistics));
    }

    private static @Nullable Object[] with(Gather gather, @Nullable Object... before) {
        return Stream.concat(Arrays.stream(before), Arrays.stream(gather.sizes()))
                .toArray();
    }

    /**
     * Weights as {@link #gather} reads them.
     *
     * @param weights outputs x channels x taps, floats
     * @param isTurned for the gradient of images
     */
    Slot pack(Slot weights, int outputs, int channels, int taps, boolean isTurned) {
        int count = Math.multiplyExact(taps, Math.multiplyExact(padded(outputs), padded(channels)));
        Slot made = c.scratch((long) count * c.pixelNumber().bytes());
        c.launches().each(file, "pack_weights", count, weights, made, outputs, channels, taps, isTurned ? 1 : 0);
        return made;
    }

    private static int padded(int channels) {
        return new PixelShape(1, channels, 1, 1).padded();
    }

    /**
     * Gradient of weights in plain order, pieces of the pixels side by side, then added up; by a library in one piece.
     *
     * @param channels of the weights
     * @param taps likewise; of a dense layer that reads images as they lie, their pixels
     */
    void weights(Gather gather, Slot source, Slot dy, Slot dw, int channels, int taps) {
        int columns = gather.inner();
        int numbers = Math.multiplyExact(gather.result().padded(), columns);
        Optional<ProductCall> call = libraries.weights(gather);
        int count = 1;
        Slot pieces;
        if (call.isPresent()) {
            pieces = c.scratch((long) numbers * Float.BYTES);
            libraries.run(call.get(), dy, source, pieces);
        } else {
            int length = lengthOfPieces(gather);
            count = (gather.result().pixels() + length - 1) / length;
            pieces = c.scratch((long) count * numbers * Float.BYTES);
            Tile tile = tiles.ofWeights(gather);
            c.launches()
                    .add(
                            file,
                            tile.name("gather_weights"),
                            tile.sharedBytes(),
                            tile.grid(gather.result().padded(), columns, count),
                            with(gather, source, dy, pieces, length));
        }
        c.launches()
                .each(
                        file,
                        "add_weight_pieces",
                        Math.multiplyExact(gather.result().channels(), columns),
                        pieces,
                        dw,
                        count,
                        gather.result().channels(),
                        channels,
                        taps);
    }

    /** Pixels of a piece, a multiple of what a tile takes at once. */
    private int lengthOfPieces(Gather gather) {
        int outputs = gather.result().padded();
        int columns = gather.inner();
        Tile tile = tiles.ofWeights(gather);
        int pixels = gather.result().pixels();
        long most = Math.min(MOST_BLOCKS / tile.count(outputs, columns), MOST_SCRATCH / ((long) outputs * columns));
        long wanted = Math.max(1, Math.min(most, pixels / LEAST_PIECE));
        int length = (int) ((pixels + wanted - 1) / wanted);
        return (length + tile.inner() - 1) / tile.inner() * tile.inner();
    }
}
