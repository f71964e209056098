package org.sparkmlext.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.data.Shard;
import org.sparkmlext.data.TableBlock;

/** A row's key depends on its values, not on the form that they come in; and different rows have different ones. */
class RowKeysTest {

    private static long[] keys(List<Shard> shards) {
        try (HostThreads threads = new HostThreads(2)) {
            return new RowKeys(Collective.solo(), threads).keys(shards.get(0).training());
        }
    }

    @Test
    void denseSparseAndMixedBlocksGiveTheSameKeys() {
        List<TableMaker.RowValues> rows = TableMaker.withSparseFeatures(TableMaker.rows(2_000, 5), 30);
        for (float absent : new float[] {0, Float.NaN}) {
            List<TableMaker.RowValues> table = Float.isNaN(absent) ? TableMaker.withMissingZeros(rows) : rows;
            List<Shard> dense = TableMaker.shards(table, 1, true, false);
            long[] wanted = keys(dense);
            assertThat(keys(TableMaker.sparse(dense, absent, 0))).isEqualTo(wanted);
            assertThat(keys(TableMaker.sparse(dense, absent, 3))).isEqualTo(wanted);
            assertThat(Arrays.stream(wanted).distinct().count()).isEqualTo(rows.size());
        }
    }

    /** The form alone decides nothing: blocks whose absent value is missing may store zeros, and the other way round. */
    @Test
    void anAbsentValueIsAsGoodAsAStoredOne() {
        List<TableMaker.RowValues> rows = TableMaker.withSparseFeatures(TableMaker.rows(500, 6), 10);
        List<Shard> dense = TableMaker.shards(rows, 1, true, false);
        assertThat(keys(TableMaker.sparse(dense, Float.NaN, 0))).isEqualTo(keys(dense));
        assertThat(keys(TableMaker.sparse(dense, 0, 0))).isEqualTo(keys(dense));
    }

    /** Rows of one stored value each, where sums of few terms would collide first. */
    @Test
    void rowsThatDifferInOneValueOrItsFeatureAreToldApart() {
        int numFeatures = 200;
        int perFeature = 250;
        Set<Long> all = new HashSet<>();
        for (int f = 0; f < numFeatures; f++) {
            float[][] features = new float[numFeatures][perFeature];
            for (int r = 0; r < perFeature; r++) {
                features[f][r] = r + 1;
                // A second value that is always there, and exchanged with the first where they meet.
                features[(f + 1) % numFeatures][r] = 1;
            }
            TableBlock block = new TableBlock(perFeature, features, new float[perFeature], null, false);
            Shard shard = new Shard(List.of(), List.of(block), List.of());
            Arrays.stream(keys(List.of(shard))).forEach(all::add);
        }
        assertThat(all).hasSize(numFeatures * perFeature);
    }
}
