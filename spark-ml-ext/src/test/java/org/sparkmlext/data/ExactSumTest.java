package org.sparkmlext.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExactSumTest {

    @Test
    void agreesWithBigDecimalOverTheWholeRangeOfDoubles() {
        Random random = new Random(1);
        for (int run = 0; run < 40; run++) {
            ExactSum sum = new ExactSum();
            ExactSum other = new ExactSum();
            BigDecimal expected = BigDecimal.ZERO;
            for (int i = 0; i < 50; i++) {
                double value = Double.longBitsToDouble(random.nextLong());
                value = Double.isFinite(value) ? value : Double.MIN_VALUE;
                (random.nextBoolean() ? sum : other).add(value);
                expected = expected.add(new BigDecimal(value));
            }
            assertThat(sum.merge(other).exact()).isEqualByComparingTo(expected);
        }
    }

    @Test
    void smallNumbersSurviveLargeOnesThatCancel() {
        ExactSum sum = new ExactSum();
        for (double value : new double[] {1e300, Double.MIN_VALUE, 0.1, -1e300, -0.1, Double.MIN_VALUE}) {
            sum.add(value);
        }
        assertThat(sum.value()).isEqualTo(2 * Double.MIN_VALUE);
        assertThat(new ExactSum().value()).isZero();
    }

    @Test
    void productsAreNotRounded() {
        ExactSum sum = new ExactSum();
        double a = 1 + 0x1p-52;
        double b = 1 - 0x1p-51;
        sum.addProduct(a, b, 1e10 / 3);
        sum.addProduct(a, -b);
        assertThat(sum.exact())
                .isEqualByComparingTo(new BigDecimal(a)
                        .multiply(new BigDecimal(b))
                        .multiply(new BigDecimal(1e10 / 3).subtract(BigDecimal.ONE)));
    }

    @Test
    void whatIsNoNumberIsRefused() {
        assertThatThrownBy(() -> new ExactSum().addProduct(1e200, 1e200)).hasMessageContaining("Infinity");
        assertThatThrownBy(() -> new ExactSum().add(Double.NaN)).hasMessageContaining("NaN");
    }
}
