package org.sparkmlext.kernels.cuda.graph;

import org.sparkmlext.kernels.graph.BatchNorm;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Value;

/** Compiles gradients of biases of convolutions and dense layers: the sums of the channels of images, or of the columns of rows. */
record BiasGradients(Compilation c) {

    private static final String FILE = "pixel_norms";

    /**
     * Whether the sums are 0: a batch normalisation takes away what a bias adds, so that the gradient before it sums up to nothing but
     * roundings.
     *
     * @param gradient of a layer's output
     */
    static boolean isZero(Graph graph, Value gradient) {
        return graph.node(gradient).op() instanceof BatchNorm.Gradient && gradient.output() == 0;
    }

    /**
     * Sums channels.
     *
     * @param gradient of a layer's output
     * @param sums one a channel
     */
    void sum(Value gradient, Slot sums) {
        Shape shape = c.shape(gradient);
        if (isZero(c.graph(), gradient)) {
            if (!c.isCleared(sums)) {
                c.launches().each("elements", "fill", shape.size(1), sums, 0f);
            }
        } else if (c.hasPixels(gradient)) {
            sumPixels(gradient, sums);
        } else {
            int area = shape.elementsPerRow() / shape.size(1);
            new Norms(c).sumChannels(c.read(gradient), sums, shape.size(0), shape.size(1), area);
        }
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
