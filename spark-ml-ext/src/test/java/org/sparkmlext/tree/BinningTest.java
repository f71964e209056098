package org.sparkmlext.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.collective.InProcessCollective;
import org.sparkmlext.collective.RankThreads;
import org.sparkmlext.data.Shard;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.tree.Bins;

class BinningTest {

    @Test
    void featuresAreDroppedOnceBinnedAndLabelsAndWeightsStay() {
        Shard shard =
                TableMaker.shards(TableMaker.rows(2_000, 3), 1, true, true).get(0);
        try (Backend backend = Backends.open("cpu", BackendOptions.threads(1)).backend();
                HostThreads threads = new HostThreads(2)) {
            Binning binning = new Binning(Collective.solo(), backend.trees(), threads, () -> {});
            Binning.Result result = binning.training(shard.training(), TableMaker.NUM_FEATURES, 255);
            assertThat(result.rows().numRows()).isEqualTo((int) shard.numRows());
            binning.others(shard.validation(), result).close();
            result.rows().close();
        }
        for (List<TableBlock> blocks : List.of(shard.training(), shard.validation())) {
            for (TableBlock block : blocks) {
                for (int f = 0; f < block.features().numFeatures(); f++) {
                    assertThat(block.table().column(f)).isEmpty();
                }
                assertThat(block.labels()).hasSize(block.numRows());
                assertThat(block.weights()).hasSize(block.numRows());
            }
        }
    }

    private static List<TableMaker.RowValues> sparseTable() {
        return TableMaker.withSparseFeatures(TableMaker.rows(3_000, 3), 60);
    }

    /** Edges, and the bins of all rows: what the back end holds must be what the edges say. */
    private static void assertBinned(List<Shard> shards, int maxBins, boolean isSparse, BinEdges wanted) {
        List<BinEdges> edges = RankThreads.run(InProcessCollective.group(shards.size()), collective -> {
            Shard shard = shards.get(collective.rank());
            float[][][] features = {columns(shard.training()), columns(shard.validation())};
            try (Backend backend =
                            Backends.open("sealed", BackendOptions.threads(1)).backend();
                    HostThreads threads = new HostThreads(2)) {
                Binning binning = new Binning(collective, backend.trees(), threads, () -> {});
                Binning.Result result = binning.training(shard.training(), shard.numFeatures(), maxBins);
                assertThat(result.isSparse()).isEqualTo(isSparse);
                assertBins((Bins) result.rows(), result.edges(), features[0]);
                assertBins((Bins) binning.others(shard.validation(), result), result.edges(), features[1]);
                return result.edges();
            }
        });
        for (BinEdges ofRank : edges) {
            assertThat(ofRank.edges()).isDeepEqualTo(wanted.edges());
        }
    }

    private static float[][] columns(List<TableBlock> blocks) {
        int numFeatures = blocks.isEmpty() ? 0 : blocks.get(0).features().numFeatures();
        float[][] columns = new float[numFeatures]
                [blocks.stream().mapToInt(TableBlock::numRows).sum()];
        for (int f = 0; f < numFeatures; f++) {
            int at = 0;
            for (TableBlock block : blocks) {
                System.arraycopy(block.table().column(f), 0, columns[f], at, block.numRows());
                at += block.numRows();
            }
        }
        return columns;
    }

    private static void assertBins(Bins bins, BinEdges edges, float[][] columns) {
        for (int f = 0; f < columns.length; f++) {
            for (int r = 0; r < bins.numRows(); r++) {
                int bin = edges.edges()[f].length + 1;
                if (!Float.isNaN(columns[f][r])) {
                    bin = 0;
                    while (bin < edges.edges()[f].length && columns[f][r] >= edges.edges()[f][bin]) {
                        bin++;
                    }
                }
                assertThat(bins.bin(r, f)).isEqualTo(bin);
            }
        }
    }

    private static BinEdges edgesOfDenseRows(List<TableMaker.RowValues> rows, int maxBins) {
        Shard shard = TableMaker.shards(rows, 1, true, true).get(0);
        try (Backend backend = Backends.open("cpu", BackendOptions.threads(1)).backend();
                HostThreads threads = new HostThreads(2)) {
            Binning binning = new Binning(Collective.solo(), backend.trees(), threads, () -> {});
            Binning.Result result = binning.training(shard.training(), shard.numFeatures(), maxBins);
            result.rows().close();
            return result.edges();
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 16", "1, 255", "1, 256", "2, 1000", "3, 255", "5, 65535"})
    void sparseBlocksAreBinnedAsDenseOnes(int workers, int maxBins) {
        for (boolean isZeroMissing : new boolean[] {false, true}) {
            List<TableMaker.RowValues> rows =
                    isZeroMissing ? TableMaker.withMissingZeros(sparseTable()) : sparseTable();
            BinEdges wanted = edgesOfDenseRows(rows, maxBins);
            float absent = isZeroMissing ? Float.NaN : 0;
            boolean isWide = !wanted.layout().fitsBytes();
            // Made anew each time: blocks lose their features.
            assertBinned(TableMaker.shards(rows, workers, true, true), maxBins, isWide, wanted);
            List<Shard> shards = TableMaker.shards(rows, workers, true, true);
            assertBinned(TableMaker.sparse(shards, absent, 0), maxBins, true, wanted);
            assertBinned(TableMaker.sparse(shards, absent, 2), maxBins, isWide, wanted);
        }
    }

    /** Columns of more stored values than are sorted, and of fewer, over ranks that have very different parts of them. */
    @Test
    void longAndShortColumnsHaveTheBoundariesOfDenseOnes() {
        int[] perMille = {700, 300, 200, 50, 1, 0};
        List<TableBlock> dense = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(4);
        for (int b = 0; b < 12; b++) {
            float[][] features = new float[perMille.length][2_000 + 100 * b];
            for (int f = 0; f < perMille.length; f++) {
                for (int r = 0; r < features[f].length; r++) {
                    boolean isStored = random.nextInt(1000) < perMille[f];
                    features[f][r] = isStored ? (float) (random.nextDouble() * b - 3) : 0;
                }
            }
            int n = features[0].length;
            dense.add(new TableBlock(n, features, new float[n], null, false));
        }
        for (int maxBins : new int[] {2, 255, 1000, BoostingSettings.MAX_BINS}) {
            try (HostThreads threads = new HostThreads(2)) {
                int[][] wanted =
                        new BinFinder(Collective.solo(), threads, maxBins, () -> {}).boundaries(dense, perMille.length);
                for (int ranks : new int[] {1, 2, 3, 5}) {
                    List<int[][]> found = RankThreads.run(
                            InProcessCollective.group(ranks), c -> boundaries(dense, perMille.length, maxBins, c));
                    for (int[][] ofRank : found) {
                        assertThat(ofRank).isDeepEqualTo(wanted);
                    }
                }
            }
        }
    }

    /** Blocks go to the ranks in uneven parts, every fifth dense. */
    private static int[][] boundaries(List<TableBlock> dense, int numFeatures, int maxBins, Collective collective) {
        List<TableBlock> own = new ArrayList<>();
        for (int b = 0; b < dense.size(); b++) {
            if (b * b % collective.size() == collective.rank()) {
                own.add(b % 5 == 4 ? dense.get(b) : TableMaker.sparse(dense.get(b), 0));
            }
        }
        int numRows = own.stream().mapToInt(TableBlock::numRows).sum();
        try (HostThreads threads = new HostThreads(2)) {
            StoredValues values = StoredValues.of(own, numFeatures, numRows, threads);
            return new BinFinder(collective, threads, maxBins, () -> {}).boundaries(values);
        }
    }
}
