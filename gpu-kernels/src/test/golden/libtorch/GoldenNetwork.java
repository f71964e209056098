import java.io.IOException;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** The network of {@code GoldenNetworkContract}. */
public final class GoldenNetwork extends Golden {

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

    @Override
    Tensor loss() {
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
        x = linear("dense2", torch.relu(linear("dense1", x)));
        return torch.cross_entropy_loss(x, classes);
    }

    public static void main(String[] arguments) throws IOException {
        write(arguments[0], GoldenNetwork::new);
    }
}
