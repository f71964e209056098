package org.sparkmlext.net;

import org.sparkmlext.kernels.graph.LossFunction;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.UpdateRule;

/** Settings of a run, one changed at a time. */
record LoopSettings(NetworkSettings all) {

    static LoopSettings of(Architecture network) {
        return new LoopSettings(new NetworkSettings(
                network.toJson(),
                new LossFunction.CrossEntropy(0, 0),
                new UpdateRule.Adam(0.9f, 0.999f, 1e-8f, 0, false),
                0.01f,
                "constant",
                32,
                4,
                Precision.FLOAT32,
                Float.POSITIVE_INFINITY,
                Float.POSITIVE_INFINITY,
                "",
                "loss",
                0,
                false,
                "",
                new byte[0],
                false,
                42));
    }

    LoopSettings augmentation(String text) {
        return new LoopSettings(new NetworkSettings(
                all.network(),
                all.loss(),
                all.rule(),
                all.learningRate(),
                all.schedule(),
                all.batchSize(),
                all.maxEpochs(),
                all.precision(),
                all.clipValue(),
                all.clipNorm(),
                text,
                all.validationMetric(),
                all.earlyStoppingRounds(),
                all.keepsBest(),
                all.freezeUntil(),
                all.initialModel(),
                all.standardises(),
                all.seed()));
    }

    LoopSettings epochs(int epochs) {
        return with(
                all.rule(),
                all.learningRate(),
                all.schedule(),
                all.batchSize(),
                epochs,
                all.earlyStoppingRounds(),
                all.keepsBest(),
                all.freezeUntil(),
                all.initialModel());
    }

    LoopSettings batch(int rows) {
        return with(
                all.rule(),
                all.learningRate(),
                all.schedule(),
                rows,
                all.maxEpochs(),
                all.earlyStoppingRounds(),
                all.keepsBest(),
                all.freezeUntil(),
                all.initialModel());
    }

    LoopSettings rate(float rate) {
        return with(
                all.rule(),
                rate,
                all.schedule(),
                all.batchSize(),
                all.maxEpochs(),
                all.earlyStoppingRounds(),
                all.keepsBest(),
                all.freezeUntil(),
                all.initialModel());
    }

    LoopSettings rule(UpdateRule rule) {
        return with(
                rule,
                all.learningRate(),
                all.schedule(),
                all.batchSize(),
                all.maxEpochs(),
                all.earlyStoppingRounds(),
                all.keepsBest(),
                all.freezeUntil(),
                all.initialModel());
    }

    LoopSettings schedule(String schedule) {
        return with(
                all.rule(),
                all.learningRate(),
                schedule,
                all.batchSize(),
                all.maxEpochs(),
                all.earlyStoppingRounds(),
                all.keepsBest(),
                all.freezeUntil(),
                all.initialModel());
    }

    LoopSettings stopping(int rounds, boolean keepsBest) {
        return with(
                all.rule(),
                all.learningRate(),
                all.schedule(),
                all.batchSize(),
                all.maxEpochs(),
                rounds,
                keepsBest,
                all.freezeUntil(),
                all.initialModel());
    }

    LoopSettings from(byte[] model, String freezeUntil) {
        return with(
                all.rule(),
                all.learningRate(),
                all.schedule(),
                all.batchSize(),
                all.maxEpochs(),
                all.earlyStoppingRounds(),
                all.keepsBest(),
                freezeUntil,
                model);
    }

    private LoopSettings with(
            UpdateRule rule,
            float rate,
            String schedule,
            int batch,
            int epochs,
            int stopping,
            boolean keepsBest,
            String freezeUntil,
            byte[] initial) {
        return new LoopSettings(new NetworkSettings(
                all.network(),
                all.loss(),
                rule,
                rate,
                schedule,
                batch,
                epochs,
                all.precision(),
                all.clipValue(),
                all.clipNorm(),
                all.augmentation(),
                all.validationMetric(),
                stopping,
                keepsBest,
                freezeUntil,
                initial,
                all.standardises(),
                all.seed()));
    }

    NetworkAlgorithm algorithm() {
        return new NetworkAlgorithm(all);
    }
}
