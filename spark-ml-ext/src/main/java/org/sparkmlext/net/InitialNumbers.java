package org.sparkmlext.net;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.sparkmlext.kernels.graph.FlatLayout;
import org.sparkmlext.kernels.graph.ModelLayout;

/** Takes numbers of an earlier model over where name and shape agree, for training that goes on or starts from another task's model. */
final class InitialNumbers {

    private InitialNumbers() {}

    /**
     * Overwrites what the model has too; the rest, a new last layer for example, stays as it is.
     *
     * @throws IllegalArgumentException if nothing agrees; the message lists both sides
     */
    static void take(NetworkModel model, ModelLayout layout, float[] parameters, float[] state) {
        ModelLayout theirs = new NetworkGraphs(model.architecture()).layout();
        int taken = take(theirs.parameters(), model.parameters(), layout.parameters(), parameters);
        take(theirs.state(), model.state(), layout.state(), state);
        if (taken == 0) {
            throw new IllegalArgumentException(
                    "no parameter of initialModel has name and shape of one of the network; it has "
                            + describe(theirs.parameters()) + ", the network " + describe(layout.parameters()));
        }
    }

    private static int take(FlatLayout from, float[] theirs, FlatLayout to, float[] ours) {
        Map<String, FlatLayout.Entry> known =
                from.entries().stream().collect(Collectors.toMap(FlatLayout.Entry::name, e -> e));
        int taken = 0;
        for (FlatLayout.Entry entry : to.entries()) {
            FlatLayout.Entry same = known.get(entry.name());
            if (same != null && same.shape().equals(entry.shape())) {
                System.arraycopy(
                        theirs,
                        same.offset(),
                        ours,
                        entry.offset(),
                        entry.shape().elements());
                taken++;
            }
        }
        return taken;
    }

    private static List<String> describe(FlatLayout layout) {
        return layout.entries().stream().map(e -> e.name() + " " + e.shape()).toList();
    }
}
