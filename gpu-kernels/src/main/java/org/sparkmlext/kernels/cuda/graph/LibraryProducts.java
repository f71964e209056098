package org.sparkmlext.kernels.cuda.graph;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.cuda.device.ProductCall;
import org.sparkmlext.kernels.cuda.device.ProductShape;
import org.sparkmlext.kernels.graph.Window2d;

/**
 * Products of pixels in bfloat16 that a library of the device's vendor computes, where one is wanted and takes them. None of those with a bias,
 * which libraries want in bfloat16, and no gradients of weights under windows, which they give so.
 */
record LibraryProducts(Compilation c) {

    /** Whether every pixel is made of the one at its place alone, so that the whole is a product of two matrices. */
    static boolean isPlain(Gather gather) {
        Window2d window = gather.window();
        boolean isPadded = window.padTop() + window.padLeft() + window.padBottom() + window.padRight() > 0;
        return gather.taps() == 1 && window.strideHeight() == 1 && window.strideWidth() == 1 && !isPadded;
    }

    /** Pixels times weights, which lie as pixels' groups do: [output][tap][channel] where it {@link #isPlain is not plain}. */
    Optional<ProductCall> gather(Gather gather) {
        if (!c.isBfloat16()) {
            return Optional.empty();
        }
        if (isPlain(gather)) {
            return c.library(new ProductShape.Multiplication(
                    gather.result().pixels(),
                    gather.result().padded(),
                    gather.source().padded(),
                    false));
        }
        PixelShape images = gather.isGradient() ? gather.result() : gather.source();
        PixelShape outputs = gather.isGradient() ? gather.source() : gather.result();
        Window2d w = gather.window();
        boolean isSized = outputs.height()
                        == size(images.height(), w.padTop(), w.kernelHeight(), w.strideHeight(), w.dilationHeight())
                && outputs.width()
                        == size(images.width(), w.padLeft(), w.kernelWidth(), w.strideWidth(), w.dilationWidth());
        return isSized
                ? c.library(new ProductShape.Convolution(
                        images.rows(),
                        images.padded(),
                        images.height(),
                        images.width(),
                        outputs.padded(),
                        outputs.height(),
                        outputs.width(),
                        w,
                        gather.isGradient()))
                : Optional.empty();
    }

    /** Of what an axis becomes that is padded alike at both ends. */
    private static int size(int images, int padding, int kernel, int stride, int dilation) {
        return Math.floorDiv(images + 2 * padding - dilation * (kernel - 1) - 1, stride) + 1;
    }

    /** The gradient of a product's weights, a sum over pixels, in float32. */
    Optional<ProductCall> weights(Gather gather) {
        return c.isBfloat16() && isPlain(gather)
                ? c.library(new ProductShape.Multiplication(
                        gather.result().padded(),
                        gather.inner(),
                        gather.result().pixels(),
                        true))
                : Optional.empty();
    }

    /** Adds the launch of a product. */
    void run(ProductCall call, Slot first, Slot second, Slot result) {
        @Nullable Slot scratch = call.scratchBytes() > 0 ? c.scratch(call.scratchBytes()) : null;
        c.launches().add(new LibraryWork(call), first, second, result, scratch);
    }
}
