package org.sparkmlext.kernels.cuda.graph;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.cuda.device.CudaBuffer;
import org.sparkmlext.kernels.cuda.device.CudaDevice;
import org.sparkmlext.kernels.cuda.device.DeviceKernel.Grid;
import org.sparkmlext.kernels.cuda.device.DeviceMemory;
import org.sparkmlext.kernels.cuda.device.LaunchGraph;
import org.sparkmlext.kernels.graph.ModelLayout;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.kernels.graph.Optimizer;
import org.sparkmlext.kernels.graph.UpdateRule;
import org.sparkmlext.kernels.graph.UpdateSettings;

/**
 * The update, four launches over the flat arrays, recorded once; what changes from update to update is written to where they read it. The
 * host waits once, for the norm.
 */
final class CudaOptimizer implements Optimizer {

    private static final String FILE = "updates";
    private static final String REMEDY = "Take a smaller network";
    /** None can be loaded while launches are recorded. */
    private static final List<String> KERNELS =
            List.of("gradient_squares", "gradient_norm", "descend", "rms_prop", "adam", "follow_statistics");

    /** The most that a rule's kernel reads as {@code now}. */
    private static final int NOW = 3;

    private static final int THREADS = 256;
    /** Numbers of a block in the norm's sum, as in {@code updates.cu}. */
    private static final int PIECE = 4096;

    private final CudaDevice device;
    private final UpdateSettings settings;
    private final ModelLayout layout;
    private final CudaBuffer parameters;
    private final CudaBuffer state;
    private final CudaBuffer additive;
    private final CudaBuffer slots;
    /** Trained parameters. */
    private final int trained;
    /** The norm and the weight, then the squares of each piece: doubles. */
    private final DeviceMemory sums;
    /** What the rule's kernel reads that changes from update to update: floats. */
    private final DeviceMemory now;

    private @Nullable LaunchGraph recorded;
    private boolean isClosed;

    CudaOptimizer(CudaGraphKernels kernels, UpdateSettings settings, ModelMemory memory) {
        device = kernels.device();
        this.settings = settings;
        layout = memory.layout();
        parameters = kernels.own(memory.parameters(), "parameters");
        state = kernels.own(memory.state(), "state");
        additive = kernels.own(memory.additive(), "additive array");
        memory.requireFits(settings);
        int length = layout.parameters().length();
        trained = length - settings.trainedFrom();
        slots = kernels.floats(
                Math.multiplyExact(settings.rule().numSlots(), length), "what an optimiser keeps of the parameters");
        try {
            sums = device.allocate((2L + pieces()) * Double.BYTES, "a norm", REMEDY);
            try {
                now = device.allocate((long) NOW * Float.BYTES, "the numbers of an update", REMEDY);
            } catch (RuntimeException e) {
                device.free(sums);
                throw e;
            }
        } catch (RuntimeException e) {
            slots.close();
            throw e;
        }
    }

    private int pieces() {
        return (int) (((long) trained + PIECE - 1) / PIECE);
    }

    @Override
    public double update(long step, float learningRate) {
        parameters.requireOpen();
        state.requireOpen();
        additive.requireOpen();
        slots.requireOpen();
        LaunchGraph launches = recorded;
        if (launches == null) {
            launches = record();
            recorded = launches;
        }
        float[] values = now(learningRate, step + 1);
        now.copyIn(0, values, 0, values.length);
        launches.launch();
        long[] found = new long[2];
        sums.copyOut(0, found, 0, 2);
        return Double.longBitsToDouble(found[1]) == 0 ? 0 : Double.longBitsToDouble(found[0]);
    }

    private LaunchGraph record() {
        KERNELS.forEach(kernel -> device.kernel(FILE, kernel));
        return device.record(() -> {
            findNorm();
            if (trained > 0) {
                move();
            }
            if (layout.state().length() > 0) {
                launch(
                        "follow_statistics",
                        layout.state().length(),
                        state.memory(),
                        at(additive, layout.statisticsFrom()),
                        at(additive, layout.rowsAt()),
                        sums,
                        settings.stateDecay());
            }
        });
    }

    private void findNorm() {
        DeviceMemory weight = at(additive, layout.sumAt(ModelLayout.WEIGHT));
        DeviceMemory squares = sums.from(2L * Double.BYTES);
        if (pieces() > 0) {
            device.kernel(FILE, "gradient_squares")
                    .launch(
                            Grid.of(pieces(), THREADS),
                            at(additive, settings.trainedFrom()),
                            weight,
                            settings.clipValue(),
                            squares,
                            trained);
        }
        device.kernel(FILE, "gradient_norm").launch(Grid.of(1, THREADS), squares, weight, sums, pieces());
    }

    private static DeviceMemory at(CudaBuffer buffer, int index) {
        return buffer.memory().from((long) index * Float.BYTES);
    }

    /**
     * What the rule's kernel reads as {@code now}.
     *
     * @param t number of the update, from 1
     */
    private float[] now(float rate, long t) {
        if (settings.rule() instanceof UpdateRule.Adam adam) {
            return new float[] {
                adam.isDecoupled() ? 1 - rate * adam.weightDecay() : 1f,
                (float) (rate / (1 - Math.pow(adam.beta1(), t))),
                (float) (1 / (1 - Math.pow(adam.beta2(), t)))
            };
        }
        return new float[] {rate};
    }

    private void move() {
        if (settings.rule() instanceof UpdateRule.Sgd sgd) {
            move("descend", 1, List.of(sgd.momentum(), sgd.isNesterov() ? 1 : 0, sgd.weightDecay()));
        } else if (settings.rule() instanceof UpdateRule.RmsProp rule) {
            move("rms_prop", 1, List.of(rule.smoothing(), rule.epsilon(), rule.weightDecay()));
        } else if (settings.rule() instanceof UpdateRule.Adam adam) {
            float decay = adam.isDecoupled() ? 0f : adam.weightDecay();
            move("adam", 2, List.of(adam.beta1(), adam.beta2(), adam.epsilon(), decay));
        }
    }

    /** @param kept arrays that the kernel takes for what is kept; null where the rule keeps fewer */
    private void move(String kernel, int kept, List<? extends Object> ofRule) {
        List<@Nullable Object> arguments = new ArrayList<>();
        arguments.add(at(parameters, settings.trainedFrom()));
        arguments.add(at(additive, settings.trainedFrom()));
        for (int i = 0; i < kept; i++) {
            arguments.add(
                    i < settings.rule().numSlots()
                            ? at(slots, i * layout.parameters().length() + settings.trainedFrom())
                            : null);
        }
        arguments.add(sums);
        arguments.add(settings.clipValue());
        arguments.add(settings.clipNorm());
        arguments.add(now);
        arguments.addAll(ofRule);
        launch(kernel, trained, arguments.toArray());
    }

    /** A launch of a thread a number; how many there are is its last argument. */
    private void launch(String kernel, int count, @Nullable Object... arguments) {
        @Nullable Object[] all = new Object[arguments.length + 1];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        all[arguments.length] = count;
        device.kernel(FILE, kernel).launch(Grid.covering(count, THREADS, THREADS), all);
    }

    @Override
    public Buffer slots() {
        return slots;
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            LaunchGraph launches = recorded;
            if (launches != null) {
                device.discard(launches);
            }
            slots.close();
            device.free(sums);
            device.free(now);
        }
    }
}
