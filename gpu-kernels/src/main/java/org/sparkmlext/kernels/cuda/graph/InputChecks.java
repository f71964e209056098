package org.sparkmlext.kernels.cuda.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.cuda.device.CudaDevice;
import org.sparkmlext.kernels.cuda.device.DeviceMemory;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Source;
import org.sparkmlext.kernels.graph.Value;

/**
 * Whole numbers among the inputs that must lie in a range, since memory is read by them: looked at on the device before a run computes
 * anything. The host waits for the answer only where a graph has such inputs.
 */
final class InputChecks {

    private final ProgramMemory memory;
    private final Graph graph;
    private final LaunchList launches;
    /** The first bad place of each check; of none the largest int. */
    private final Slot first;

    private final List<IntFunction<String>> messages = new ArrayList<>();
    private final Set<List<Object>> known = new HashSet<>();

    InputChecks(Graph graph, ProgramMemory memory, Set<Slot> planned) {
        this.graph = graph;
        this.memory = memory;
        launches = new LaunchList(planned);
        // No node asks for more than two.
        first = Slot.permanent(2L * graph.nodes().size() * Integer.BYTES);
    }

    /** Classes of rows that have a weight: 0 to {@code classes} - 1. */
    void classes(Node node, Value labels, Value weights, int classes) {
        if (known.add(List.of("classes", labels, weights, classes))) {
            Slot place = add(
                    node,
                    row -> "row " + row + " of the batch has class " + intAt(labels, row) + "; allowed are 0 to "
                            + (classes - 1));
            launches.each(
                    "objectives",
                    "check_classes",
                    graph.rows(),
                    memory.input(graph, labels),
                    memory.input(graph, weights),
                    classes,
                    place);
        }
    }

    /** Lengths of the sequences of a batch: 0 to {@code steps}. */
    void lengths(Node node, Value lengths, int steps) {
        if (known.add(List.of("lengths", lengths, steps))) {
            Slot place = add(
                    node,
                    row -> "row " + row + " of the batch has length " + intAt(lengths, row) + "; allowed are 0 to "
                            + steps);
            launches.each("sequences", "check_lengths", graph.rows(), memory.input(graph, lengths), steps, place);
        }
    }

    /** Ids of steps that rows have: whole numbers 0 to {@code vocabulary} - 1. */
    void ids(Node node, Value ids, @Nullable Value lengths, int vocabulary) {
        int steps = graph.type(ids).shape().size(1);
        Slot place = add(
                node,
                at -> "step " + at % steps + " of row " + at / steps + " of the batch has the id " + floatAt(ids, at)
                        + "; allowed are whole numbers 0 to " + (vocabulary - 1)
                        + ". Map what is unknown to 0, or widen the vocabulary.");
        launches.each(
                "sequences",
                "check_ids",
                graph.rows() * steps,
                memory.input(graph, ids),
                lengths == null ? null : memory.input(graph, lengths),
                steps,
                vocabulary,
                place);
    }

    private Slot add(Node node, IntFunction<String> message) {
        launches.begin(node);
        Slot place = first.from((long) messages.size() * Integer.BYTES);
        messages.add(at -> "layer '" + node.layer() + "': " + message.apply(at));
        return place;
    }

    private int intAt(Value input, int index) {
        int[] one = new int[1];
        memory.inputBuffer(((Source) graph.node(input).op()).name()).copyOut(index, one, 0, 1);
        return one[0];
    }

    private float floatAt(Value input, int index) {
        float[] one = new float[1];
        memory.inputBuffer(((Source) graph.node(input).op()).name()).copyOut(index, one, 0, 1);
        return one[0];
    }

    void bind(CudaDevice device, DeviceMemory arena) {
        launches.all().forEach(launch -> launch.bind(device, arena));
    }

    /** @throws IllegalArgumentException that names layer, row and number */
    void run(DeviceMemory arena) {
        if (messages.isEmpty()) {
            return;
        }
        int[] found = new int[messages.size()];
        Arrays.fill(found, Integer.MAX_VALUE);
        DeviceMemory places = first.memory(arena);
        places.copyIn(0, found, 0, found.length);
        launches.all().forEach(Launch::run);
        places.copyOut(0, found, 0, found.length);
        for (int i = 0; i < found.length; i++) {
            if (found[i] != Integer.MAX_VALUE) {
                throw new IllegalArgumentException(messages.get(i).apply(found[i]));
            }
        }
    }
}
