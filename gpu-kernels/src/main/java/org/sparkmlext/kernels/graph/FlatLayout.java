package org.sparkmlext.kernels.graph;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Named values one after the other in a flat array of floats, each in plain order, without gaps.
 *
 * @param entries in order
 */
public record FlatLayout(List<Entry> entries) {

    /** @param offset of the first element in the flat array */
    public record Entry(String name, Shape shape, int offset) {
        public int end() {
            return offset + shape.elements();
        }
    }

    public FlatLayout {
        entries = List.copyOf(entries);
    }

    /** Lays shapes out in the order of the map. */
    public static FlatLayout of(Map<String, Shape> shapes) {
        List<Entry> entries = new ArrayList<>();
        long offset = 0;
        for (Map.Entry<String, Shape> shape : shapes.entrySet()) {
            entries.add(new Entry(shape.getKey(), shape.getValue(), (int) offset));
            offset += shape.getValue().elements();
            if (offset > Integer.MAX_VALUE - 8) {
                throw new IllegalArgumentException("more than 2^31 numbers up to '" + shape.getKey() + "'");
            }
        }
        return new FlatLayout(entries);
    }

    /** Elements in all. */
    public int length() {
        return entries.isEmpty() ? 0 : entries.get(entries.size() - 1).end();
    }

    /** @throws IllegalArgumentException if there is none of that name */
    public Entry entry(String name) {
        return entries.stream()
                .filter(e -> e.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no '" + name + "' among "
                        + entries.stream().map(Entry::name).toList()));
    }

    /** Shapes by name, in order. */
    public Map<String, Shape> shapes() {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        entries.forEach(e -> shapes.put(e.name(), e.shape()));
        return shapes;
    }
}
