package org.sparkmlext.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Windows over series against windows that are written out one by one. */
class SequenceFeaturesProperties {

    /** A row written out. */
    private record Expanded(float[] window, float[] targets) {}

    /** Windows of series as their definition has it. */
    private static List<Expanded> expand(WindowPlan plan, List<float[][]> series) {
        List<Expanded> rows = new ArrayList<>();
        for (float[][] steps : series) {
            int span = plan.length() + plan.horizon();
            if (plan.length() == 0 || steps.length < span) {
                rows.add(row(plan, steps, 0, steps.length - plan.horizon()));
                continue;
            }
            for (int first = 0; first + span <= steps.length; first += plan.stride()) {
                rows.add(row(plan, steps, first, plan.length()));
            }
        }
        return rows;
    }

    private static Expanded row(WindowPlan plan, float[][] steps, int first, int length) {
        List<Float> window = new ArrayList<>();
        for (int s = first; s < first + length; s++) {
            for (int c = 0; c < plan.numInputs(); c++) {
                window.add(steps[s][c]);
            }
        }
        List<Float> targets = new ArrayList<>();
        int from = plan.horizon() == 0 ? first + length - 1 : first + length;
        for (int s = from; s < Math.max(from + 1, from + plan.horizon()); s++) {
            for (int channel : plan.targetChannels()) {
                targets.add(steps[s][channel]);
            }
        }
        return new Expanded(array(window), array(targets));
    }

    private static float[] array(List<Float> values) {
        float[] array = new float[values.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = values.get(i);
        }
        return array;
    }

    private static List<float[][]> series(int number, int channels, int shortest, Random random) {
        List<float[][]> all = new ArrayList<>();
        for (int s = 0; s < number; s++) {
            float[][] steps = new float[shortest + random.nextInt(12)][channels];
            for (float[] step : steps) {
                for (int c = 0; c < channels; c++) {
                    step[c] = random.nextFloat();
                }
            }
            all.add(steps);
        }
        return all;
    }

    private static SequenceFeatures features(WindowPlan plan, int channels, List<float[][]> series) {
        SequenceRowBuffer buffer = new SequenceRowBuffer(plan, channels, 1 << 16, 1 << 20);
        for (float[][] steps : series) {
            // Behind another step, which is not to be read.
            float[] flat = new float[(steps.length + 1) * channels];
            for (int s = 0; s < steps.length; s++) {
                System.arraycopy(steps[s], 0, flat, (s + 1) * channels, channels);
            }
            buffer.add(flat, 1, steps.length);
        }
        return buffer.build();
    }

    private static void assertRows(SequenceFeatures features, List<Expanded> rows) {
        assertThat(features.numRows()).isEqualTo(rows.size());
        int longest = 0;
        for (int r = 0; r < rows.size(); r++) {
            Expanded expected = rows.get(r);
            int width = features.length(r) * features.numFeatures();
            float[] window = new float[width + 2];
            features.copyWindow(r, window, 1);
            assertThat(Arrays.copyOfRange(window, 1, width + 1)).as("row %d", r).isEqualTo(expected.window());
            float[] targets = new float[features.numTargets() + 1];
            features.copyTargets(r, targets, 1);
            assertThat(Arrays.copyOfRange(targets, 1, targets.length)).isEqualTo(expected.targets());
            longest = Math.max(longest, features.length(r));
        }
        assertThat(features.longest()).isEqualTo(longest);
    }

