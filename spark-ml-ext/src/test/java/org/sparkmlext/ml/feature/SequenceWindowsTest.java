package org.sparkmlext.ml.feature;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneOffset;
import java.util.Iterator;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class SequenceWindowsTest {

    @Test
    void noMoreIsReadThanAWindowNeeds() {
        SequenceAssembler assembler = new SequenceAssembler()
                .setTimeCol("t")
                .setInputCols(new String[] {"x"})
                .setTargetCols(new String[] {"x"})
                .setLagCols(new String[] {"x"})
                .setLags(new int[] {3})
                .setWindowLength(10)
                .setHorizon(5)
                .setStride(2);
        StructType schema = new StructType().add("t", DataTypes.LongType).add("x", DataTypes.FloatType);
        SequencePlan plan = SequencePlan.of(assembler, schema, ZoneOffset.UTC, true);
        int[] taken = new int[1];
        Iterator<Row> events = IntStream.range(0, 1_000_000)
                .peek(t -> taken[0]++)
                .mapToObj(t -> RowFactory.create("", (long) t, (float) t))
                .iterator();
        SequenceWindows windows = new SequenceWindows(events, plan, SequenceScaling.none());
        assertThat(windows.next().getLong(0)).isEqualTo(12);
        assertThat(taken[0]).isEqualTo(3 + 10 + 5);
        assertThat(windows.next().getLong(0)).isEqualTo(14);
        assertThat(taken[0]).isEqualTo(3 + 10 + 5 + 2);
        int count = 2;
        while (windows.hasNext()) {
            windows.next();
            count++;
        }
        assertThat(count).isEqualTo((1_000_000 - 18) / 2 + 1);
    }
}
