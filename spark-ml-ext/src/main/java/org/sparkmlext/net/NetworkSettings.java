package org.sparkmlext.net;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.ImageShape;
import org.sparkmlext.data.Sha256;
import org.sparkmlext.kernels.graph.LossFunction;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.UpdateRule;
import org.sparkmlext.net.augmentation.Augmentation;
import org.sparkmlext.net.augmentation.ImageAugmenter;

/**
 * All that decides how a network is trained. Immutable; carried to the ranks.
 *
 * @param network the network as JSON, its last layer having as many units as there are outputs
 * @param loss what is minimised
 * @param rule how gradients move parameters
 * @param learningRate rate of the schedule's start, above 0
 * @param schedule text of the {@link Schedule}
 * @param batchSize rows of an update over all ranks, at least 1
 * @param maxEpochs most passes over the training rows, at least 1
 * @param precision in what the network computes
 * @param clipValue bound of each element of the gradient; infinite = none
 * @param clipNorm bound of the gradient's norm; infinite = none
 * @param augmentation text of the augmentation, empty for none
 * @param validationMetric {@code loss}, of classes {@code accuracy}, of numbers {@code rmse} or {@code mae}: which metric, of the
 *     validation rows where there are any, says which epoch is the best
 * @param earlyStoppingRounds epochs without a better one after which training stops; 0 = never
 * @param keepsBest whether the result is the best epoch's model, else the last one's; with early stopping it is the best in any case
 * @param freezeUntil name of the layer up to which, itself included, nothing is trained; empty = everything is trained
 * @param initialModel a model to start from, as {@link NetworkCodec} writes it; empty to start from random numbers
 * @param standardises whether features of sequences, and targets that are numbers, are learnt standardised
 * @param seed of every random choice
 */
public record NetworkSettings(
        String network,
        LossFunction loss,
        UpdateRule rule,
        float learningRate,
        String schedule,
        int batchSize,
        int maxEpochs,
        Precision precision,
        float clipValue,
        float clipNorm,
        String augmentation,
        String validationMetric,
        int earlyStoppingRounds,
        boolean keepsBest,
        String freezeUntil,
        byte[] initialModel,
        boolean standardises,
        long seed)
        implements Serializable {

    public NetworkSettings {
        if (!(learningRate > 0 && learningRate < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("learningRate is " + learningRate + "; allowed: finite, above 0");
        }
        // A schedule that is no schedule is refused here, before any data is read.
        ScheduleText.parse(schedule);
        if (batchSize < 1) {
            throw new IllegalArgumentException("batchSize is " + batchSize + "; it must be at least 1");
        }
        if (maxEpochs < 1) {
            throw new IllegalArgumentException("maxEpochs is " + maxEpochs + "; it must be at least 1");
        }
        if (earlyStoppingRounds < 0) {
            throw new IllegalArgumentException(
                    "earlyStoppingRounds is " + earlyStoppingRounds + "; it must be at least 0 (0 = never stop early)");
        }
        List<String> metrics = SumsOverRows.metrics(loss);
        if (!metrics.contains(validationMetric)) {
            throw new IllegalArgumentException("validationMetric is '" + validationMetric + "'; allowed with the loss "
                    + loss + ": " + String.join(", ", metrics));
        }
    }

    /** Rows and targets as they come. */
    public NetworkSettings(
            String network,
            LossFunction loss,
            UpdateRule rule,
            float learningRate,
            String schedule,
            int batchSize,
            int maxEpochs,
            Precision precision,
            float clipValue,
            float clipNorm,
            String augmentation,
            String validationMetric,
            int earlyStoppingRounds,
            boolean keepsBest,
            String freezeUntil,
            byte[] initialModel,
            long seed) {
        this(
                network,
                loss,
                rule,
                learningRate,
                schedule,
                batchSize,
                maxEpochs,
                precision,
                clipValue,
                clipNorm,
                augmentation,
                validationMetric,
                earlyStoppingRounds,
                keepsBest,
                freezeUntil,
                initialModel,
                false,
                seed);
    }

    /** The same with standardisation, or without. */
    public NetworkSettings standardising(boolean changed) {
        return new NetworkSettings(
                network,
                loss,
                rule,
                learningRate,
                schedule,
                batchSize,
                maxEpochs,
                precision,
                clipValue,
                clipNorm,
                augmentation,
                validationMetric,
                earlyStoppingRounds,
                keepsBest,
                freezeUntil,
                initialModel,
                changed,
                seed);
    }

    /** Whether the result is the best epoch's model and not the last one's. */
    boolean choosesBest() {
        return keepsBest || earlyStoppingRounds > 0;
    }

    /**
     * What changes images while they are fed; null where nothing does.
     *
     * @throws IllegalArgumentException if rows are no images of bytes
     */
    @Nullable
    public ImageAugmenter augmenter(Architecture architecture) {
        Augmentation changes = Augmentation.parse(augmentation);
        if (changes.isNone()) {
            return null;
        }
        if (!(architecture.input() instanceof ImageInput image) || image.pixels() != ImageInput.Pixels.BYTE) {
            throw new IllegalArgumentException("augmentation is '" + augmentation + "', but the network's input is a "
                    + architecture.input().describe() + "; only images of bytes can be augmented");
        }
        return new ImageAugmenter(changes, new ImageShape(image.height(), image.width(), image.channels()));
    }

    /** All but {@code maxEpochs} by name, as text: equal for equal settings only. A run may go on for longer than was planned. */
    Map<String, String> described() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("network", network);
        all.put("loss", loss.toString());
        all.put("optimizer", rule.toString());
        all.put("learningRate", Float.toString(learningRate));
        all.put("schedule", schedule);
        all.put("batchSize", Integer.toString(batchSize));
        all.put("precision", precision.name().toLowerCase(Locale.ROOT));
        all.put("clipValue", Float.toString(clipValue));
        all.put("clipNorm", Float.toString(clipNorm));
        all.put("augmentation", augmentation);
        all.put("validationMetric", validationMetric);
        all.put("earlyStoppingRounds", Integer.toString(earlyStoppingRounds));
        all.put("keepsBest", Boolean.toString(keepsBest));
        all.put("freezeUntil", freezeUntil);
        all.put("initialModel", initialModel.length == 0 ? "" : "SHA-256 " + Sha256.hex(initialModel));
        if (standardises) {
            // Not where it is false: such settings are those of runs from before it was there.
            all.put("standardization", "true");
        }
        all.put("seed", Long.toString(seed));
        return all;
    }
}
