package org.sparkmlext.kernels.cuda.graph;

import org.sparkmlext.kernels.graph.BatchNorm;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Value;

/** Compiles gradients of biases of convolutions: the sums of the channels of images. */
record BiasGradients(Compilation c) {

    private static final String FILE = "pixel_norms";

    /**
     * Sums channels.
     *
     * @param images gradient of a convolution's output
     * @param sums one a channel
     */
    void sum(Value images, Slot sums) {
        Shape shape = c.shape(images);
        if (isZero(images)) {
            c.launches().each("elements", "fill", shape.size(1), sums, 0f);
        } else if (c.hasPixels(images)) {
            sumPixels(images, sums);
        } else {
            new Norms(c).sumChannels(c.read(images), sums, shape.size(0), shape.size(1), shape.size(2) * shape.size(3));
        }
    }

    /** A batch normalisation takes away what a bias adds, so that the gradient before it sums up to nothing but roundings. */
    private boolean isZero(Value images) {
        return c.graph().node(images).op() instanceof BatchNorm.Gradient && images.output() == 0;
    }

    private String file() {
        return c.pixelNumber().file(FILE);
    }

    private void sumPixels(Value images, Slot sums) {
        PixelShape shape = c.pixelShape(images);
        PixelBlocks blocks = PixelBlocks.of(shape, PixelBlocks.PIXELS);
        Slot partials = c.scratch(PartialStatistics.bytes(shape, blocks.count()));
        c.launches()
                .add(
                        file(),
                        "partial_sums",
                        blocks.grid(),
                        c.readPixels(images),
                        partials,
                        blocks.groups(),
                        blocks.pixelsOfBlock(),
                        blocks.pixels());
        c.launches().add(file(), "merge_sums", blocks.merging(), partials, blocks.count(), sums, shape.channels());
    }
}
