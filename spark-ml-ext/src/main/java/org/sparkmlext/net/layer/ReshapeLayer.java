package org.sparkmlext.net.layer;

import java.util.List;
import java.util.stream.Collectors;
import org.sparkmlext.kernels.graph.Reshape;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Value;

/**
 * The same values in plain order under another shape; 0 behind the end of a sequence.
 *
 * @param sizes without the batch; one may be -1 and takes what is left. A list of -1 alone flattens
 */
public record ReshapeLayer(List<Integer> sizes) implements Layer {

    static final String KIND = "reshape";
    static final String FLATTEN_KIND = "flatten";
    private static final List<Integer> FLAT = List.of(-1);

    public ReshapeLayer {
        sizes = List.copyOf(sizes);
        long open = sizes.stream().filter(size -> size == -1).count();
        if (sizes.isEmpty() || open > 1 || sizes.stream().anyMatch(size -> size == 0 || size < -1)) {
            throw new IllegalArgumentException(
                    "shape is " + sizes + "; allowed: at least one size, each at least 1, one of them -1 at most");
        }
    }

    /** All values as a vector. */
    public static ReshapeLayer flatten() {
        return new ReshapeLayer(FLAT);
    }

    static ReshapeLayer read(JsonFields fields) {
        return new ReshapeLayer(fields.integers("shape"));
    }

    @Override
    public String kind() {
        return sizes.equals(FLAT) ? FLATTEN_KIND : KIND;
    }

    @Override
    public void write(FieldWriter fields) {
        if (!sizes.equals(FLAT)) {
            fields.put("shape", sizes);
        }
    }

    @Override
    public Value lower(LayerContext context, List<Value> inputs) {
        Value rows = context.withoutPadding(context.single(inputs));
        Shape from = context.shape(rows);
        long given = 1;
        for (int size : sizes) {
            given = Math.multiplyExact(given, size == -1 ? 1L : size);
        }
        boolean isOpen = sizes.contains(-1);
        if (isOpen ? from.elementsPerRow() % given != 0 : from.elementsPerRow() != given) {
            String wanted = sizes.stream().map(String::valueOf).collect(Collectors.joining("x"));
            throw context.fault("cannot make " + wanted + " of the " + from.elementsPerRow() + " values of "
                    + context.describe(rows));
        }
        int[] to = new int[sizes.size() + 1];
        to[0] = from.size(0);
        for (int i = 0; i < sizes.size(); i++) {
            to[i + 1] = sizes.get(i) == -1 ? (int) (from.elementsPerRow() / given) : sizes.get(i);
        }
        Shape shape = Shape.of(to);
        return shape.equals(from) ? rows : context.add(new Reshape(shape), rows);
    }
}
