package org.sparkmlext.kernels.cuda.graph;

import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.cuda.graph.Products.Matrix;

/**
 * Compiles large products of rows by weights in float32, of all steps of a sequence for example, for tensor cores: the rows are images of one
 * pixel, which lie as pixels do where a row is a multiple of 8 numbers long, so nothing is turned but the weights.
 */
record RowProducts(Compilation c) {

    /** Whether numbers of such rows can be read and written where they are. */
    private boolean isPossible(int rows, int columns, int inner, Slot... read) {
        boolean isWhole = columns % PixelShape.CHANNELS_OF_GROUP == 0 && inner % PixelShape.CHANNELS_OF_GROUP == 0;
        boolean isLarge = (double) rows * columns * inner >= TensorProducts.LEAST_PRODUCTS;
        boolean isFloat32 = c.hasTensorCores() && c.pixelNumber() == PixelNumber.FLOAT32;
        if (!isFloat32 || !isWhole || !isLarge) {
            return false;
        }
        for (Slot slot : read) {
            if (!slot.isAligned()) {
                return false;
            }
        }
        return true;
    }

    /**
     * {@code y = a b + bias}, if tensor cores compute it.
     *
     * @return whether they do
     */
    boolean multiply(Matrix a, Matrix b, @Nullable Slot bias, Matrix y, int rows, int columns, int inner) {
        boolean isPlain = a.isRowAfterRow(inner) && y.isRowAfterRow(columns);
        // Weights are units x width: the result's columns are the units, or, in a gradient, the inner axis is.
        boolean isForward = b.transposed().isRowAfterRow(inner);
        boolean isGradient = !isForward && b.isRowAfterRow(columns) && bias == null;
        if (!isPlain || !(isForward || isGradient) || !isPossible(rows, columns, inner, a.slot(), y.slot())) {
            return false;
        }
        PixelProducts products = new PixelProducts(c);
        int units = isForward ? columns : inner;
        int width = isForward ? inner : columns;
        Slot weights = products.pack(b.slot(), units, width, 1, isGradient);
        products.gather(Gather.ofRows(rows, width, units, isGradient), a.slot(), weights, bias, y.slot(), null);
        return true;
    }

    /**
     * {@code dw = dy^T x}, a sum over rows, if tensor cores compute it.
     *
     * @return whether they do
     */
    boolean sum(Slot dy, Slot x, Slot dw, int units, int width, int count) {
        if (!isPossible(count, units, width, dy, x)) {
            return false;
        }
        new PixelProducts(c).weights(Gather.ofRows(count, width, units, false), x, dy, dw, width, 1);
        return true;
    }
}
