package org.sparkmlext.kernels.cpu.graph;

import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.stream;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.graph.RunKey;

/** A primitive of the library with its arguments. */
final class PrimitiveStep extends Step {

    private final primitive primitive;
    private final Map<Integer, Tensor> arguments = new TreeMap<>();
    private @Nullable IntMemoryMap memories;
    private @Nullable stream stream;

    PrimitiveStep(Label label, primitive primitive) {
        super(label);
        this.primitive = primitive;
    }

    PrimitiveStep read(int argument, Tensor tensor) {
        arguments.put(argument, tensor);
        reads(tensor);
        return this;
    }

    /** An argument that is written and holds numbers. */
    PrimitiveStep write(int argument, Tensor tensor) {
        results(tensor);
        return writeOpaque(argument, tensor);
    }

    /** An argument that is written and holds what only the library understands. */
    PrimitiveStep writeOpaque(int argument, Tensor tensor) {
        arguments.put(argument, tensor);
        writes(tensor);
        return this;
    }

    @Override
    void prepare(Binding binding) {
        IntMemoryMap map = binding.objects().keep(new IntMemoryMap());
        arguments.forEach((argument, tensor) -> map.put(argument, binding.memory(tensor)));
        memories = map;
        stream = binding.stream();
    }

    @Override
    void run(RunKey key) {
        primitive.execute(stream, memories);
    }
}
