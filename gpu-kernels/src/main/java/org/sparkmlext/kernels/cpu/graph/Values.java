package org.sparkmlext.kernels.cpu.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.dnnl.memory;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Value;

/**
 * Where the values of a graph lie. A value may lie in several layouts; the first is the one its step has made. Layouts that a
 * reader wants and that do not exist yet are made by a reorder, once.
 */
final class Values {

    private final StepList steps;
    private final Map<Value, List<Tensor>> tensors = new HashMap<>();
    /** Those that lie in the model's flat arrays. */
    private final Map<Value, Tensor> sources = new HashMap<>();
    /** Those whose step is added when the first reader says which layout it wants. */
    private final Map<Value, Function<memory.desc, Tensor>> pending = new HashMap<>();

    Values(StepList steps) {
        this.steps = steps;
    }

    /** Says where a step writes the value. */
    void define(Value value, Tensor tensor) {
        versions(value).add(tensor);
    }

    /** Whether a version of the value lies exactly there. */
    boolean lies(Value value, Tensor tensor) {
        return versions(value).stream().anyMatch(version -> version.storage() == tensor.storage());
    }

    /**
     * Says that a value is a part of the model's flat arrays: read where it lies by those who want it in plain order, copied into other
     * layouts when parameters are loaded.
     */
    void defineSource(Value value, Tensor tensor) {
        sources.put(value, tensor);
    }

    /** Leaves the layout of a value to its first reader. */
    void defineLater(Value value, Function<memory.desc, Tensor> maker) {
        pending.put(value, maker);
    }

    private List<Tensor> versions(Value value) {
        return tensors.computeIfAbsent(value, v -> new ArrayList<>());
    }

    /** The value as it was made. */
    Tensor get(Value value, Shape shape) {
        Tensor found = find(value, shape);
        return found == null ? get(value, Layouts.plain(Layouts.F32, shape)) : found;
    }

    /** The value under a shape of as many elements, if it lies so already; else null. */
    @Nullable
    Tensor find(Value value, Shape shape) {
        for (Tensor version : versions(value)) {
            if (Arrays.equals(Layouts.sizes(version.desc()), Layouts.sizes(shape))) {
                return version;
            }
        }
        return null;
    }

    /** The value as it was made if it is of this type, else in the same layout and this type. */
    Tensor get(Value value, Shape shape, memory.data_type type) {
        if (versions(value).isEmpty()) {
            return get(value, Layouts.plain(type, shape));
        }
        Tensor made = get(value, shape);
        return get(value, Layouts.withType(made.desc(), type));
    }

    /** The value in this layout and type; {@code desc} may have its elements in plain order under another shape. */
    Tensor get(Value value, memory.desc desc) {
        Function<memory.desc, Tensor> maker = pending.remove(value);
        if (maker != null) {
            define(value, maker.apply(desc));
        }
        List<Tensor> versions = versions(value);
        for (Tensor version : versions) {
            if (version.has(desc)) {
                return version;
            }
        }
        Tensor source = sources.get(value);
        if (source != null && source.as(plainOf(source, desc)).has(desc)) {
            Tensor lying = source.as(desc);
            versions.add(lying);
            return lying;
        }
        Tensor made = Tensor.of(desc);
        if (source != null) {
            steps.reorderOnLoad(source.as(plainOf(source, desc)), made);
        } else if (versions.isEmpty()) {
            throw new IllegalStateException("value " + value + " is read before it is made");
        } else {
            steps.reorder(sameSizes(value, versions.get(0), desc), made);
        }
        versions.add(made);
        return made;
    }

    /**
     * The value in a layout whose axes are others than the value's.
     *
     * @param view plain order of the value, as float32, under the sizes and axes of {@code desc}
     */
    Tensor get(Value value, memory.desc desc, memory.desc view) {
        for (Tensor version : versions(value)) {
            if (version.has(desc)) {
                return version;
            }
        }
        Tensor made = Tensor.of(desc);
        Tensor source = sources.get(value);
        if (source != null) {
            steps.reorderOnLoad(source.as(view), made);
        } else {
            Tensor first = versions(value).get(0);
            Tensor plain = get(value, Layouts.plain(Layouts.F32, Layouts.sizes(first.desc())));
            steps.reorder(plain.as(view), made);
        }
        versions(value).add(made);
        return made;
    }

    private static memory.desc plainOf(Tensor tensor, memory.desc wanted) {
        return Layouts.plain(tensor.type(), Layouts.sizes(wanted));
    }

    /** The first version under the sizes of {@code wanted}; goes through the plain layout where they differ. */
    private Tensor sameSizes(Value value, Tensor first, memory.desc wanted) {
        long[] sizes = Layouts.sizes(first.desc());
        if (Arrays.equals(sizes, Layouts.sizes(wanted))) {
            return first;
        }
        Tensor plain = get(value, Layouts.plain(first.type(), sizes));
        return plain.as(plainOf(plain, wanted));
    }
}
