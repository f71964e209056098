package org.sparkmlext.net.layer;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Takes the fields of a JSON object in the order in which they are to stand. */
public final class FieldWriter {

    private final Map<String, Object> fields = new LinkedHashMap<>();

    public FieldWriter put(String name, String value) {
        return putValue(name, value);
    }

    public FieldWriter put(String name, int value) {
        return putValue(name, value);
    }

    public FieldWriter put(String name, float value) {
        return putValue(name, value);
    }

    public FieldWriter put(String name, boolean value) {
        return putValue(name, value);
    }

    /** A list of whole numbers. */
    public FieldWriter put(String name, int first, int second, int... more) {
        int[] values = new int[more.length + 2];
        values[0] = first;
        values[1] = second;
        System.arraycopy(more, 0, values, 2, more.length);
        return putValue(name, Arrays.stream(values).boxed().toList());
    }

    public FieldWriter put(String name, java.util.List<?> values) {
        return putValue(name, java.util.List.copyOf(values));
    }

    public FieldWriter put(String name, Padding value) {
        return putValue(name, value.json());
    }

    public FieldWriter put(String name, Initializer value) {
        return putValue(name, value.text());
    }

    private FieldWriter putValue(String name, Object value) {
        if (fields.putIfAbsent(name, value) != null) {
            throw new IllegalArgumentException("field '" + name + "' is written twice");
        }
        return this;
    }

    /** What was put, in order. */
    public Map<String, Object> fields() {
        return Collections.unmodifiableMap(fields);
    }
}
