import java.io.IOException;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** The LSTMs of {@code GoldenLstmContract}. */
public final class GoldenLstm extends Golden {

    private final Tensor sequences = Tensor.create(numbers(1, 8 * 6 * 3, 4), 8, 6, 3);
    private final Tensor targets = Tensor.create(numbers(2, 8 * 2, 2), 8, 2);
    private final Tensor isLast = Tensor.create(isLast(6, 4, 1, 5, 6, 2, 3, 6), 8, 6, 1);

    private GoldenLstm() {
        parameter("lstm1.weights", 3, 1, 0, 20, 3);
        parameter("lstm1.recurrent", 4, 1, 0, 20, 5);
        parameter("lstm1.bias", 5, 0.5, 0, 20);
        parameter("lstm2.weights", 6, 1, 0, 16, 5);
        parameter("lstm2.recurrent", 7, 1, 0, 16, 4);
        parameter("lstm2.bias", 8, 0.5, 0, 16);
        parameter("dense.weights", 9, 1, 0, 2, 4);
        parameter("dense.bias", 10, 0.5, 0, 2);
    }

    /** 1 at the last step of each row. */
    private static double[] isLast(int... lengths) {
        double[] isLast = new double[lengths.length * 6];
        for (int i = 0; i < lengths.length; i++) {
            isLast[i * 6 + lengths[i] - 1] = 1;
        }
        return isLast;
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

    @Override
    Tensor loss() {
        Tensor x = lstm(lstm(sequences, "lstm1", 5), "lstm2", 4).mul(isLast).sum(1);
        return torch.mse_loss(linear("dense", x), targets);
    }

    public static void main(String[] arguments) throws IOException {
        write(arguments[0], GoldenLstm::new);
    }
}
