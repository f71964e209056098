package org.sparkmlext.kernels.cpu.graph;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.graph.Element;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.GraphBuilder;
import org.sparkmlext.kernels.graph.LastStep;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.Program;
import org.sparkmlext.kernels.graph.RunKey;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.TensorType;
import org.sparkmlext.kernels.graph.Value;

/** Lengths that no sequence of the batch can have. */
class SequenceLengthsTest {

    @ParameterizedTest
    @ValueSource(ints = {-1, 5, Integer.MAX_VALUE})
    void areRefusedWithTheRow(int wrong) {
        GraphBuilder builder = new GraphBuilder(3);
        Value x = builder.input("x", TensorType.floats(3, 4, 2));
        Value lengths = builder.input("lengths", new TensorType(Element.INT, Shape.of(3)));
        builder.layer("last");
        builder.output("y", builder.add(new LastStep(), x, lengths));
        Graph graph = builder.build();
        try (Backend backend = Backends.open("cpu", BackendOptions.threads(2)).backend();
                ModelMemory memory = backend.graphs().allocate(graph.layout(), false);
                Program program = backend.graphs().compile(graph, Precision.FLOAT32, memory)) {
            program.input("lengths").copyIn(0, new int[] {4, wrong, 0}, 0, 3);
            program.loadParameters();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> program.run(new RunKey(0, 0)))
                    .withMessageContaining("'last'")
                    .withMessageContaining("row 1")
                    .withMessageContaining("" + wrong)
                    .withMessageContaining("0 to 4");
        }
    }
}
