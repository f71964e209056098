package org.sparkmlext.kernels.graph;

/** Element and shape of a value. */
public record TensorType(Element element, Shape shape) {

    public static TensorType number(Shape shape) {
        return new TensorType(Element.NUMBER, shape);
    }

    public static TensorType floats(int... sizes) {
        return new TensorType(Element.FLOAT, Shape.of(sizes));
    }

    /** Whether ops that compute take it: a number or a float. */
    public boolean isNumeric() {
        return element == Element.NUMBER || element == Element.FLOAT;
    }

    @Override
    public String toString() {
        return element.name().toLowerCase(java.util.Locale.ROOT) + " " + shape;
    }
}