    @Property(tries = 400)
    void rowsAreTheWindowsOfTheirSeries(
            @ForAll @IntRange(max = 6) int length,
            @ForAll @IntRange(min = 1, max = 4) int stride,
            @ForAll @IntRange(max = 3) int horizon,
            @ForAll @IntRange(min = 1, max = 3) int numInputs,
            @ForAll @IntRange(max = 2) int numTargets,
            @ForAll @IntRange(max = 8) int numSeries,
            @ForAll long seed)
            throws IOException {
        Random random = new Random(seed);
        int channels = numInputs + 2;
        List<Integer> targets = random.ints(numTargets, 0, channels).boxed().toList();
        WindowPlan plan =
                new WindowPlan(length, stride, targets.isEmpty() || length == 0 ? 0 : horizon, numInputs, targets);
        List<float[][]> series = series(numSeries, channels, plan.horizon() + 1, random);
        SequenceFeatures features = features(plan, channels, series);
        List<Expanded> rows = expand(plan, series);
        assertRows(features, rows);

        int from = rows.isEmpty() ? 0 : random.nextInt(rows.size());
        int to = rows.isEmpty() ? 0 : from + random.nextInt(rows.size() - from + 1);
        SequenceFeatures slice = features.slice(from, to);
        assertRows(slice, rows.subList(from, to));
        assertThat(slice.numStored()).isLessThanOrEqualTo(features.numStored());
        assertThat(features.slice(0, rows.size()).contentHash()).isEqualTo(features.contentHash());
        assertThat(features.slice(0, rows.size()).slice(from, to).contentHash()).isEqualTo(slice.contentHash());
        if (to - from < rows.size()) {
            assertThat(slice.contentHash()).isNotEqualTo(features.contentHash());
        }

        ByteBuffer memory =
                ByteBuffer.allocate((int) features.numStored() * Float.BYTES).order(ByteOrder.nativeOrder());
        features.<IOException>write(memory::put);
        assertThat(memory.hasRemaining()).isFalse();
        boolean[] unmapped = new boolean[1];
        SequenceFeatures mapped = features.mapped(memory, () -> unmapped[0] = true);
        assertRows(mapped, rows);
        assertRows(mapped.slice(from, to), rows.subList(from, to));
        assertThat(mapped.contentHash()).isEqualTo(features.contentHash());
        mapped.drop();
        mapped.drop();
        assertThat(unmapped[0]).isTrue();
        if (!rows.isEmpty()) {
            assertThatThrownBy(() -> mapped.slice(0, 1)).hasMessageContaining("were dropped");
        }
    }

    @Example
    void aSliceHoldsTheStepsOfItsRowsOnly() {
        WindowPlan plan = new WindowPlan(10, 1, 2, 1, List.of(0));
        SequenceFeatures features = new SequenceFeatures(plan, 1, new int[] {0, 100}, new float[100]);
        assertThat(features.numRows()).isEqualTo(89);
        assertThat(features.slice(20, 21).numStored()).isEqualTo(12);
        assertThat(features.slice(20, 25).numStored()).isEqualTo(16);
        assertThat(features.slice(20, 20).numRows()).isZero();
    }

    @Example
    void aSeriesTooShortForAWindowIsOneShortWindow() {
        WindowPlan plan = new WindowPlan(10, 3, 2, 1, List.of(0));
        SequenceFeatures features = new SequenceFeatures(
                plan, 1, new int[] {0, 5, 16}, new float[] {0, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
        assertThat(features.numRows()).isEqualTo(2);
        assertThat(features.length(0)).isEqualTo(3);
        assertThat(features.length(1)).isEqualTo(9);
        float[] targets = new float[2];
        features.copyTargets(0, targets, 0);
        assertThat(targets).containsExactly(3, 4);
    }

    @Example
    void theyTravelUnlessTheyLieInAFile() throws IOException, ClassNotFoundException {
        SequenceFeatures features = new SequenceFeatures(WindowPlan.whole(2), 2, new int[] {0, 1, 3}, new float[6]);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new ObjectOutputStream(bytes).writeObject(features);
        Object read = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
        assertThat(((SequenceFeatures) read).contentHash()).isEqualTo(features.contentHash());
        SequenceFeatures mapped = features.mapped(ByteBuffer.allocate(24), () -> {});
        assertThatThrownBy(() -> new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(mapped))
                .isInstanceOf(NotSerializableException.class);
        assertThatThrownBy(mapped::values).hasMessageContaining("mapped file");
    }

    @Example
    void plansAndSizesThatCannotBeAreRefused() {
        assertThatThrownBy(() -> new WindowPlan(5, 0, 1, 1, List.of(0))).hasMessageContaining("every 0 steps");
        assertThatThrownBy(() -> new WindowPlan(5, 1, 1, 1, List.of())).hasMessageContaining("target channels []");
        assertThatThrownBy(() -> new WindowPlan(0, 1, 1, 1, List.of(0))).hasMessageContaining("at least 1 step");
        assertThatThrownBy(() -> new WindowPlan(5, 1, 1, 1, List.of(-1))).hasMessageContaining("below 0");
        assertThatThrownBy(() -> new WindowPlan(5, 1, 2, 1, List.of(0)).numWindows(2))
                .hasMessageContaining("2 steps has none before a horizon of 2");
        assertThatThrownBy(() -> new SequenceFeatures(WindowPlan.whole(3), 2, new int[] {0}, new float[0]))
                .hasMessageContaining("2 channels; needed are 3");
        assertThatThrownBy(() -> new SequenceFeatures(WindowPlan.whole(2), 2, new int[] {0, 2}, new float[3]))
                .hasMessageContaining("3 values are too few for 2 steps");
        SequenceFeatures features = new SequenceFeatures(WindowPlan.whole(1), 1, new int[] {0, 1}, new float[1]);
        assertThatThrownBy(() -> new TableBlock(1, features, new float[1], null, null, false).table())
                .hasMessageContaining("no table");
    }
}
