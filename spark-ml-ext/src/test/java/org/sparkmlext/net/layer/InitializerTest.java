package org.sparkmlext.net.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkmlext.kernels.graph.Shape;

class InitializerTest {

    private static float[] numbers(Initializer initializer, int length, long seed, String name) {
        float[] out = new float[length];
        new Initialization(initializer, 50, 150).fill(seed, name, out, 0, length);
        return out;
    }

    /** Fan-in 50, fan-out 150: variances 2/200, 2/50, 1/50. */
    @ParameterizedTest
    @CsvSource({
        "GLOROT_UNIFORM, 0.01",
        "GLOROT_NORMAL, 0.01",
        "HE_UNIFORM, 0.04",
        "HE_NORMAL, 0.04",
        "LECUN_UNIFORM, 0.02",
        "LECUN_NORMAL, 0.02",
        "ZEROS, 0",
    })
    void momentsAreThoseOfTheFormula(Initializer initializer, double variance) {
        float[] numbers = numbers(initializer, 100_000, 1, "conv.weights");
        double mean = 0;
        double squares = 0;
        double largest = 0;
        for (float number : numbers) {
            mean += number / numbers.length;
            squares += (double) number * number / numbers.length;
            largest = Math.max(largest, Math.abs(number));
        }
        assertThat(mean).isCloseTo(0, within(4 * Math.sqrt(variance / numbers.length) + 1e-12));
        assertThat(squares).isCloseTo(variance, within(0.02 * variance + 1e-12));
        double limit = initializer.text().endsWith("normal") ? 2 / 0.87962566 : Math.sqrt(3);
        assertThat(largest).isBetween(0.99 * limit * Math.sqrt(variance), 1.0001 * limit * Math.sqrt(variance));
    }

    @Test
    void numbersAreTheSameOnEveryMachine() {
        assertThat(numbers(Initializer.HE_NORMAL, 4, 42, "conv1.weights"))
                .containsExactly(0.17142501f, 0.068208866f, -0.11420077f, -0.14182317f);
        assertThat(numbers(Initializer.GLOROT_UNIFORM, 4, 42, "conv1.weights"))
                .containsExactly(0.087273434f, -0.17013451f, 0.15566574f, 0.15254493f);
    }

    @Test
    void numbersDependOnSeedNameAndPositionAlone() {
        float[] some = numbers(Initializer.HE_NORMAL, 10, 1, "a");
        assertThat(numbers(Initializer.HE_NORMAL, 20, 1, "a")).startsWith(some);
        assertThat(numbers(Initializer.HE_NORMAL, 10, 2, "a")).doesNotContain(some);
        assertThat(numbers(Initializer.HE_NORMAL, 10, 1, "b")).doesNotContain(some);
        float[] shifted = new float[15];
        new Initialization(Initializer.HE_NORMAL, 50, 150).fill(1, "a", shifted, 5, 10);
        assertThat(Arrays.copyOfRange(shifted, 5, 15)).isEqualTo(some);
        assertThat(numbers(Initializer.ONES, 2, 1, "a")).containsExactly(1, 1);
    }

    @Test
    void fansFollowFromTheShape() {
        assertThat(Initialization.of(Initializer.ZEROS, Shape.of(64, 3, 5, 7), 1))
                .isEqualTo(new Initialization(Initializer.ZEROS, 3 * 35, 64 * 35));
        assertThat(Initialization.of(Initializer.ZEROS, Shape.of(32, 1, 3, 3), 16))
                .isEqualTo(new Initialization(Initializer.ZEROS, 9, 18));
        assertThat(Initialization.of(Initializer.ZEROS, Shape.of(10, 128), 1))
                .isEqualTo(new Initialization(Initializer.ZEROS, 128, 10));
        assertThatThrownBy(() -> new Initialization(Initializer.ZEROS, 0, 1)).hasMessageContaining("fan-in is 0");
    }

    @Test
    void namesAreKnown() {
        for (Initializer initializer : Initializer.values()) {
            assertThat(Initializer.parse(initializer.text())).isEqualTo(initializer);
        }
        assertThatThrownBy(() -> Initializer.parse("he")).hasMessageContaining("lecun-normal");
    }
}
