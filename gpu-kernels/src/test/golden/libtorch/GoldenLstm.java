import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
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
 * Gradients and ten losses of the LSTMs of {@code GoldenLstmContract}, by libtorch in float64. Its numbers come from {@link #number},
 * which the test has too.
 */
public final class GoldenLstm {

    private static final int STEPS = 10;

    private final Map<String, Tensor> parameters = new LinkedHashMap<>();
    private final Tensor sequences = Tensor.create(numbers(1, 8 * 6 * 3, 4), 8, 6, 3);
    private final Tensor targets = Tensor.create(numbers(2, 8 * 2, 2), 8, 2);
    private final Tensor isLast = Tensor.create(isLast(6, 4, 1, 5, 6, 2, 3, 6), 8, 6, 1);

    private GoldenLstm() {
        parameter("lstm1.weights", 3, 1, 20, 3);
        parameter("lstm1.recurrent", 4, 1, 20, 5);
        parameter("lstm1.bias", 5, 0.5, 20);
        parameter("lstm2.weights", 6, 1, 16, 5);
        parameter("lstm2.recurrent", 7, 1, 16, 4);
        parameter("lstm2.bias", 8, 0.5, 16);
        parameter("dense.weights", 9, 1, 2, 4);
        parameter("dense.bias", 10, 0.5, 2);
    }

    /** 1 at the last step of each row. */
    private static double[] isLast(int... lengths) {
        double[] isLast = new double[lengths.length * 6];
        for (int i = 0; i < lengths.length; i++) {
            isLast[i * 6 + lengths[i] - 1] = 1;
        }
        return isLast;
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

    private void parameter(String name, int stream, double scale, long... sizes) {
        int length = 1;
        for (long size : sizes) {
            length *= (int) size;
        }
        double[] numbers = numbers(stream, length, scale);
        Tensor tensor = Tensor.create(numbers, sizes);
        tensor.set_requires_grad(true);
        parameters.put(name, tensor);
    }

    /** An LSTM over all steps: what comes after a row's last step does not change it. */
    private Tensor lstm(Tensor x, String name, long units) {
        Tensor zeros = Tensor.create(new double[(int) (8 * units)], 1, 8, units);
        // Its second bias stays 0, the first is all of it.
        Tensor noBias = Tensor.create(new double[(int) (4 * units)], 4 * units);
        TensorVector weights = new TensorVector(
                parameters.get(name + ".weights"),
                parameters.get(name + ".recurrent"),
                parameters.get(name + ".bias"),
                noBias);
        return torch.lstm(x, new TensorVector(zeros, zeros), weights, true, 1, 0, true, false, true)
                .get0();
    }

    private Tensor loss() {
        Tensor x = lstm(lstm(sequences, "lstm1", 5), "lstm2", 4).mul(isLast).sum(1);
        return torch.mse_loss(
                torch.linear(x, parameters.get("dense.weights"), new TensorOptional(parameters.get("dense.bias"))),
                targets);
    }

    private TensorVector all() {
        TensorVector all = new TensorVector();
        parameters.values().forEach(all::push_back);
        return all;
    }

    private static double[] losses(GoldenLstm network, Optimizer optimizer) {
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
            GoldenLstm network = new GoldenLstm();
            network.loss().backward();
            network.parameters.forEach((name, tensor) -> {
                double[] gradient = new double[(int) tensor.numel()];
                tensor.grad().contiguous().data_ptr_double().get(gradient);
                out.println(line("gradient of " + name, gradient));
            });
            GoldenLstm descending = new GoldenLstm();
            SGDOptions sgd = new SGDOptions(0.05);
            sgd.momentum().put(0.9);
            out.println(line("losses by sgd", losses(descending, new SGD(descending.all(), sgd))));
            GoldenLstm adaptive = new GoldenLstm();
            out.println(line(
                    "losses by adam", losses(adaptive, new Adam(adaptive.all(), new AdamOptions(0.01)))));
        }
        System.exit(0);
    }
}
