package org.sparkmlext.net;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.graph.GraphKernels;
import org.sparkmlext.kernels.graph.ModelLayout;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.kernels.graph.Optimizer;
import org.sparkmlext.kernels.graph.Program;
import org.sparkmlext.kernels.graph.UpdateSettings;
import org.sparkmlext.training.OpenResources;

/** A network's numbers on the device while they are trained, with the programs that compute with them and the optimiser that moves them. */
final class TrainedModel implements AutoCloseable {

    private static final float STATE_DECAY = 0.9f;

    private final Architecture architecture;
    private final ModelLayout layout;
    private final ModelMemory memory;
    private final NetworkPrograms steps;
    private final NetworkPrograms evaluation;
    private final Optimizer optimizer;
    /** The first states, those of frozen layers, which no update may change; empty where nothing is frozen. */
    private final float[] frozenState;

    /** Numbers of the best epoch; null where that is the last one. */
    private float @Nullable [] bestParameters;

    private float @Nullable [] bestState;

    TrainedModel(NetworkSettings settings, Architecture architecture, GraphKernels kernels) {
        this.architecture = architecture;
        NetworkGraphs graphs = new NetworkGraphs(architecture);
        String freezeUntil = settings.freezeUntil().isEmpty() ? null : settings.freezeUntil();
        layout = graphs.trainingGraph(1, settings.loss(), freezeUntil).layout();
        frozenState = new float
                [freezeUntil == null
                        ? 0
                        : (int) architecture
                                .end(architecture.indexOf(freezeUntil))
                                .states()];
        OpenResources held = new OpenResources();
        try {
            memory = held.add(kernels.allocate(layout, true));
            optimizer = held.add(kernels.optimizer(
                    new UpdateSettings(
                            settings.rule(),
                            settings.clipValue(),
                            settings.clipNorm(),
                            STATE_DECAY,
                            graphs.trainedFrom(freezeUntil)),
                    memory));
            steps = new NetworkPrograms(
                    kernels,
                    settings.precision(),
                    memory,
                    rows -> graphs.trainingGraph(rows, settings.loss(), freezeUntil));
            evaluation = new NetworkPrograms(
                    kernels, settings.precision(), memory, rows -> graphs.evaluationGraph(rows, settings.loss()));
            start(settings, graphs);
        } catch (RuntimeException | Error e) {
            held.closeAfter(e);
            throw e;
        }
    }

    private void start(NetworkSettings settings, NetworkGraphs graphs) {
        byte[] initial = settings.initialModel();
        if (initial.length == 0) {
            write(graphs.initialParameters(settings.seed()), graphs.initialState());
            return;
        }
        NetworkModel model;
        try {
            model = NetworkCodec.read(new ByteArrayInputStream(initial));
        } catch (IOException e) {
            throw new IllegalArgumentException("initialModel cannot be read: " + e.getMessage(), e);
        }
        float[] parameters = graphs.initialParameters(settings.seed());
        float[] state = graphs.initialState();
        InitialNumbers.take(model, layout, parameters, state);
        write(parameters, state);
    }

    ModelMemory memory() {
        return memory;
    }

    /** What graphs add up over rows: loss, weight and more. */
    List<String> sumNames() {
        return layout.sums();
    }

    Program trainingProgram(int rows) {
        return steps.of(rows);
    }

    Program evaluationProgram(int rows) {
        return evaluation.of(rows);
    }

    /** Moves the numbers by the additive array; the gradient's norm. */
    double update(long step, float learningRate) {
        double norm = optimizer.update(step, learningRate);
        // A mean of equal numbers over ranks is not their bits: what is frozen is put back as it was.
        memory.state().copyIn(0, frozenState, 0, frozenState.length);
        changed();
        return norm;
    }

    private void changed() {
        steps.modelChanged();
        evaluation.modelChanged();
    }

    /** Remembers which epoch is the best: the one that has just ended, or the one before that was. */
    void keep(boolean isBest) {
        if (isBest) {
            bestParameters = floats(memory.parameters());
            bestState = floats(memory.state());
        }
    }

    /** The model to hand out: of the best epoch where one was kept, else as it is. */
    byte[] encoded() {
        float[] parameters = bestParameters != null ? bestParameters : floats(memory.parameters());
        float[] state = bestState != null ? bestState : floats(memory.state());
        return NetworkCodec.write(new NetworkModel(architecture, parameters, state));
    }

    NetworkCheckpoint checkpoint(
            Map<String, String> settings, RowsDigest rows, long step, List<Map<String, Double>> history) {
        return new NetworkCheckpoint(
                new RunOrigin(settings, architecture.toJson(), rows),
                step,
                floats(memory.parameters()),
                floats(memory.state()),
                floats(optimizer.slots()),
                history,
                bestParameters,
                bestState);
    }

    void restore(NetworkCheckpoint checkpoint) {
        write(checkpoint.parameters(), checkpoint.state());
        Buffer slots = optimizer.slots();
        slots.copyIn(0, checkpoint.slots(), 0, slots.length());
        bestParameters = checkpoint.bestParameters();
        bestState = checkpoint.bestState();
    }

    private void write(float[] parameters, float[] state) {
        memory.parameters().copyIn(0, parameters, 0, memory.parameters().length());
        memory.state().copyIn(0, state, 0, memory.state().length());
        System.arraycopy(state, 0, frozenState, 0, frozenState.length);
        changed();
    }

    private static float[] floats(Buffer buffer) {
        float[] floats = new float[buffer.length()];
        buffer.copyOut(0, floats, 0, floats.length);
        return floats;
    }

    @Override
    public void close() {
        steps.close();
        evaluation.close();
        optimizer.close();
        memory.close();
    }
}
