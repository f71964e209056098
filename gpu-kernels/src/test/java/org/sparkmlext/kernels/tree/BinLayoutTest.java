package org.sparkmlext.kernels.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class BinLayoutTest {

    @Test
    void binsStandOneFeatureAfterAnother() {
        BinLayout layout = new BinLayout(new int[] {3, 1, 255});
        assertThat(layout.numFeatures()).isEqualTo(3);
        assertThat(layout.offset(0)).isZero();
        assertThat(layout.offset(1)).isEqualTo(4);
        assertThat(layout.offset(2)).isEqualTo(6);
        assertThat(layout.totalBins()).isEqualTo(262).isEqualTo(layout.offset(3));
        assertThat(layout.missingBin(2)).isEqualTo(255).isEqualTo(layout.numValueBins(2));
    }

    @Test
    void layoutsAreValues() {
        int[] bins = {3, 1};
        BinLayout layout = new BinLayout(bins);
        bins[0] = 9;
        assertThat(layout).isEqualTo(new BinLayout(new int[] {3, 1})).hasSameHashCodeAs(new BinLayout(new int[] {3, 1
        }));
        assertThat(layout).isNotEqualTo(new BinLayout(new int[] {1, 3}));
        assertThat(layout).hasToString("BinLayout[2 features, 6 bins]");
    }

    @Test
    void numberOfBinsIsChecked() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BinLayout(new int[] {3, 65_536}))
                .withMessageContaining("feature 1 has 65536");
        assertThatIllegalArgumentException().isThrownBy(() -> new BinLayout(new int[] {0}));
        assertThat(new BinLayout(new int[] {3, 255}).fitsBytes()).isTrue();
        assertThat(new BinLayout(new int[] {3, 256}).fitsBytes()).isFalse();
    }

    @Test
    void rowRangesAreChecked() {
        assertThat(new RowRange(3, 3).numRows()).isZero();
        assertThatIllegalArgumentException().isThrownBy(() -> new RowRange(4, 3));
        assertThatIllegalArgumentException().isThrownBy(() -> new RowRange(-1, 3));
    }
}
