package org.sparkmlext.kernels.cpu.graph;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.Value;
import org.sparkmlext.kernels.graph.plan.AdditiveParts;
import org.sparkmlext.kernels.graph.plan.Readers;

/** The array that is added over ranks, in the CPU's memory. */
final class AdditiveArray {

    private final Graph graph;
    private final AdditiveParts parts;
    private final Readers readers;
    private final NativeBuffer buffer;
    private final Map<Value, Tensor> targets = new HashMap<>();

    AdditiveArray(Graph graph, AdditiveParts parts, Readers readers, NativeBuffer buffer) {
        this.graph = graph;
        this.parts = parts;
        this.readers = readers;
        this.buffer = buffer;
    }

    AdditiveParts parts() {
        return parts;
    }

    /** A tensor over a place. */
    Tensor tensor(AdditiveParts.Place place) {
        return new Tensor(
                Layouts.plain(Layouts.F32, place.length()),
                Storage.given((long) place.length() * Float.BYTES, buffer.at(place.from())));
    }

    /** Where the only reader of a value is this array: the place to write it to, in plain order. */
    @Nullable
    Tensor target(Value value) {
        AdditiveParts.Place place = parts.onlyPlace(value, readers);
        if (place == null) {
            return null;
        }
        return targets.computeIfAbsent(
                value,
                v -> tensor(place).as(Layouts.plain(Layouts.F32, graph.type(v).shape())));
    }
}
