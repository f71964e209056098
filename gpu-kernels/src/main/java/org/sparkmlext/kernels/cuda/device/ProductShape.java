package org.sparkmlext.kernels.cuda.device;

import org.sparkmlext.kernels.graph.Window2d;

/** A product of numbers in bfloat16 that a library of the device's vendor may compute. Sums are float32. */
public sealed interface ProductShape {

    /**
     * A product of two matrices, both row after row and without gaps: of rows, {@code result[i, j] = sum over k of first[i, k] * second[j,
     * k]} in bfloat16, or, summed over rows, {@code result[i, j] = sum over k of first[k, i] * second[k, j]} in float32.
     *
     * @param rows of the result, a multiple of 8 where it is summed over rows
     * @param columns of the result, a multiple of 8
     * @param inner numbers that a sum is of, a multiple of 8 where it is not over rows
     */
    record Multiplication(int rows, int columns, int inner, boolean isOverRows) implements ProductShape {}

    /**
     * A convolution of images that lie channels last, in bfloat16, by weights [output][tap][channel], the two paddings of an axis such that
     * the window's first one alone gives the size of the result.
     *
     * @param channels of the images, a multiple of 8
     * @param outputs channels of what is made of them, a multiple of 8
     * @param isGradient whether {@code first} is the gradient of what is made and {@code result} that of the images; else {@code first} are
     *     the images
     */
    record Convolution(
            int images,
            int channels,
            int height,
            int width,
            int outputs,
            int outHeight,
            int outWidth,
            Window2d window,
            boolean isGradient)
            implements ProductShape {}
}
