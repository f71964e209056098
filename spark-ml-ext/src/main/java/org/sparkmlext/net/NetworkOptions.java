package org.sparkmlext.net;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.sparkmlext.kernels.graph.LossFunction;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.UpdateRule;

/**
 * How a network is trained, in texts and numbers as people set them; {@link #classes} and {@link #numbers} make settings of them.
 *
 * @param optimizer {@code adam}, {@code adamw}, {@code sgd} or {@code rmsprop}
 * @param momentum of {@code sgd}
 * @param weightDecay how much parameters shrink
 * @param learningRate rate of the schedule's start
 * @param schedule see {@link ScheduleText}
 * @param batchSize rows of an update over all ranks
 * @param maxEpochs most passes over the rows
 * @param precision {@code float32} or {@code bfloat16}
 * @param clipValue bound of each element of the gradient; 0 = none
 * @param clipNorm bound of the gradient's norm; 0 = none
 * @param validationMetric {@code loss}, of classes {@code accuracy}, of numbers {@code rmse} or {@code mae}
 * @param earlyStoppingRounds epochs without a better one; 0 = never stop early
 * @param freezeUntil layer up to which, itself included, nothing is trained; empty = everything is
 */
public record NetworkOptions(
        String optimizer,
        double momentum,
        double weightDecay,
        double learningRate,
        String schedule,
        int batchSize,
        int maxEpochs,
        String precision,
        double clipValue,
        double clipNorm,
        String validationMetric,
        int earlyStoppingRounds,
        String freezeUntil) {

    private static final float SMOOTHING = 0.99f;
    private static final float BETA1 = 0.9f;
    private static final float BETA2 = 0.999f;
    private static final float EPSILON = 1e-8f;

    /**
     * Settings for classes, by cross-entropy.
     *
     * @param labelSmoothing see {@link LossFunction.CrossEntropy}
     * @param focusing likewise
     * @param initialModel bytes of a model to start from; empty for none
     * @throws IllegalArgumentException if an option is unknown or out of bounds; the message says what is allowed
     */
    public NetworkSettings classes(
            Architecture network,
            double labelSmoothing,
            double focusing,
            String augmentation,
            byte[] initialModel,
            long seed) {
        LossFunction loss = new LossFunction.CrossEntropy((float) labelSmoothing, (float) focusing);
        return settings(network, loss, augmentation, initialModel, seed);
    }

    /**
     * Settings for numbers, one or several a row.
     *
     * @param loss {@code mse}, {@code mae}, {@code huber} or {@code quantile}
     * @param huberDelta see {@link LossFunction.Huber}; the others pay no attention
     * @param quantiles levels of the loss {@code quantile}; likewise
     * @param initialModel bytes of a model to start from; empty for none
     * @throws IllegalArgumentException if an option is unknown or out of bounds; the message says what is allowed
     */
    public NetworkSettings numbers(
            Architecture network,
            String loss,
            double huberDelta,
            double[] quantiles,
            String augmentation,
            byte[] initialModel,
            long seed) {
        LossFunction function = switch (loss) {
            case "mse" -> new LossFunction.SquaredError();
            case "mae" -> new LossFunction.AbsoluteError();
            case "huber" -> new LossFunction.Huber((float) huberDelta);
            case "quantile" -> new LossFunction.Quantile(levels(quantiles));
            default -> throw new IllegalArgumentException("loss is '" + loss + "'; allowed: mse, mae, huber, quantile");
        };
        return settings(network, function, augmentation, initialModel, seed);
    }

    private static List<Float> levels(double[] quantiles) {
        return Arrays.stream(quantiles).mapToObj(level -> (float) level).toList();
    }

    private NetworkSettings settings(
            Architecture network, LossFunction loss, String augmentation, byte[] initialModel, long seed) {
        return new NetworkSettings(
                network.toJson(),
                loss,
                rule(),
                (float) learningRate,
                schedule,
                batchSize,
                maxEpochs,
                precision(precision),
                bound(clipValue),
                bound(clipNorm),
                augmentation,
                validationMetric,
                earlyStoppingRounds,
                false,
                freezeUntil,
                initialModel,
                false,
                seed);
    }

    static Precision precision(String text) {
        return Precision.valueOf(text.toUpperCase(Locale.ROOT));
    }

    private static float bound(double value) {
        return value == 0 ? Float.POSITIVE_INFINITY : (float) value;
    }

    private UpdateRule rule() {
        float decay = (float) weightDecay;
        return switch (optimizer) {
            case "adam" -> new UpdateRule.Adam(BETA1, BETA2, EPSILON, decay, false);
            case "adamw" -> new UpdateRule.Adam(BETA1, BETA2, EPSILON, decay, true);
            case "rmsprop" -> new UpdateRule.RmsProp(SMOOTHING, EPSILON, decay);
            case "sgd" -> new UpdateRule.Sgd((float) momentum, false, decay);
            default ->
                throw new IllegalArgumentException(
                        "optimizer is '" + optimizer + "'; allowed: adam, adamw, sgd, rmsprop");
        };
    }
}
