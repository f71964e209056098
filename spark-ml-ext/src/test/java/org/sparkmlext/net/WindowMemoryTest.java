package org.sparkmlext.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.sparkmlext.data.BlockScan;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.data.TableColumns;
import org.sparkmlext.data.TableCounts;
import org.sparkmlext.data.WindowPlan;
import org.sparkmlext.data.WindowTable;
import org.sparkmlext.net.layer.RecurrentLayer;
import org.sparkmlext.testing.Waves;
import org.sparkmlext.training.SeriesShape;
import org.sparkmlext.training.ShardShape;

/** A million windows take little more than the series they lie over. */
class WindowMemoryTest {

    private static final int ENTITIES = 10_000;
    private static final int CHANNELS = 7;
    private static final int LENGTH = 96;
    private static final int HORIZON = 24;
    private static final int STEPS = LENGTH + HORIZON - 1 + 100;

    private static final Architecture NETWORK = Architecture.builder(SequenceInput.of(LENGTH, CHANNELS))
            .add("lstm", RecurrentLayer.lstm(2))
            .build();

    @Test
    void aMillionWindowsAreHeldAsTheirSeries() throws IllegalAccessException {
        WindowTable table = new WindowTable(
                Waves.wide(CHANNELS),
                new WindowPlan(LENGTH, 1, HORIZON, CHANNELS, List.of(0, 6)),
                TableColumns.LabelKind.REALS,
                null,
                WindowTable.ShortSeries.ERROR);
        BlockScan scan = table.read(table.series().read(Waves.wideRows(ENTITIES, STEPS, CHANNELS)));
        List<TableBlock> blocks = new ArrayList<>();
        scan.forEachRemaining(blocks::add);
        NetworkRows rows = NetworkRows.of(blocks, SequenceInput.of(LENGTH, CHANNELS));
        assertThat(rows.numRows()).isEqualTo(1_000_000);
        int[] order = EpochOrder.of(1, 0, 0, rows.numRows());
        BatchFeed feed = new BatchFeed(rows, NETWORK, 0, null);

        long series = (long) ENTITIES * STEPS * CHANNELS * Float.BYTES;
        Object[] held = {blocks.toArray(), rows, order, feed};
        long counted = bytes(held);
        // Bound to be at most 1.3. The order of an epoch is the most of what comes on top.
        assertThat((double) counted / series).isBetween(1.0, 1.1);
        assertThat((double) planned(scan.counts()) / counted).isBetween(1.0, 1.3);

        float[] window = new float[LENGTH * CHANNELS];
        float[] targets = new float[2 * HORIZON];
        for (int row : new int[] {0, 99, 100, 123_456, 999_999}) {
            rows.copyFloats(row, window, 0, window.length);
            rows.copyTargets(row, targets, 0);
            // Steps of an entity count by 31, channels by 1.
            float first = window[0];
            assertThat(window[window.length - 1]).isEqualTo(first + 31 * (LENGTH - 1) + CHANNELS - 1);
            assertThat(targets[0]).isEqualTo(first + 31 * LENGTH);
            assertThat(targets[targets.length - 1]).isEqualTo(first + 31 * (LENGTH + HORIZON - 1) + 6);
        }
    }

    /** What training says before it begins: the series, see MemoryCheckTest, where they begin, and what the network adds. */
    private static long planned(TableCounts counts) {
        ShardShape shape = new ShardShape(
                counts.trainingRows(),
                counts.validationRows(),
                CHANNELS,
                false,
                0,
                1,
                counts.storedValues(),
                counts.storedValues(),
                false,
                false,
                new SeriesShape(counts.longest(), counts.storedSeries(), true));
        long blocks = counts.storedValues() * Float.BYTES + counts.storedSeries() * 8;
        return blocks + LoopSettings.of(NETWORK).algorithm().memoryPlan(shape).totalBytes();
    }

    /** Bytes of all arrays that our own objects hold, each counted once. */
    private static long bytes(Object root) throws IllegalAccessException {
        return bytes(root, Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    private static long bytes(Object object, Set<Object> seen) throws IllegalAccessException {
        if (object == null || !seen.add(object)) {
            return 0;
        }
        Class<?> type = object.getClass();
        if (type.isArray()) {
            int length = Array.getLength(object);
            if (type.getComponentType().isPrimitive()) {
                int size = type == long[].class || type == double[].class
                        ? 8
                        : type == byte[].class || type == boolean[].class ? 1 : type == short[].class ? 2 : 4;
                return (long) length * size;
            }
            long sum = 4L * length;
            for (int i = 0; i < length; i++) {
                sum += bytes(Array.get(object, i), seen);
            }
            return sum;
        }
        if (!type.getName().startsWith("org.sparkmlext.")) {
            return 0;
        }
        long sum = 0;
        for (Class<?> at = type; at != null && at != Object.class; at = at.getSuperclass()) {
            for (Field field : at.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
                    field.setAccessible(true);
                    sum += bytes(field.get(object), seen);
                }
            }
        }
        return sum;
    }
}
