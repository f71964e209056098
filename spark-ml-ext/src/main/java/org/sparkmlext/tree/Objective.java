package org.sparkmlext.tree;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.tree.PointwiseLoss;
import org.sparkmlext.kernels.tree.RowMetric;

/**
 * What a boosted model minimises: a loss of one or several raw scores a row (its outputs), the link that turns raw scores
 * into predictions, and the metrics that are reported.
 *
 * @param kind which objective
 * @param parameters Huber's delta, the quantile levels (one output each), Tweedie's variance power; empty for all others
 * @param custom the user's own loss, for {@link Kind#CUSTOM} only
 */
public record Objective(
        Kind kind, List<Double> parameters, @Nullable CustomObjective custom) implements Serializable {

    /** The objectives, by the value of the Param {@code objective}. */
    public enum Kind {
        /** {@link #LOGISTIC} where the labels are of two classes, {@link #SOFTMAX} where they are of more. */
        AUTO(Link.SIGMOID),
        /** Log-loss of two classes. */
        LOGISTIC(Link.SIGMOID),
        /** Cross-entropy of several classes, one output each. */
        SOFTMAX(Link.SOFTMAX),
        /** Squared error: predicts the mean. */
        SQUARED(Link.IDENTITY),
        /** Absolute error: predicts the median. */
        ABSOLUTE(Link.IDENTITY),
        /** Huber's loss: squared near 0, absolute beyond delta. */
        HUBER(Link.IDENTITY),
        /** Pinball loss: predicts quantiles, one output a level. */
        QUANTILE(Link.IDENTITY),
        /** Poisson deviance of counts, log link. */
        POISSON(Link.EXP),
        /** Gamma deviance of positive labels, log link. */
        GAMMA(Link.EXP),
        /** Tweedie deviance of labels that are 0 or positive, log link. */
        TWEEDIE(Link.EXP),
        /** A user's own loss of one output. */
        CUSTOM(Link.IDENTITY);

        private final Link link;

        Kind(Link link) {
            this.link = link;
        }

        /** What turns raw scores into predictions. */
        public Link link() {
            return link;
        }

        /** The value of the Param. */
        public String paramValue() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** See {@link Objective#metricNames}. */
        public List<String> metricNames() {
            return switch (this) {
                case AUTO, LOGISTIC -> List.of("logloss", "error", "auc", "prauc");
                case SOFTMAX -> List.of("logloss", "error");
                case SQUARED -> List.of("rmse", "mae");
                case ABSOLUTE -> List.of("mae", "rmse");
                case HUBER -> List.of("huber", "rmse", "mae");
                case QUANTILE -> List.of("pinball");
                case POISSON -> List.of("poisson-deviance");
                case GAMMA -> List.of("gamma-deviance");
                case TWEEDIE -> List.of("tweedie-deviance");
                case CUSTOM -> List.of();
            };
        }

        /** The kind of a Param's value. */
        public static Kind of(String paramValue) {
            return Arrays.stream(values())
                    .filter(kind -> kind.paramValue().equals(paramValue))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("objective is '" + paramValue + "'; allowed: "
                            + Arrays.stream(values()).map(Kind::paramValue).collect(Collectors.joining(", "))));
        }
    }

    public Objective {
        parameters = List.copyOf(parameters);
        if ((kind == Kind.CUSTOM) != (custom != null)) {
            throw new IllegalArgumentException("objective " + kind.paramValue()
                    + (custom == null ? " needs a user's own loss" : " takes no loss of a user's own"));
        }
        int needed = kind == Kind.HUBER || kind == Kind.TWEEDIE ? 1 : 0;
        boolean isFitting = kind == Kind.QUANTILE ? !parameters.isEmpty() : parameters.size() == needed;
        if (!isFitting) {
            throw new IllegalArgumentException("objective " + kind.paramValue() + " has the parameters " + parameters
                    + "; needed: " + (kind == Kind.QUANTILE ? "at least one level" : needed));
        }
    }

    /** An objective without parameters. */
    public static Objective of(Kind kind) {
        return new Objective(kind, List.of(), null);
    }

    /** An objective with parameters. */
    public static Objective of(Kind kind, List<Double> parameters) {
        return new Objective(kind, parameters, null);
    }

    /** A user's own loss. */
    public static Objective custom(CustomObjective custom) {
        return new Objective(Kind.CUSTOM, List.of(), custom);
    }

    /** What {@link Kind#AUTO} means for so many classes; all others mean themselves. */
    public Objective resolved(int numClasses) {
        return kind == Kind.AUTO ? of(numClasses > 2 ? Kind.SOFTMAX : Kind.LOGISTIC) : this;
    }

    /** Whether labels are class indices. */
    boolean isOfClasses() {
        return kind == Kind.AUTO || kind == Kind.LOGISTIC || kind == Kind.SOFTMAX;
    }

    /** Raw scores a row; {@code numClasses} counts for {@link Kind#SOFTMAX} only. */
    public int numOutputs(int numClasses) {
        return switch (kind) {
            case SOFTMAX -> numClasses;
            case AUTO -> resolved(numClasses).numOutputs(numClasses);
            case QUANTILE -> parameters.size();
            default -> 1;
        };
    }

    /** Names that {@code validationMetric} may have, the loss first; a user's own metric not among them. */
    public List<String> metricNames() {
        return kind.metricNames();
    }

    /** The groups of outputs, in order. */
    List<OutputGroup> groups(int numOutputs) {
        if (kind == Kind.QUANTILE) {
            return IntStream.range(0, numOutputs)
                    .mapToObj(i -> level(i, parameters.get(i)))
                    .toList();
        }
        return List.of(new OutputGroup(0, numOutputs, loss(), metrics()));
    }

    private static OutputGroup level(int output, double level) {
        NamedMetric pinball = new NamedMetric("pinball-" + level, new RowMetric(RowMetric.Kind.PINBALL, level));
        return new OutputGroup(output, 1, PointwiseLoss.quantile(level), List.of(pinball));
    }

    private @Nullable PointwiseLoss loss() {
        return switch (kind) {
            case LOGISTIC -> PointwiseLoss.logistic();
            case SOFTMAX -> PointwiseLoss.softmax();
            case SQUARED -> PointwiseLoss.squared();
            case ABSOLUTE -> PointwiseLoss.absolute();
            case HUBER -> PointwiseLoss.huber(parameters.get(0));
            case POISSON -> PointwiseLoss.poisson();
            case GAMMA -> PointwiseLoss.gamma();
            case TWEEDIE -> PointwiseLoss.tweedie(parameters.get(0));
            case AUTO, QUANTILE, CUSTOM -> null;
        };
    }

    private List<NamedMetric> metrics() {
        NamedMetric rmse = NamedMetric.of("rmse", RowMetric.Kind.SQUARED_ERROR);
        NamedMetric mae = NamedMetric.of("mae", RowMetric.Kind.ABSOLUTE_ERROR);
        return switch (kind) {
            case LOGISTIC ->
                List.of(
                        NamedMetric.of("logloss", RowMetric.Kind.LOGLOSS),
                        NamedMetric.of("error", RowMetric.Kind.ERROR));
            case SOFTMAX ->
                List.of(
                        NamedMetric.of("logloss", RowMetric.Kind.MULTI_LOGLOSS),
                        NamedMetric.of("error", RowMetric.Kind.MULTI_ERROR));
            case SQUARED -> List.of(rmse, mae);
            case ABSOLUTE -> List.of(mae, rmse);
            case HUBER ->
                List.of(new NamedMetric("huber", new RowMetric(RowMetric.Kind.HUBER, parameters.get(0))), rmse, mae);
            case POISSON -> List.of(NamedMetric.of("poisson-deviance", RowMetric.Kind.POISSON_DEVIANCE));
            case GAMMA -> List.of(NamedMetric.of("gamma-deviance", RowMetric.Kind.GAMMA_DEVIANCE));
            case TWEEDIE ->
                List.of(new NamedMetric(
                        "tweedie-deviance", new RowMetric(RowMetric.Kind.TWEEDIE_DEVIANCE, parameters.get(0))));
            case AUTO, QUANTILE, CUSTOM -> List.of();
        };
    }
}
