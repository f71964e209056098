package org.sparkmlext.kernels.cpu.graph;

import java.util.List;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.memory;
import org.sparkmlext.kernels.graph.Correct;
import org.sparkmlext.kernels.graph.Element;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.Loss;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Op;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Softmax;
import org.sparkmlext.kernels.graph.Value;

/**
 * What the compilers of the op families share while one graph is compiled.
 *
 * @param number type of values between layers
 */
record Compilation(
        Graph graph, memory.data_type number, StepList steps, Values values, Fusions fusions, AdditiveArray additive) {

    engine engine() {
        return steps.engine();
    }

    Shape shape(Value value) {
        return graph.type(value).shape();
    }

    /** The value as it was made. */
    Tensor read(Value value) {
        return values.get(value, shape(value));
    }

    /** The value in the layout it was made in, and in the type of values between layers. */
    Tensor readNumber(Value value) {
        return values.get(value, shape(value), number);
    }

    /** The value as floats in plain order. */
    Tensor readPlain(Value value) {
        return values.get(value, Layouts.plain(Layouts.F32, shape(value)));
    }

    /** Makes a value of floats in plain order. */
    Tensor makePlain(Value value) {
        Tensor tensor = additive.target(value);
        if (tensor == null) {
            tensor = Tensor.of(Layouts.plain(Layouts.F32, shape(value)));
        }
        return tensor;
    }

    /** In which type to make a value: float32 where all who read it want that, so that no reorder is needed. */
    memory.data_type typeToMake(Value value) {
        if (graph.type(value).element() == Element.FLOAT) {
            return Layouts.F32;
        }
        List<Node> readers = fusions.readers(value);
        boolean isFloat = readers.stream().allMatch(reader -> wantsFloats(reader.op()));
        return isFloat ? Layouts.F32 : number;
    }

    private static boolean wantsFloats(Op op) {
        return op instanceof Loss
                || op instanceof Loss.Gradient
                || op instanceof Correct
                || op instanceof Softmax
                || op instanceof Softmax.Gradient;
    }
}
