package org.sparkmlext.kernels.graph.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.graph.FlatLayout;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.ModelLayout;
import org.sparkmlext.kernels.graph.Value;

/**
 * The array that is added over ranks, as a training graph fills it: which value goes where, and when which part of it is complete.
 *
 * <p>When a part is complete is told by the node after which it is, so graphs of one network agree on it whatever their batch size.
 */
public final class AdditiveParts {

    private final Graph graph;
    private final Map<Value, List<Place>> places = new HashMap<>();

    /** Where a value goes. @param factor what it is multiplied by */
    public record Place(int from, int length, float factor) {}

    /** A part that is complete after a node; -1 = from the start. */
    public record Part(int node, int from, int to) {}

    /** @param layout of the memory, which may have more sums than the graph */
    public AdditiveParts(Graph graph, ModelLayout layout) {
        this.graph = graph;
        if (!graph.isTraining()) {
            return;
        }
        graph.gradients().forEach((name, value) -> {
            FlatLayout.Entry entry = layout.parameters().entry(name);
            put(value, entry.offset(), entry.shape().elements(), 1);
        });
        graph.statistics().forEach((name, value) -> {
            FlatLayout.Entry entry = layout.state().entry(name);
            put(value, layout.statisticsFrom() + entry.offset(), entry.shape().elements(), graph.rows());
        });
        graph.sums().forEach((name, value) -> put(value, layout.sumAt(name), 1, 1));
    }

    private void put(Value value, int from, int length, float factor) {
        places.computeIfAbsent(value, v -> new ArrayList<>()).add(new Place(from, length, factor));
    }

    /** Places of a value that are to be filled when it is made. */
    public List<Place> places(Value value) {
        return places.getOrDefault(value, List.of());
    }

    /**
     * Where the only reader of a value is this array: the place it may be made at. Others would read it while it is summed over ranks.
     */
    public @Nullable Place onlyPlace(Value value, Readers readers) {
        List<Place> all = places(value);
        return all.size() == 1
                        && all.get(0).factor() == 1
                        && readers.of(value).isEmpty()
                        && !graph.outputs().containsValue(value)
                ? all.get(0)
                : null;
    }

    /** Parts that no value fills, from the start of a run: parameters that are not trained, and states nothing is measured for. */
    public List<Part> gaps(int length) {
        List<Part> gaps = new ArrayList<>();
        int end = 0;
        List<Place> sorted = new ArrayList<>();
        places.values().forEach(sorted::addAll);
        sorted.sort(Comparator.comparingInt(Place::from));
        for (Place place : sorted) {
            if (place.from() > end) {
                gaps.add(new Part(-1, end, place.from()));
            }
            end = place.from() + place.length();
        }
        if (end < length) {
            gaps.add(new Part(-1, end, length));
        }
        return gaps;
    }

    /** What of {@code [from, to)} no value fills. */
    public List<Part> gapsWithin(int from, int to) {
        return gaps(to).stream()
                .filter(gap -> gap.to() > from && gap.from() < to)
                .map(gap -> new Part(gap.node(), Math.max(gap.from(), from), Math.min(gap.to(), to)))
                .toList();
    }

    /** Parts in the order in which they are complete. */
    public List<Part> parts(int length) {
        List<Part> parts = gaps(length);
        places.forEach((value, all) ->
                all.forEach(place -> parts.add(new Part(value.node(), place.from(), place.from() + place.length()))));
        parts.sort(Comparator.comparingInt(Part::node).thenComparingInt(Part::from));
        return parts;
    }
}
