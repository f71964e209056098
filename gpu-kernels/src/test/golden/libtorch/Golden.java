import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.Optimizer;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * A network in libtorch and float64, whose gradients and ten losses {@code GoldenContract} compares. Its numbers come from {@link #number},
 * which the test has too.
 */
abstract class Golden {

    private static final int STEPS = 10;

    final Map<String, Tensor> parameters = new LinkedHashMap<>();

    /** Between -1/2 and 1/2, exact in float32. */
    private static double number(int stream, int index) {
        long h = (index + 1) * 2654435761L + stream * 40503L * 65536;
        h ^= h >>> 13;
        h *= 0x9E3779B97F4A7C15L;
        return (h >>> 40 & 0xFFFF) / 65536.0 - 0.5;
    }

    static double[] numbers(int stream, int length, double scale) {
        double[] numbers = new double[length];
        for (int i = 0; i < length; i++) {
            numbers[i] = scale * number(stream, i);
        }
        return numbers;
    }

    final void parameter(String name, int stream, double scale, double shift, long... sizes) {
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

    final TensorOptional optional(String name) {
        return new TensorOptional(parameters.get(name));
    }

    /** The dense layer of that name. */
    final Tensor linear(String name, Tensor x) {
        return torch.linear(x, parameters.get(name + ".weights"), optional(name + ".bias"));
    }

    /** Mean over the rows. */
    abstract Tensor loss();

    private double[] losses(Optimizer optimizer) {
        double[] losses = new double[STEPS];
        for (int step = 0; step < STEPS; step++) {
            optimizer.zero_grad();
            Tensor loss = loss();
            losses[step] = loss.item_double();
            loss.backward();
            optimizer.step();
        }
        return losses;
    }

    private TensorVector all() {
        TensorVector all = new TensorVector();
        parameters.values().forEach(all::push_back);
        return all;
    }

    private static String line(String name, double[] values) {
        StringBuilder line = new StringBuilder(name);
        for (double value : values) {
            line.append(',').append(String.format(Locale.ROOT, "%.9g", value));
        }
        return line.toString();
    }

    /** Writes the file of a network, and ends the JVM. */
    static void write(String file, Supplier<Golden> networks) throws IOException {
        torch.set_num_threads(1);
        try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(Path.of(file)))) {
            Golden network = networks.get();
            network.loss().backward();
            network.parameters.forEach((name, tensor) -> {
                double[] gradient = new double[(int) tensor.numel()];
                tensor.grad().contiguous().data_ptr_double().get(gradient);
                out.println(line("gradient of " + name, gradient));
            });
            Golden descending = networks.get();
            SGDOptions sgd = new SGDOptions(0.05);
            sgd.momentum().put(0.9);
            out.println(line("losses by sgd", descending.losses(new SGD(descending.all(), sgd))));
            Golden adaptive = networks.get();
            out.println(line("losses by adam", adaptive.losses(new Adam(adaptive.all(), new AdamOptions(0.01)))));
        }
        System.exit(0);
    }
}
