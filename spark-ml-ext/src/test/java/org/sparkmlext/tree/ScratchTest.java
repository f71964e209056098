package org.sparkmlext.tree;
import java.util.*;
import org.junit.jupiter.api.Test;
import org.sparkmlext.data.Shard;
class ScratchTest {
    static int h(List<TableMaker.RowValues> rows, boolean sparse, int trees) {
        List<Shard> s = TableMaker.shards(rows, 1, false, false);
        if (sparse) s = TableMaker.sparse(s, 0, 0);
        return Arrays.hashCode(TrainingThreads.train(TestSettings.defaults().withTrees(trees).build(), s, 2).model());
    }
    @Test void t() {
        for (int extra : new int[]{0, 10, 57, 60}) {
            List<TableMaker.RowValues> rows = TableMaker.withSparseFeatures(TableMaker.rows(3000, 11), extra);
            for (int trees : new int[]{1, 2, 10})
            System.out.println("EXTRA " + extra + " trees " + trees + " dense " + h(rows, false, trees) + " dense shuffled " + h(TableMaker.shuffled(rows, 4), false, trees) + " sparse " + h(rows, true, trees)+ " sparse shuffled " + h(TableMaker.shuffled(rows, 4), true, trees));
        }
    }
}
