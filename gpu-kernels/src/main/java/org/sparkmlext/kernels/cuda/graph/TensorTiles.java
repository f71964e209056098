package org.sparkmlext.kernels.cuda.graph;

import org.sparkmlext.kernels.cuda.graph.Gather.Tile;

/**
 * The tiles that {@code convolutions.cu} and {@code convolutions_float32.cu} have.
 *
 * @param fewChannels for sources and results of less than {@value #SMALL} channels
 * @param fewPixels where larger tiles would be too few
 */
record TensorTiles(
        Tile fewChannels,
        Tile fewOutputs,
        Tile manyOutputs,
        Tile fewPixels,
        Tile weightsOfFewColumns,
        Tile weightsOfFewOutputs,
        Tile weightsOfMany) {

    static final TensorTiles BFLOAT16 = new TensorTiles(
            new Tile(PixelNumber.BFLOAT16, 256, 64, 256, 32, 4),
            new Tile(PixelNumber.BFLOAT16, 128, 64, 128, 64, 3),
            new Tile(PixelNumber.BFLOAT16, 128, 128, 128, 64, 3),
            new Tile(PixelNumber.BFLOAT16, 64, 64, 128, 64, 4),
            new Tile(PixelNumber.BFLOAT16, 64, 128, 128, 64, 3),
            new Tile(PixelNumber.BFLOAT16, 64, 192, 192, 48, 3),
            new Tile(PixelNumber.BFLOAT16, 128, 128, 256, 64, 3));

    static final TensorTiles FLOAT32 = ofFloat32();

    private static final int SMALL = 64;
    /** Blocks of fewer results are better made smaller: they would leave most of a large GPU idle. */
    private static final int LEAST_BLOCKS = 100;

    private static TensorTiles ofFloat32() {
        Tile few = new Tile(PixelNumber.FLOAT32, 128, 64, 128, 32, 3);
        Tile weights = new Tile(PixelNumber.FLOAT32, 64, 128, 128, 32, 3);
        return new TensorTiles(
                few,
                few,
                new Tile(PixelNumber.FLOAT32, 128, 128, 256, 32, 3),
                new Tile(PixelNumber.FLOAT32, 64, 64, 128, 32, 4),
                weights,
                weights,
                new Tile(PixelNumber.FLOAT32, 128, 128, 256, 32, 3));
    }

    static TensorTiles of(PixelNumber number) {
        return number == PixelNumber.BFLOAT16 ? BFLOAT16 : FLOAT32;
    }

    /** Of a convolution, or the gradient of its images. */
    Tile of(Gather gather) {
        int outputs = gather.result().padded();
        if (gather.source().padded() < SMALL && outputs <= SMALL) {
            return fewChannels;
        }
        Tile large = outputs <= SMALL ? fewOutputs : manyOutputs;
        return large.count(gather.result().pixels(), outputs) < LEAST_BLOCKS ? fewPixels : large;
    }

    /** Of the gradient of a convolution's weights. */
    Tile ofWeights(Gather gather) {
        if (gather.result().padded() > SMALL) {
            return weightsOfMany;
        }
        return gather.inner() > weightsOfFewColumns.columns() ? weightsOfFewOutputs : weightsOfFewColumns;
    }
}
