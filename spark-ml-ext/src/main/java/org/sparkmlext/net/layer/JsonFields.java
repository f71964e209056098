package org.sparkmlext.net.layer;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.net.layer.SlidingWindow.Pair;

/**
 * The fields of one JSON object, read one by one. Strict: a field of a wrong type, a missing one without a default and, after the last,
 * any that was not asked for are {@link IllegalArgumentException}s that name the owner and say what is allowed.
 */
public final class JsonFields {

    private final String owner;
    private final Map<String, Object> values;
    private final Set<String> known = new LinkedHashSet<>();

    /** @param owner whose fields they are, for messages: {@code layer 'conv1' (conv2d)} */
    public JsonFields(String owner, Map<String, Object> values) {
        this.owner = owner;
        this.values = values;
    }

    public int integer(String name) {
        return required(name, "a whole number", JsonFields::asInteger);
    }

    public int integer(String name, int ifMissing) {
        return optional(name, ifMissing, "a whole number", JsonFields::asInteger);
    }

    public float number(String name) {
        return required(name, "a number", JsonFields::asNumber);
    }

    public float number(String name, float ifMissing) {
        return optional(name, ifMissing, "a number", JsonFields::asNumber);
    }

    public boolean flag(String name, boolean ifMissing) {
        return optional(name, ifMissing, "true or false", value -> value instanceof Boolean flag ? flag : null);
    }

    public String text(String name) {
        return required(name, "a text", value -> value instanceof String text ? text : null);
    }

    public String text(String name, String ifMissing) {
        return optional(name, ifMissing, "a text", value -> value instanceof String text ? text : null);
    }

    public List<Integer> integers(String name) {
        return required(name, "a list of whole numbers", value -> list(value, JsonFields::asInteger));
    }

    public List<Float> numbers(String name, List<Float> ifMissing) {
        return optional(name, ifMissing, "a list of numbers", value -> list(value, JsonFields::asNumber));
    }

    public List<String> texts(String name, List<String> ifMissing) {
        return optional(
                name,
                ifMissing,
                "a list of texts",
                value -> list(value, item -> item instanceof String text ? text : null));
    }

    /** Objects in a list. */
    public List<Map<String, Object>> objects(String name) {
        return required(name, "a list of objects", value -> list(value, JsonFields::asObject));
    }

    /** Whether there is a field of that name. */
    public boolean has(String name) {
        known.add(name);
        return values.containsKey(name);
    }

    /** The fields of an object inside this one. */
    public JsonFields object(String name) {
        return new JsonFields("'" + name + "'", required(name, "an object", JsonFields::asObject));
    }

    /** {@code [height, width]}, or one number for both. */
    public Pair pair(String name) {
        return required(name, "a whole number or [height, width]", JsonFields::asPair);
    }

    public Pair pair(String name, Pair ifMissing) {
        return optional(name, ifMissing, "a whole number or [height, width]", JsonFields::asPair);
    }

    public Padding padding(String name, Padding ifMissing) {
        return optional(name, ifMissing, "'valid', 'same' or [top, left, bottom, right]", JsonFields::asPadding);
    }

    public Initializer initializer(String name, Initializer ifMissing) {
        return Initializer.parse(text(name, ifMissing.text()));
    }

    /** @throws IllegalArgumentException if a field was never asked for; the message lists those that were */
    public void requireNoMore() {
        for (String name : values.keySet()) {
            if (!known.contains(name)) {
                throw fault("has no field '" + name + "'; its fields are " + known);
            }
        }
    }

    /** A fault whose message begins with the owner. */
    public IllegalArgumentException fault(String what) {
        return new IllegalArgumentException(owner + " " + what);
    }

    private <T> T required(String name, String type, Function<Object, @Nullable T> cast) {
        known.add(name);
        Object value = values.get(name);
        if (value == null) {
            throw fault("lacks the field '" + name + "', " + type);
        }
        return cast(name, value, type, cast);
    }

    private <T> T optional(String name, T ifMissing, String type, Function<Object, @Nullable T> cast) {
        known.add(name);
        Object value = values.get(name);
        return value == null ? ifMissing : cast(name, value, type, cast);
    }

    private <T> T cast(String name, Object value, String type, Function<Object, @Nullable T> cast) {
        T result = cast.apply(value);
        if (result == null) {
            throw fault("has " + name + " = " + value + "; allowed: " + type);
        }
        return result;
    }

    private static @Nullable Integer asInteger(Object value) {
        return value instanceof Long number && number == number.intValue() ? number.intValue() : null;
    }

    private static @Nullable Float asNumber(Object value) {
        return value instanceof Number number && Float.isFinite(number.floatValue()) ? number.floatValue() : null;
    }

    @SuppressWarnings("unchecked")
    private static @Nullable Map<String, Object> asObject(Object value) {
        return value instanceof Map<?, ?> map ? (Map<String, Object>) map : null;
    }

    private static @Nullable Pair asPair(Object value) {
        Integer both = asInteger(value);
        if (both != null) {
            return new Pair(both, both);
        }
        List<Integer> sizes = list(value, JsonFields::asInteger);
        return sizes != null && sizes.size() == 2 ? new Pair(sizes.get(0), sizes.get(1)) : null;
    }

    private static @Nullable Padding asPadding(Object value) {
        if (value instanceof String name) {
            return name.equals("valid") || name.equals("same") ? new Padding.Named(name) : null;
        }
        List<Integer> sides = list(value, JsonFields::asInteger);
        return sides != null && sides.size() == 4
                ? new Padding.Explicit(sides.get(0), sides.get(1), sides.get(2), sides.get(3))
                : null;
    }

    private static <T> @Nullable List<T> list(Object value, Function<Object, @Nullable T> cast) {
        if (!(value instanceof List<?> items)) {
            return null;
        }
        List<T> result = new ArrayList<>();
        for (Object item : items) {
            T element = cast.apply(item);
            if (element == null) {
                return null;
            }
            result.add(element);
        }
        return result;
    }
}
