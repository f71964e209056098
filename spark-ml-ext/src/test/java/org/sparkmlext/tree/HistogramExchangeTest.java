package org.sparkmlext.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.collective.InProcessCollective;
import org.sparkmlext.collective.RankThreads;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.GradientScale;
import org.sparkmlext.kernels.tree.HistogramPool;
import org.sparkmlext.kernels.tree.RowRange;

/** Histograms of ranks against their serial sums, both ways of exchanging them. */
class HistogramExchangeTest {

    private static final BinLayout LAYOUT =
            new BinLayout(IntStream.range(0, 40).map(f -> 1 + f * f % 90).toArray());
    /** One of them is too large to be packed. */
    private static final long[] NODE_ROWS = {20_000, 100_000, 7};

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5})
    void ownFeaturesHoldTheSumsOfAllRanks(int ranks) {
        for (boolean withCounts : new boolean[] {false, true}) {
            for (GradientScale.Precision precision : GradientScale.Precision.values()) {
                for (boolean isSparse : new boolean[] {false, true}) {
                    check(ranks, withCounts, precision, isSparse);
                }
            }
        }
    }

    private static void check(int ranks, boolean withCounts, GradientScale.Precision precision, boolean isSparse) {
        int width = withCounts ? 3 : 2;
        long[][][] own = new long[ranks][NODE_ROWS.length][];
        long[][] sums = new long[NODE_ROWS.length][LAYOUT.totalBins() * width];
        SplittableRandom random = new SplittableRandom(ranks);
        for (int node = 0; node < NODE_ROWS.length; node++) {
            for (int rank = 0; rank < ranks; rank++) {
                own[rank][node] = histogram(random, width);
                for (int i = 0; i < sums[node].length; i++) {
                    sums[node][i] += own[rank][node][i];
                }
            }
        }
        RankThreads.run(InProcessCollective.group(ranks), collective -> {
            try (Backend backend =
                            Backends.open("cpu", BackendOptions.threads(1)).backend();
                    HistogramPool pool = backend.trees().allocateHistograms(LAYOUT, NODE_ROWS.length, withCounts)) {
                List<GrowingNode> nodes = new ArrayList<>();
                for (int i = 0; i < NODE_ROWS.length; i++) {
                    GrowingNode node = new GrowingNode(0, i, new RowRange(0, 0), NODE_ROWS[i]);
                    node.slot = NODE_ROWS.length - 1 - i;
                    pool.copyIn(node.slot, own[collective.rank()][i], 0);
                    nodes.add(node);
                }
                HistogramExchange exchange = new HistogramExchange(collective, pool, isSparse);
                // Twice, so that what an earlier exchange left behind would show.
                exchange.sum(nodes, precision);
                for (int i = 0; i < NODE_ROWS.length; i++) {
                    pool.copyIn(nodes.get(i).slot, own[collective.rank()][i], 0);
                }
                exchange.sum(nodes, precision);
                int[] features = IntStream.range(0, LAYOUT.numFeatures()).toArray();
                for (int i = 0; i < NODE_ROWS.length; i++) {
                    long[] summed = new long[pool.slotLength()];
                    pool.copyOut(nodes.get(i).slot, summed, 0);
                    for (int f : exchange.ownFeatures(features)) {
                        int from = LAYOUT.offset(f) * width;
                        int to = LAYOUT.offset(f + 1) * width;
                        assertThat(Arrays.copyOfRange(summed, from, to))
                                .as("feature %d of node %d, sparse %s", f, i, isSparse)
                                .isEqualTo(Arrays.copyOfRange(sums[i], from, to));
                    }
                }
                return null;
            }
        });
    }

    /** Few bins hold anything; a sum of 0 may have parts that are not, and gradients of both signs. */
    private static long[] histogram(SplittableRandom random, int width) {
        long[] histogram = new long[LAYOUT.totalBins() * width];
        for (int bin = 0; bin < LAYOUT.totalBins(); bin++) {
            if (random.nextInt(8) == 0) {
                histogram[bin * width] = random.nextInt(200_001) - 100_000;
                histogram[bin * width + 1] = random.nextInt(100_000);
                if (width == 3) {
                    histogram[bin * width + 2] = random.nextInt(1_000);
                }
            }
        }
        return histogram;
    }
}
