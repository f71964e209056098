package org.sparkmlext.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.sparkmlext.collective.RankThreads.assertCulprit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.collective.InProcessCollective;
import org.sparkmlext.collective.LoopbackGroup;
import org.sparkmlext.collective.RankThreads;
import org.sparkmlext.collective.TcpCollective;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.graph.FlatLayout;
import org.sparkmlext.kernels.graph.ModelLayout;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.net.SumBuckets.Bucket;

/** Sums of a step over ranks, in buckets, with and without the backward pass going on meanwhile. */
class RankSumsTest {

    private static final int BUCKET = 1000;
    private static final ModelLayout LAYOUT = layout(700, 900, 64, 2500, 10);
    private static final int STEPS = 5;

    private static ModelLayout layout(int... parameters) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        for (int length : parameters) {
            shapes.put("p" + shapes.size(), Shape.of(length));
        }
        return new ModelLayout(
                FlatLayout.of(shapes), FlatLayout.of(Map.of("mean", Shape.of(5))), List.of(ModelLayout.LOSS));
    }

    @Property(tries = 200)
    void bucketsCoverTheArrayFromItsEndAndComeInOrder(
            @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 900) Integer> parameters,
            @ForAll @IntRange(min = 1, max = 1500) int floats,
            @ForAll long seed) {
        ModelLayout layout =
                layout(parameters.stream().mapToInt(Integer::intValue).toArray());
        SumBuckets buckets = new SumBuckets(layout, floats);
        int end = layout.additiveLength();
        for (Bucket bucket : buckets.all()) {
            assertThat(bucket.to()).isEqualTo(end);
            assertThat(bucket.length()).isPositive();
            if (bucket.from() > 0) {
                assertThat(bucket.length()).isGreaterThanOrEqualTo(floats);
            }
            end = bucket.from();
        }
        assertThat(end).isZero();
        List<Bucket> parts = cut(layout.additiveLength(), new Random(seed));
        for (int round = 0; round < 2; round++) {
            buckets.restart();
            List<Bucket> sent = new ArrayList<>();
            boolean[] isComplete = new boolean[layout.additiveLength()];
            for (Bucket part : parts) {
                for (int i = part.from(); i < part.to(); i++) {
                    isComplete[i] = true;
                }
                for (Bucket bucket : buckets.completed(part.from(), part.to())) {
                    for (int i = bucket.from(); i < bucket.to(); i++) {
                        assertThat(isComplete[i]).isTrue();
                    }
                    sent.add(bucket);
                }
            }
            assertThat(sent).isEqualTo(buckets.all());
        }
    }

    /** Disjoint parts of an array in any order. */
    private static List<Bucket> cut(int length, Random random) {
        List<Bucket> parts = new ArrayList<>();
        for (int from = 0; from < length; ) {
            int to = Math.min(length, from + 1 + random.nextInt(600));
            parts.add(random.nextInt(parts.size() + 1), new Bucket(from, to));
            from = to;
        }
        return parts;
    }

    @Test
    void sumsAreThoseOfTheRanksWhetherTheyOverlapOrNot() throws IOException {
        List<List<float[]>> inProcess = RankThreads.run(InProcessCollective.group(3), rank -> steps(rank, false));
        List<List<float[]>> besideWork = RankThreads.run(InProcessCollective.group(3), rank -> steps(rank, true));
        List<TcpCollective> tcp = LoopbackGroup.open(3);
        List<List<float[]>> afterwards = RankThreads.run(tcp, rank -> steps(rank, false));
        List<List<float[]>> meanwhile = RankThreads.run(tcp, rank -> steps(rank, true));
        tcp.forEach(Collective::close);
        for (int step = 0; step < STEPS; step++) {
            double[] expected = expected(step);
            for (int rank = 0; rank < 3; rank++) {
                float[] sums = afterwards.get(rank).get(step);
                for (int i = 0; i < expected.length; i++) {
                    assertThat((double) sums[i]).isCloseTo(expected[i], within(1e-5));
                }
                assertThat(sums).isEqualTo(afterwards.get(0).get(step));
                assertThat(meanwhile.get(rank).get(step)).isEqualTo(sums);
                assertThat(besideWork.get(rank).get(step))
                        .isEqualTo(inProcess.get(rank).get(step));
            }
        }
    }

    /** What the device holds after each step. In step s rank s has no rows. */
    private static List<float[]> steps(Collective collective, boolean overlaps) {
        List<float[]> results = new ArrayList<>();
        try (Backend backend = Backends.open("cpu", BackendOptions.threads(1)).backend();
                ModelMemory memory = backend.graphs().allocate(LAYOUT, true);
                RankSums sums = new RankSums(
                        collective, memory, BUCKET, new HostSums(collective, memory.additive(), overlaps))) {
            for (int step = 0; step < STEPS; step++) {
                boolean hasRows = collective.rank() != step;
                if (hasRows) {
                    sums.begin();
                    float[] values = values(collective.rank(), step);
                    for (Bucket part : cut(values.length, new Random(step))) {
                        int length = part.length();
                        memory.additive().copyIn(part.from(), values, part.from(), length);
                        sums.complete(part.from(), part.to());
                    }
                }
                sums.exchange(hasRows);
                float[] result = new float[LAYOUT.additiveLength()];
                memory.additive().copyOut(0, result, 0, result.length);
                assertThat((float) sums.sum(ModelLayout.LOSS)).isEqualTo(result[LAYOUT.sumAt(ModelLayout.LOSS)]);
                results.add(result);
            }
        }
        return results;
    }

    private static float[] values(int rank, int step) {
        Random random = new Random(31L * rank + step);
        float[] values = new float[LAYOUT.additiveLength()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static double[] expected(int step) {
        double[] sums = new double[LAYOUT.additiveLength()];
        for (int rank = 0; rank < 3; rank++) {
            float[] values = values(rank, step);
            for (int i = 0; rank != step && i < sums.length; i++) {
                sums[i] += values[i];
            }
        }
        return sums;
    }

    @Test
    void aRankThatFailsInItsBackwardPassIsNamedByTheOthers() throws IOException {
        List<TcpCollective> ranks = LoopbackGroup.open(3);
        List<Throwable> thrown = RankThreads.failures(ranks, rank -> {
            try {
                return failing(rank);
            } catch (RuntimeException e) {
                rank.abort(e);
                throw e;
            }
        });
        ranks.forEach(Collective::close);
        assertThat(thrown.get(1)).hasMessage("out of memory in layer 'conv2'");
        assertCulprit(List.of(thrown.get(0), thrown.get(2)), 1, "out of memory in layer 'conv2'");
    }

    private static List<float[]> failing(Collective collective) {
        if (collective.rank() != 1) {
            return steps(collective, true);
        }
        try (Backend backend = Backends.open("cpu", BackendOptions.threads(1)).backend();
                ModelMemory memory = backend.graphs().allocate(LAYOUT, true);
                RankSums sums =
                        new RankSums(collective, memory, BUCKET, new HostSums(collective, memory.additive(), true))) {
            sums.begin();
            // The first bucket travels already.
            int end = LAYOUT.additiveLength();
            sums.complete(end - BUCKET - 2500, end);
            throw new IllegalStateException("out of memory in layer 'conv2'");
        }
    }
}
