package org.sparkmlext.kernels.graph;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import org.sparkmlext.kernels.Availability;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;

/** The naive reference as a back end: {@link ReferenceInterpreter} on the memory of any device. For tests and small data. */
public final class ReferenceGraphKernels implements GraphKernels {

    private final BiFunction<ElementType, Integer, Buffer> memory;
    private final Set<Buffer> own = Collections.newSetFromMap(new IdentityHashMap<>());

    /** @param memory allocates zeroed buffers */
    public ReferenceGraphKernels(BiFunction<ElementType, Integer, Buffer> memory) {
        this.memory = memory;
    }

    @Override
    public Availability supports(Precision precision) {
        return Availability.yes("for tests");
    }

    @Override
    public ModelMemory allocate(ModelLayout layout, boolean isTrained) {
        ModelMemory made = new ModelMemory(
                layout,
                floats(layout.parameters().length()),
                floats(layout.state().length()),
                floats(isTrained ? layout.additiveLength() : 0));
        own.add(made.parameters());
        return made;
    }

    private Buffer floats(int length) {
        return memory.apply(ElementType.FLOAT, length);
    }

    @Override
    public Program compile(Graph graph, Precision precision, ModelMemory model) {
        requireOwn(model);
        // Throws where the memory is closed.
        floats(model.parameters());
        ModelLayout needed = graph.layout();
        ModelLayout given = model.layout();
        if (!needed.parameters().equals(given.parameters())
                || !needed.state().equals(given.state())
                || graph.isTraining() && !needed.sums().equals(given.sums())) {
            throw new IllegalArgumentException(
                    "the graph has the layout " + needed + ", but the memory is of a model with the layout " + given);
        }
        if (graph.isTraining()) {
            requireTrained(model);
        }
        return new ReferenceProgram(graph, precision, model, memory);
    }

    @Override
    public Optimizer optimizer(UpdateSettings settings, ModelMemory model) {
        requireOwn(model);
        requireTrained(model);
        int length = model.layout().parameters().length();
        if (settings.trainedFrom() > length) {
            throw new IllegalArgumentException(
                    "trainedFrom is " + settings.trainedFrom() + ", but the model has " + length + " parameters");
        }
        return new ReferenceOptimizer(
                settings, model, floats(Math.multiplyExact(settings.rule().numSlots(), length)));
    }

    @Override
    public Optional<StoredImages> storeImages(int count, Shape image) {
        StoredImages.requireImages(count, image);
        return Optional.of(new ReferenceStoredImages(
                memory.apply(ElementType.BYTE, Math.multiplyExact(count, image.elements())), image));
    }

    private void requireOwn(ModelMemory model) {
        if (!own.contains(model.parameters())) {
            throw new IllegalArgumentException("the model's memory is of another back end");
        }
    }

    private static void requireTrained(ModelMemory model) {
        if (model.additive().length() != model.layout().additiveLength()) {
            throw new IllegalArgumentException(
                    "the model's memory was not allocated for training: its additive array has "
                            + model.additive().length() + " numbers instead of "
                            + model.layout().additiveLength());
        }
    }

    static float[] floats(Buffer buffer) {
        float[] values = new float[buffer.length()];
        buffer.copyOut(0, values, 0, values.length);
        return values;
    }
}
