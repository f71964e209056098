package org.sparkmlext.kernels.graph;

import org.sparkmlext.kernels.Buffer;

/** The update rules from their formulas, in doubles; what is kept is rounded to floats once an update. */
final class ReferenceOptimizer implements Optimizer {

    private final UpdateSettings settings;
    private final ModelMemory model;
    private final Buffer slots;
    private boolean isClosed;

    ReferenceOptimizer(UpdateSettings settings, ModelMemory model, Buffer slots) {
        this.settings = settings;
        this.model = model;
        this.slots = slots;
    }

    @Override
    public double update(long step, float learningRate) {
        if (isClosed) {
            throw new IllegalStateException("the optimizer is closed");
        }
        ModelLayout layout = model.layout();
        double[] additive = Tensor.doubles(ReferenceGraphKernels.floats(model.additive()));
        double weight = additive[layout.sumAt(ModelLayout.WEIGHT)];
        if (weight == 0) {
            return 0;
        }
        int length = layout.parameters().length();
        double[] gradient = new double[length];
        double squares = 0;
        for (int i = settings.trainedFrom(); i < length; i++) {
            double mean = additive[i] / weight;
            gradient[i] = Math.min(Math.max(mean, -settings.clipValue()), settings.clipValue());
            squares += gradient[i] * gradient[i];
        }
        double norm = Math.sqrt(squares);
        if (!Double.isFinite(norm)) {
            return norm;
        }
        double scale = norm > settings.clipNorm() ? settings.clipNorm() / norm : 1;
        double[] parameters = Tensor.doubles(ReferenceGraphKernels.floats(model.parameters()));
        double[] kept = Tensor.doubles(ReferenceGraphKernels.floats(slots));
        for (int i = settings.trainedFrom(); i < length; i++) {
            parameters[i] = moved(parameters[i], gradient[i] * scale, kept, i, learningRate, step + 1);
        }
        double[] state = Tensor.doubles(ReferenceGraphKernels.floats(model.state()));
        for (int i = 0; i < state.length; i++) {
            double statistic = additive[layout.statisticsFrom() + i] / additive[layout.rowsAt()];
            state[i] += (1 - (double) settings.stateDecay()) * (statistic - state[i]);
        }
        write(model.parameters(), parameters);
        write(slots, kept);
        write(model.state(), state);
        return norm;
    }

    private double moved(double w, double gradient, double[] kept, int i, double rate, long t) {
        int length = model.layout().parameters().length();
        if (settings.rule() instanceof UpdateRule.Sgd sgd) {
            double g = gradient + sgd.weightDecay() * w;
            if (sgd.momentum() == 0) {
                return w - rate * g;
            }
            kept[i] = sgd.momentum() * kept[i] + g;
            return w - rate * (sgd.isNesterov() ? g + sgd.momentum() * kept[i] : kept[i]);
        }
        if (settings.rule() instanceof UpdateRule.RmsProp rule) {
            double g = gradient + rule.weightDecay() * w;
            kept[i] = rule.smoothing() * kept[i] + (1 - (double) rule.smoothing()) * g * g;
            return w - rate * g / (Math.sqrt(kept[i]) + rule.epsilon());
        }
        UpdateRule.Adam adam = (UpdateRule.Adam) settings.rule();
        double g = adam.isDecoupled() ? gradient : gradient + adam.weightDecay() * w;
        double start = adam.isDecoupled() ? w - rate * adam.weightDecay() * w : w;
        kept[i] = adam.beta1() * kept[i] + (1 - (double) adam.beta1()) * g;
        kept[length + i] = adam.beta2() * kept[length + i] + (1 - (double) adam.beta2()) * g * g;
        double m = kept[i] / (1 - Math.pow(adam.beta1(), t));
        double v = kept[length + i] / (1 - Math.pow(adam.beta2(), t));
        return start - rate * m / (Math.sqrt(v) + adam.epsilon());
    }

    private static void write(Buffer buffer, double[] values) {
        buffer.copyIn(0, Tensor.floats(values), 0, values.length);
    }

    @Override
    public Buffer slots() {
        return slots;
    }

    @Override
    public void close() {
        isClosed = true;
        slots.close();
    }
}
