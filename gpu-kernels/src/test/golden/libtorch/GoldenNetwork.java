import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Optimizer;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Gradients and ten losses of the network of {@code GoldenNetworkContract}, by libtorch in float64. Its numbers come from {@link #number},
 * which the test has too.
 */
public final class GoldenNetwork {

    private static final int STEPS = 10;

    private final Map<String, Tensor> parameters = new LinkedHashMap<>();
    private final Tensor images = Tensor.create(numbers(1, 8 * 3 * 11 * 9, 4), 8, 3, 11, 9);
    private final Tensor classes = Tensor.create(new long[] {0, 3, 1, 4, 2, 2, 0, 3}, 8);

    private GoldenNetwork() {
        parameter("conv1.weights", 2, 1, 0, 6, 3, 3, 3);
        parameter("conv1.bias", 3, 0.5, 0, 6);
        parameter("norm.scale", 4, 0.5, 1, 6);
        parameter("norm.shift", 5, 0.5, 0, 6);
        parameter("conv2.weights", 6, 1, 0, 9, 2, 3, 3);
        parameter("conv2.bias", 7, 0.5, 0, 9);
        parameter("dense1.weights", 8, 1, 0, 12, 18);
        parameter("dense1.bias", 9, 0.5, 0, 12);
        parameter("dense2.weights", 10, 1, 0, 5, 12);
        parameter("dense2.bias", 11, 0.5, 0, 5);
    }

    /** Between -1/2 and 1/2, exact in float32. */
    static double number(int stream, int index) {
        long h = (index + 1) * 2654435761L + stream * 40503L * 65536;
        h ^= h >>> 13;
        h *= 0x9E3779B97F4A7C15L;
        return (h >>> 40 & 0xFFFF) / 65536.0 - 0.5;
    }

    private static double[] numbers(int stream, int length, double scale) {
        double[] numbers = new double[length];
        for (int i = 0; i < length; i++) {
            numbers[i] = scale * number(stream, i);
        }
        return numbers;
    }

    private void parameter(String name, int stream, double scale, double shift, long... sizes) {
        int length = 1;
        for (long size : sizes) {
            length *= (int) size;
        }
        double[] numbers = numbers(stream, length, scale);
        for (int i = 0; i < length; i++) {
            numbers[i] += shift;
        }
        Tensor tensor = Tensor.create(numbers, sizes);
        tensor.set_requires_grad(true);
        parameters.put(name, tensor);
    }

    private TensorOptional optional(String name) {
        return new TensorOptional(parameters.get(name));
    }

    private Tensor loss() {
        long[] one = {1, 1};
        long[] two = {2, 2};
        long[] none = {0, 0};
        Tensor x = torch.conv2d(images, parameters.get("conv1.weights"), optional("conv1.bias"), one, one, one, 1);
        x = torch.batch_norm(
                x,
                optional("norm.scale"),
                optional("norm.shift"),
                new TensorOptional(),
                new TensorOptional(),
                true,
                0.1,
                1e-3,
                false);
        x = torch.max_pool2d(torch.relu(x), two, two, none, one, false);
        x = torch.conv2d(x, parameters.get("conv2.weights"), optional("conv2.bias"), two, one, one, 3);
        x = torch.avg_pool2d(x, two, one, none, false, true, new LongOptional()).flatten(1, -1);
        x = torch.relu(torch.linear(x, parameters.get("dense1.weights"), optional("dense1.bias")));
        x = torch.linear(x, parameters.get("dense2.weights"), optional("dense2.bias"));
        return torch.cross_entropy_loss(x, classes);
    }

    private TensorVector all() {
        TensorVector all = new TensorVector();
        parameters.values().forEach(all::push_back);
        return all;
    }

    private static double[] losses(GoldenNetwork network, Optimizer optimizer) {
        double[] losses = new double[STEPS];
        for (int step = 0; step < STEPS; step++) {
            optimizer.zero_grad();
            Tensor loss = network.loss();
            losses[step] = loss.item_double();
            loss.backward();
            optimizer.step();
        }
        return losses;
    }

    private static String line(String name, double[] values) {
        StringBuilder line = new StringBuilder(name);
        for (double value : values) {
            line.append(',').append(String.format(Locale.ROOT, "%.9g", value));
        }
        return line.toString();
    }

    public static void main(String[] arguments) throws IOException {
        torch.set_num_threads(1);
        try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(Path.of(arguments[0])))) {
            GoldenNetwork network = new GoldenNetwork();
            network.loss().backward();
            network.parameters.forEach((name, tensor) -> {
                double[] gradient = new double[(int) tensor.numel()];
                tensor.grad().contiguous().data_ptr_double().get(gradient);
                out.println(line("gradient of " + name, gradient));
            });
            GoldenNetwork descending = new GoldenNetwork();
            SGDOptions sgd = new SGDOptions(0.05);
            sgd.momentum().put(0.9);
            out.println(line("losses by sgd", losses(descending, new SGD(descending.all(), sgd))));
            GoldenNetwork adaptive = new GoldenNetwork();
            out.println(line(
                    "losses by adam", losses(adaptive, new Adam(adaptive.all(), new AdamOptions(0.01)))));
        }
        System.exit(0);
    }
}
