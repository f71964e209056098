package org.sparkmlext.kernels.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Classes, lengths and ids that cannot be are refused by name, place and number; a run with right ones goes on as if nothing had been. */
public abstract class WrongInputsContract extends GraphContract {

    @ParameterizedTest
    @ValueSource(ints = {-1, 5, Integer.MAX_VALUE})
    void lengthsAreRefusedWithTheRow(int wrong) {
        GraphBuilder builder = new GraphBuilder(3);
        Value x = builder.input("x", TensorType.floats(3, 4, 2));
        Value lengths = builder.input("lengths", new TensorType(Element.INT, Shape.of(3)));
        builder.layer("last");
        builder.output("y", builder.add(new LastStep(), x, lengths));
        Graph graph = builder.build();
        try (ModelMemory memory = kernels().allocate(graph.layout(), false);
                Program program = kernels().compile(graph, Precision.FLOAT32, memory)) {
            program.input("x").copyIn(0, new float[24], 0, 24);
            program.input("lengths").copyIn(0, new int[] {4, wrong, 0}, 0, 3);
            program.loadParameters();
            refuses(program, "'last'", "row 1", "length " + wrong, "0 to 4");
            program.input("lengths").copyIn(0, new int[] {4, 2, 0}, 0, 3);
            program.run(new RunKey(0, 0));
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {-1, 4, 1.5f, Float.NaN, 1e20f})
    void idsAreRefusedWithTheStep(float wrong) {
        GraphBuilder builder = new GraphBuilder(2);
        Value ids = builder.input("ids", TensorType.floats(2, 3, 1));
        builder.layer("words");
        builder.output("y", builder.add(new Embedding(), ids, builder.parameter("table", Shape.of(4, 5))));
        Graph graph = builder.build();
        try (ModelMemory memory = kernels().allocate(graph.layout(), false);
                Program program = kernels().compile(graph, Precision.FLOAT32, memory)) {
            program.loadParameters();
            program.input("ids").copyIn(0, new float[] {0, 1, 2, 3, wrong, 1}, 0, 6);
            refuses(program, "layer 'words': step 1 of row 1", "id " + wrong, "0 to 3");
            program.input("ids").copyIn(0, new float[] {0, 1, 2, 3, 0, 1}, 0, 6);
            program.run(new RunKey(0, 0));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 4, Integer.MIN_VALUE})
    void classesAreRefusedWithTheRow(int wrong) {
        GraphCase c = LossCases.all()
                .filter(some -> some.name().contains("CrossEntropy[labelSmoothing=0.0, focusing=0.0] of 5 x 4"))
                .findFirst()
                .orElseThrow();
        try (CompiledCase compiled = compile(c, Precision.FLOAT32)) {
            float[] additive = compiled.run().additive();
            int[] classes = new int[5];
            compiled.program.input("target").copyOut(0, classes, 0, 5);
            int right = classes[2];
            classes[2] = wrong;
            compiled.program.input("target").copyIn(0, classes, 0, 5);
            refuses(compiled.program, "layer 'loss'", "row 2", "class " + wrong, "0 to 3");
            classes[2] = right;
            compiled.program.input("target").copyIn(0, classes, 0, 5);
            assertThat(compiled.run().additive()).isEqualTo(additive);
        }
    }

    private static void refuses(Program program, String... named) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> program.run(new RunKey(0, 0)))
                .satisfies(error -> assertThat(error).message().contains(named));
    }

    /** The last row has weight 0 in every case. */
    @Test
    void aClassOfARowWithoutWeightIsNotLookedAt() {
        GraphCase c = Networks.simpleCnn(6);
        long[] classes = c.inputs().get("target").integers().clone();
        classes[5] = 77;
        GraphCase other =
                c.withInput("target", Tensor.of(c.inputs().get("target").type(), classes));
        try (CompiledCase one = compile(c, Precision.FLOAT32);
                CompiledCase changed = compile(other, Precision.FLOAT32)) {
            assertThat(changed.run().additive()).isEqualTo(one.run().additive());
        }
    }
}
