package org.sparkmlext.kernels.cuda.graph;

import org.sparkmlext.kernels.cuda.device.DeviceKernel.Grid;
import org.sparkmlext.kernels.graph.Window2d;

/**
 * A convolution as {@code convolution_tiles.cuh} computes it: every pixel of the result is a sum over the pixels of a source that lie under a window,
 * and over their channels. Channels are padded ones.
 *
 * @param source images that are read
 * @param result images that are made, or whose gradient is read where weights are the result
 * @param isGradient whether this is the gradient of images, whose source is the output's gradient
 */
record Gather(PixelShape source, PixelShape result, Window2d window, boolean isGradient) {

    /** Taps of a window have a bit each. */
    private static final int MOST_TAPS = 32;

    private static final int FACTOR_BITS = 31;

    /** A dense layer: images of one pixel under a window of one tap. */
    static Gather ofRows(int rows, int width, int units, boolean isGradient) {
        PixelShape wide = new PixelShape(rows, width, 1, 1);
        PixelShape result = new PixelShape(rows, units, 1, 1);
        return isGradient
                ? new Gather(result, wide, Window2d.square(1), true)
                : new Gather(wide, result, Window2d.square(1), false);
    }

    /**
     * Whether the kernels can compute it: of one group, windows of at most {@value #MOST_TAPS} taps, and in the gradient of images strides of 1.
     */
    static boolean isPossible(Window2d window, int groups, boolean isGradient) {
        boolean isDense = window.strideHeight() == 1 && window.strideWidth() == 1;
        return groups == 1 && taps(window) <= MOST_TAPS && (isDense || !isGradient);
    }

    private static int taps(Window2d window) {
        return window.kernelHeight() * window.kernelWidth();
    }

    int taps() {
        return taps(window);
    }

    /** Numbers that a number of the result is a sum of. */
    int inner() {
        return Math.multiplyExact(taps(), source.padded());
    }

    /**
     * A block's part of a product.
     *
     * @param number what it is a product of
     * @param inner numbers of the inner axis at once
     * @param stages how many of those lie in shared memory
     */
    record Tile(PixelNumber number, int rows, int columns, int threads, int inner, int stages) {

        String name(String kernel) {
            return kernel + "_" + rows + "x" + columns;
        }

        int sharedBytes() {
            return (rows + columns) * inner * stages * number.bytes();
        }

        int count(int ofRows, int ofColumns) {
            return Math.multiplyExact((ofRows + rows - 1) / rows, (ofColumns + columns - 1) / columns);
        }

        Grid grid(int ofRows, int ofColumns, int pieces) {
            return new Grid(count(ofRows, ofColumns), 1, pieces, threads);
        }
    }

    /** The sizes as the kernels take them, one after the other. */
    Object[] sizes() {
        Integer[] area = divisor(result.area());
        Integer[] line = divisor(result.width());
        return new Object[] {
            source.rows(),
            source.height(),
            source.width(),
            source.padded(),
            result.height(),
            result.width(),
            result.padded(),
            window.kernelHeight(),
            window.kernelWidth(),
            window.strideHeight(),
            window.strideWidth(),
            window.padTop(),
            window.padLeft(),
            window.dilationHeight(),
            window.dilationWidth(),
            isGradient ? 1 : 0,
            area[0],
            area[1],
            area[2],
            line[0],
            line[1],
            line[2]
        };
    }

    /**
     * What divides by a number: the number, a factor and a shift, so that {@code n / by} is the upper half of {@code n * factor}, shifted, for
     * all {@code n} below 2^31 (Granlund and Montgomery 1994, Division by invariant integers using multiplication).
     */
    private static Integer[] divisor(int by) {
        if (by == 1) {
            return new Integer[] {1, 0, 0};
        }
        int log = Integer.SIZE - Integer.numberOfLeadingZeros(by - 1);
        long factor = (1L << (FACTOR_BITS + log)) / by + 1;
        return new Integer[] {by, (int) factor, log - 1};
    }
}
