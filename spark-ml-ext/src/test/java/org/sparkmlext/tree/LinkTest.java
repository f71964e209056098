package org.sparkmlext.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LinkTest {

    private static double[] applied(Link link, double... scores) {
        link.apply(scores);
        return scores;
    }

    @Test
    void identityLeavesScores() {
        assertThat(applied(Link.IDENTITY, -1, 2)).containsExactly(-1, 2);
    }

    @Test
    void sigmoidSaturatesWithoutNaN() {
        assertThat(applied(Link.SIGMOID, 0, 1000, -1000)).containsExactly(0.5, 1, 0);
        assertThat(applied(Link.SIGMOID, 2)[0]).isCloseTo(0.880797077977882, within(1e-15));
    }

    @Test
    void softmaxIsAShare() {
        double[] shares = applied(Link.SOFTMAX, 1, 2, 3);
        assertThat(shares[0]).isCloseTo(0.09003057317038046, within(1e-15));
        assertThat(shares[2]).isCloseTo(0.6652409557748219, within(1e-15));
        assertThat(applied(Link.SOFTMAX, 1000, -1000, 1000)).containsExactly(0.5, 0, 0.5);
    }

    @Test
    void expIsTheMeanOfALogarithm() {
        assertThat(applied(Link.EXP, 0, 1)).containsExactly(1, StrictMath.exp(1));
        assertThat(applied(Link.EXP, 1)[0]).isCloseTo(Math.E, within(1e-15));
    }
}
