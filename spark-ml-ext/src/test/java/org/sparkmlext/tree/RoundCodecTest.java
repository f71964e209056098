package org.sparkmlext.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sparkmlext.kernels.tree.BinTree;

/** Round states as they travel to the driver and back. */
class RoundCodecTest {

    private static RoundCodec.Round round(long... sums) {
        BinTree tree = new BinTree(
                new int[] {3, -1, -1},
                new int[] {17, 0, 0},
                new boolean[] {true, false, false},
                new int[] {1, -1, -1},
                new int[] {2, -1, -1},
                new float[] {0, -0.5f, Float.MIN_VALUE});
        GrownTree first = new GrownTree(tree, new float[] {9, 0, 0}, new float[] {5, 2, 3});
        BinTree leaf = new BinTree(
                new int[] {-1}, new int[1], new boolean[1], new int[] {-1}, new int[] {-1}, new float[] {7});
        GrownTree second = new GrownTree(leaf, new float[1], new float[] {4});
        return new RoundCodec.Round(List.of(first, second), sums);
    }

    @Test
    void keepsTreesAndAnyNumberOfSums() {
        for (long[] sums : new long[][] {{}, {1, -2, Long.MAX_VALUE, Long.MIN_VALUE}, new long[48]}) {
            RoundCodec.Round back = RoundCodec.decode(RoundCodec.encode(round(sums)));
            assertThat(back.metricSums()).isEqualTo(sums);
            assertThat(RoundCodec.encode(back)).isEqualTo(RoundCodec.encode(round(sums)));
            assertThat(back.trees().get(0).bins().values()).containsExactly(0, -0.5f, Float.MIN_VALUE);
            assertThat(back.trees().get(0).bins().isMissingLeft()).containsExactly(true, false, false);
            assertThat(back.trees().get(0).covers()).containsExactly(5, 2, 3);
            assertThat(back.trees().get(1).bins().values()).containsExactly(7);
        }
    }

    @Test
    void refusesWhatWasCut() {
        byte[] bytes = RoundCodec.encode(round(1, 2, 3));
        for (int length : new int[] {4, 10, 28, 32, bytes.length - 1}) {
            assertThatIllegalArgumentException()
                    .as("%d bytes", length)
                    .isThrownBy(() -> RoundCodec.decode(Arrays.copyOf(bytes, length)))
                    .withMessageContaining("cut or damaged");
        }
        byte[] wild = bytes.clone();
        wild[3] = 127;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RoundCodec.decode(wild))
                .withMessageContaining("cut or damaged");
    }
}
