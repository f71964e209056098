package org.sparkmlext.net;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.collective.Collective;

/**
 * Standardises a network's sequences, and its targets where they are numbers, by the training rows of all ranks. A network that starts
 * from a model's numbers takes that model's means and deviations, under which they were learnt, where it has as many features and targets.
 */
final class StandardisedNetwork {

    private final NetworkRows rows;
    private final Collective collective;
    private final @Nullable Architecture before;

    private StandardisedNetwork(NetworkSettings settings, NetworkRows rows, Collective collective) {
        this.rows = rows;
        this.collective = collective;
        this.before = initial(settings);
    }

    private static @Nullable Architecture initial(NetworkSettings settings) {
        if (settings.initialModel().length == 0) {
            return null;
        }
        try {
            return NetworkCodec.read(new ByteArrayInputStream(settings.initialModel()))
                    .architecture();
        } catch (IOException e) {
            throw new IllegalArgumentException("initialModel cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * The network with means and deviations. Collective.
     *
     * @param architecture as it is trained, its input having a number of steps
     * @param rows training rows of this rank
     */
    static Architecture of(
            Architecture architecture, NetworkSettings settings, NetworkRows rows, Collective collective) {
        if (!settings.standardises()) {
            return architecture;
        }
        StandardisedNetwork standardised = new StandardisedNetwork(settings, rows, collective);
        Architecture network = architecture;
        if (network.input() instanceof SequenceInput input
                && input.standardisation().isNone()) {
            network = network.withInput(input.standardised(standardised.ofInputs(input)));
        }
        return settings.loss().hasClassTarget() || !network.targets().isNone()
                ? network
                : network.withTargets(standardised.ofTargets(network.input().standardisation()));
    }

    private Standardisation ofInputs(SequenceInput input) {
        int features = input.features();
        if (before != null && before.input().standardisation().mean().size() == features) {
            return before.input().standardisation();
        }
        return TrainingStatistics.of(
                features,
                visitor -> {
                    float[] row = new float[input.steps() * features];
                    float[] step = new float[features];
                    for (int r = 0; r < rows.numRows(); r++) {
                        rows.copyFloats(r, row, 0, row.length);
                        for (int s = 0; s < rows.length(r); s++) {
                            System.arraycopy(row, s * features, step, 0, features);
                            visitor.visit(step);
                        }
                    }
                },
                collective);
    }

    /** A target that is a later value of a feature is standardised as that is: normalised windows speak of both in one unit. */
    private Standardisation ofTargets(Standardisation inputs) {
        long[] most = {rows.numTargets()};
        collective.max(most, 0, 1);
        int targets = Math.toIntExact(most[0]);
        if (before != null && before.targets().mean().size() == targets) {
            return before.targets();
        }
        Standardisation own = TrainingStatistics.of(
                targets,
                visitor -> {
                    float[] row = new float[targets];
                    for (int r = 0; r < rows.numRows(); r++) {
                        rows.copyTargets(r, row, 0);
                        visitor.visit(row);
                    }
                },
                collective);
        long[] features = new long[targets];
        Arrays.setAll(features, target -> target < rows.numTargets() ? rows.featureOf(target) : -1);
        collective.max(features, 0, targets);
        List<Float> mean = new ArrayList<>(own.mean());
        List<Float> deviation = new ArrayList<>(own.deviation());
        for (int target = 0; target < targets; target++) {
            if (features[target] >= 0 && !inputs.isNone()) {
                mean.set(target, inputs.mean().get((int) features[target]));
                deviation.set(target, inputs.deviation().get((int) features[target]));
            }
        }
        return new Standardisation(mean, deviation);
    }
}
