package org.sparkmlext.kernels.graph;

import java.util.List;

/**
 * Pixels to numbers: {@code y[n,c,h,w] = x[n,h,w,c] * scale[c] + shift[c]}.
 *
 * <p>Input: N x H x W x C as images are stored, BYTE or FLOAT. Output: N x C x H x W. No gradient.
 *
 * @param scale one a channel
 * @param shift one a channel
 */
public record Image(List<Float> scale, List<Float> shift) implements Op {

    public Image {
        scale = List.copyOf(scale);
        shift = List.copyOf(shift);
        if (scale.size() != shift.size()) {
            throw new IllegalArgumentException(scale.size() + " scales, but " + shift.size() + " shifts");
        }
    }

    @Override
    public List<TensorType> types(List<TensorType> types) {
        Inputs inputs = new Inputs(this, types).count(1).rank(0, 4);
        Element element = types.get(0).element();
        Shape pixels = inputs.shape(0);
        inputs.require(element == Element.BYTE || element == Element.FLOAT, "pixels must be bytes or floats")
                .require(pixels.size(3) == scale.size(), "there are scales of " + scale.size() + " channels");
        return List.of(TensorType.number(Shape.of(pixels.size(0), pixels.size(3), pixels.size(1), pixels.size(2))));
    }

    @Override
    public void differentiate(Backward backward, Node node) {
        // Pixels are inputs: nothing asks for their gradient.
    }
}
