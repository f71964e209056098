package org.sparkmlext.kernels.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.KernelException;

/** What does not fit is refused, with names and numbers. */
abstract class RefusalContract extends GraphContract {

    @Test
    void buffersHaveTheTypeAndLengthOfTheGraph() {
        try (CompiledCase compiled = compile(Networks.simpleCnn(6), Precision.FLOAT32)) {
            assertThat(compiled.program.input("image").type()).isEqualTo(ElementType.BYTE);
            assertThat(compiled.program.input("image").length()).isEqualTo(6 * 12 * 11);
            assertThat(compiled.program.input("row").type()).isEqualTo(ElementType.LONG);
            assertThat(compiled.program.input("target").type()).isEqualTo(ElementType.INT);
            assertThat(compiled.program.input("weight").type()).isEqualTo(ElementType.FLOAT);
            assertThat(compiled.program.output("scores").type()).isEqualTo(ElementType.FLOAT);
            assertThat(compiled.program.output("scores").length()).isEqualTo(30);
            assertThatThrownBy(() -> compiled.program.input("target").copyIn(0, new int[7], 0, 7))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatIllegalStateException()
                    .isThrownBy(() -> compiled.program.input("target").copyIn(0, new float[1], 0, 1));
        }
    }

    @Test
    void unknownNamesAreRefusedWithThoseKnown() {
        try (CompiledCase compiled = compile(Networks.simpleCnn(1), Precision.FLOAT32)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> compiled.program.input("picture"))
                    .withMessageContaining("picture")
                    .withMessageContaining("image");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> compiled.program.output("score"))
                    .withMessageContaining("score")
                    .withMessageContaining("probabilities");
        }
    }

    @Test
    void memoryOfAnotherModelIsRefused() {
        Graph graph = Networks.simpleCnn(1).graph();
        try (ModelMemory other = kernels().allocate(Networks.vgg(1).graph().layout(), true)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> kernels().compile(graph, Precision.FLOAT32, other))
                    .withMessageContaining("layout");
        }
    }

    @Test
    void memoryOfAnotherBackEndIsRefused() {
        Graph graph = Networks.simpleCnn(1).graph();
        UpdateSettings settings = UpdateSettings.of(new UpdateRule.Sgd(0, false, 0));
        try (Backend other = open();
                ModelMemory memory = other.graphs().allocate(graph.layout(), true)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> kernels().compile(graph, Precision.FLOAT32, memory))
                    .withMessageContaining("another back end");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> kernels().optimizer(settings, memory))
                    .withMessageContaining("another back end");
        }
    }

    @Test
    void memoryThatIsNotForTrainingIsRefusedInTraining() {
        Graph graph = Networks.simpleCnn(1).graph();
        UpdateSettings settings = UpdateSettings.of(new UpdateRule.Sgd(0, false, 0));
        try (ModelMemory memory = kernels().allocate(graph.layout(), false)) {
            assertThat(memory.additive().length()).isZero();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> kernels().compile(graph, Precision.FLOAT32, memory))
                    .withMessageContaining("training");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> kernels().optimizer(settings, memory))
                    .withMessageContaining("training");
        }
    }

    @Test
    void moreFrozenParametersThanThereAreAreRefused() {
        UpdateRule rule = new UpdateRule.Sgd(0, false, 0);
        ModelLayout layout = Networks.simpleCnn(1).graph().layout();
        int length = layout.parameters().length();
        UpdateSettings settings =
                new UpdateSettings(rule, Float.POSITIVE_INFINITY, Float.POSITIVE_INFINITY, 0.9f, length + 1);
        try (ModelMemory memory = kernels().allocate(layout, true)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> kernels().optimizer(settings, memory))
                    .withMessageContaining("" + (length + 1))
                    .withMessageContaining("" + length);
        }
    }

    @Test
    void precisionsThatAreNotThereAreRefusedWithTheReason() {
        Graph graph = Networks.simpleCnn(1).graph();
        for (Precision precision : Precision.values()) {
            assertThat(kernels().supports(precision).reason()).isNotBlank();
            if (!kernels().supports(precision).isAvailable()) {
                try (ModelMemory memory = kernels().allocate(graph.layout(), true)) {
                    assertThatThrownBy(() -> kernels().compile(graph, precision, memory))
                            .isInstanceOf(KernelException.class)
                            .hasMessageContaining(kernels().supports(precision).reason());
                }
            }
        }
    }

    @Test
    void whatIsClosedIsRefused() {
        CompiledCase compiled = compile(Networks.simpleCnn(1), Precision.FLOAT32);
        Optimizer optimizer =
                kernels().optimizer(UpdateSettings.of(new UpdateRule.Sgd(0.9f, false, 0)), compiled.memory);
        compiled.run();
        optimizer.close();
        optimizer.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> optimizer.update(0, 0.1f))
                .withMessageContaining("closed");
        compiled.program.close();
        compiled.program.close();
        assertThatIllegalStateException().isThrownBy(compiled::run).withMessageContaining("closed");
        assertThatIllegalStateException()
                .isThrownBy(() -> compiled.program.input("image"))
                .withMessageContaining("closed");
        assertThatIllegalStateException()
                .isThrownBy(() -> compiled.program.loadParameters())
                .withMessageContaining("closed");
        compiled.close();
        Graph graph = compiled.source.graph();
        assertThatIllegalStateException()
                .isThrownBy(() -> kernels().compile(graph, Precision.FLOAT32, compiled.memory));
    }
}
