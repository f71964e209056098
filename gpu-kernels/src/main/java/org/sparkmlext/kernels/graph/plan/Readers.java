package org.sparkmlext.kernels.graph.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Value;

/** Who reads the values of a graph; nodes of which nothing is read are left out. */
public final class Readers {

    private final Map<Value, List<Node>> readers = new HashMap<>();
    private final Set<Value> exported = new HashSet<>();
    private final Set<Integer> unused = new HashSet<>();

    public Readers(Graph graph) {
        exported.addAll(graph.outputs().values());
        exported.addAll(graph.gradients().values());
        exported.addAll(graph.statistics().values());
        exported.addAll(graph.sums().values());
        for (int i = graph.nodes().size() - 1; i >= 0; i--) {
            note(graph.nodes().get(i));
        }
    }

    private void note(Node node) {
        boolean isNeeded = false;
        for (int output = 0; output < node.types().size(); output++) {
            isNeeded |= isRead(node.output(output));
        }
        if (isNeeded) {
            node.inputs()
                    .forEach(input -> readers.computeIfAbsent(input, v -> new ArrayList<>())
                            .add(node));
        } else {
            unused.add(node.id());
        }
    }

    /** The nodes that read a value, last one first, one that reads it twice two times. */
    public List<Node> of(Value value) {
        return readers.getOrDefault(value, List.of());
    }

    /** The node that alone reads a value, once; null if there is none, or if the value is read outside the graph too. */
    public @Nullable Node sole(Value value) {
        List<Node> all = of(value);
        return all.size() == 1 && !isExported(value) ? all.get(0) : null;
    }

    /** Whether the value is read outside the graph. */
    public boolean isExported(Value value) {
        return exported.contains(value);
    }

    /** Whether anyone reads the value. */
    public boolean isRead(Value value) {
        return isExported(value) || !of(value).isEmpty();
    }

    /** Whether nothing of a node is read, so that it need not be computed. */
    public boolean isUnused(Node node) {
        return unused.contains(node.id());
    }
}
