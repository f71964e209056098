import java.io.IOException;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** The self-attention of {@code GoldenAttentionContract}. */
public final class GoldenAttention extends Golden {

    private static final int ROWS = 8;
    private static final int STEPS = 5;
    private static final int FEATURES = 6;
    private static final int HEADS = 2;
    private static final double EPSILON = 1e-5;
    private static final int[] LENGTHS = {5, 3, 1, 4, 5, 2, 3, 5};

    private final Tensor sequences =
            Tensor.create(numbers(1, ROWS * STEPS * FEATURES, 4), ROWS, STEPS, FEATURES);
    private final Tensor targets = Tensor.create(numbers(2, ROWS * 2, 2), ROWS, 2);
    private final Tensor places = Tensor.create(places(), 1, STEPS, FEATURES);
    /** Added to scores: steps behind the end of a row are no keys. */
    private final Tensor mask = Tensor.create(ofSteps(0, Double.NEGATIVE_INFINITY), ROWS, 1, 1, STEPS);
    private final Tensor isStep = Tensor.create(ofSteps(1, 0), ROWS, STEPS, 1);
    private final Tensor lengths = Tensor.create(doubles(LENGTHS), ROWS, 1);

    private GoldenAttention() {
        parameter("norm1.scale", 3, 0.5, 1, FEATURES);
        parameter("norm1.shift", 4, 0.5, 0, FEATURES);
        dense("attention.query", 5, FEATURES);
        dense("attention.key", 7, FEATURES);
        dense("attention.value", 9, FEATURES);
        dense("attention.output", 11, FEATURES);
        parameter("norm2.scale", 13, 0.5, 1, FEATURES);
        parameter("norm2.shift", 14, 0.5, 0, FEATURES);
        dense("output", 15, 2);
    }

    private void dense(String name, int stream, int units) {
        parameter(name + ".weights", stream, 2, 0, units, FEATURES);
        parameter(name + ".bias", stream + 1, 0.5, 0, units);
    }

    /** The waves of Vaswani et al. 2017. */
    private static double[] places() {
        double[] places = new double[STEPS * FEATURES];
        for (int t = 0; t < STEPS; t++) {
            for (int k = 0; k < FEATURES; k += 2) {
                double angle = t * Math.exp(-Math.log(10_000) * k / FEATURES);
                places[t * FEATURES + k] = Math.sin(angle);
                places[t * FEATURES + k + 1] = Math.cos(angle);
            }
        }
        return places;
    }

    private static double[] ofSteps(double within, double behind) {
        double[] values = new double[ROWS * STEPS];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % STEPS < LENGTHS[i / STEPS] ? within : behind;
        }
        return values;
    }

    private static double[] doubles(int[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }

    private Tensor norm(String name, Tensor x) {
        return torch.layer_norm(
                x, new long[] {FEATURES}, optional(name + ".scale"), optional(name + ".shift"), EPSILON, false);
    }

    /** Rows x heads x steps x features of a head. */
    private Tensor heads(String name, Tensor x) {
        return linear(name, x).reshape(ROWS, STEPS, HEADS, FEATURES / HEADS).transpose(1, 2);
    }

    @Override
    Tensor loss() {
        Tensor x = sequences.add(places);
        Tensor normed = norm("norm1", x);
        Tensor attended = torch.scaled_dot_product_attention(
                        heads("attention.query", normed),
                        heads("attention.key", normed),
                        heads("attention.value", normed),
                        new TensorOptional(mask),
                        0,
                        false,
                        new DoubleOptional(),
                        false)
                .transpose(1, 2)
                .reshape(ROWS, STEPS, FEATURES);
        x = norm("norm2", linear("attention.output", attended).add(x));
        return torch.mse_loss(linear("output", x.mul(isStep).sum(1).div(lengths)), targets);
    }

    public static void main(String[] arguments) throws IOException {
        write(arguments[0], GoldenAttention::new);
    }
}
