package org.sparkmlext.peers;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.sparkmlext.jobs.bench.RunArguments;
import org.sparkmlext.jobs.bench.RunReport;
import org.sparkmlext.jobs.bench.StepClock;

/**
 * Steps of training (forward, backward, Adam) on a batch held in memory, by libtorch's C++ front end. Arguments: {@code network batch
 * threads layout=contiguous|channels_last precision=float32|bfloat16 warm seconds}; bfloat16 is autocast, as PyTorch's users have it.
 */
public final class TorchRun {
    private static final double LEARNING_RATE = 1e-3;
    private static final int CLASSES = 10;

    private TorchRun() {}

    public static void main(String[] args) throws Exception {
        RunArguments arguments = new RunArguments(args);
        String network = arguments.text("network");
        boolean isChannelsLast = arguments.text("layout").equals("channels_last");
        boolean isBfloat16 = arguments.text("precision").equals("bfloat16");
        int batch = arguments.number("batch");
        torch.set_num_threads(arguments.number("threads"));
        torch.manual_seed(1);
        boolean isSequence = network.equals(TorchSequences.NAME);
        TorchModel net = isSequence ? new TorchSequences(batch) : new TorchNetwork(network, isChannelsLast);
        Tensor rows = isSequence
                ? torch.randn(batch, TorchSequences.STEPS, TorchSequences.FEATURES)
                : network.equals("vgg-cifar") ? torch.randn(batch, 3, 32, 32) : torch.randn(batch, 1, 28, 28);
        Tensor x = isChannelsLast && !isSequence ? rows.contiguous(torch.MemoryFormat.ChannelsLast) : rows;
        Tensor labels = isSequence
                ? torch.randn(batch, 1)
                : torch.randint(
                        CLASSES,
                        new long[] {batch},
                        new TensorOptions().dtype(new ScalarTypeOptional(torch.ScalarType.Long)));
        Adam adam = new Adam(net.parameters(), new AdamOptions(LEARNING_RATE));
        float[] loss = new float[1];
        RunReport report = new RunReport(arguments.text("system"), network);
        StepClock.measure(arguments, batch, report, () -> {
            try (PointerScope scope = new PointerScope()) {
                adam.zero_grad();
                if (isBfloat16) {
                    autocast(true);
                }
                Tensor measured = net.loss(x, labels);
                if (isBfloat16) {
                    autocast(false);
                }
                measured.backward();
                adam.step();
                loss[0] = measured.item_float();
            }
        });
        report.put("loss", loss[0]).finish();
        // libtorch's own threads would keep the process alive.
        System.exit(0);
    }

    /** By reflection: the bindings of 2.7.1, which share this source, have no autocast. */
    private static void autocast(boolean isOn) throws ReflectiveOperationException {
        Object cpu = torch.DeviceType.CPU;
        if (isOn) {
            torch.class
                    .getMethod("set_autocast_dtype", torch.DeviceType.class, torch.ScalarType.class)
                    .invoke(null, cpu, torch.ScalarType.BFloat16);
        } else {
            torch.class.getMethod("clear_cache").invoke(null);
        }
        torch.class
                .getMethod("set_autocast_enabled", torch.DeviceType.class, boolean.class)
                .invoke(null, cpu, isOn);
    }
}
