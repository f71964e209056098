package org.sparkmlext.tree;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.collective.Collective;

/**
 * Exact ROC AUC and average precision of the rows of all ranks: the curve is that of the whole table, never a mean of the
 * ranks' own, and the result has the same bits whatever the number of ranks and the order of rows.
 *
 * <p>Weights are counted in fixed point, the unit by the global maximum and number of rows: 2^-40 of the
 * largest weight is one unit or more with up to a million rows (2^-30 with a billion), and half a unit rounds to 0. Ranks sort their own scores, agree on ranges of scores by
 * regular sampling (Shi and Schaeffer, "Parallel sorting by regular sampling", 1992) and exchange one range after the other;
 * of each range every rank merges its own part only. Memory a rank: 16 bytes a row of its own and some 50 MB for the
 * exchange, whatever the number of rows. Traffic: 16 bytes an entry (a distinct score and class of a rank) to every rank.
 */
final class RankingMetrics {

    /** Entries in one exchange, over all ranks; half as many again in the worst case. */
    private static final int ENTRIES_PER_EXCHANGE = 1 << 20;

    /** Of each rank's part of an exchange. */
    private static final int SAMPLES_PER_PART = 3;

    private final Collective collective;
    private final int entriesPerExchange;

    RankingMetrics(Collective collective) {
        this(collective, ENTRIES_PER_EXCHANGE);
    }

    /** @param entriesPerExchange what bounds the memory of an exchange */
    RankingMetrics(Collective collective, int entriesPerExchange) {
        this.collective = collective;
        this.entriesPerExchange = entriesPerExchange;
    }

    /**
     * The quality of one score a row. Collective.
     *
     * @param scores this rank's, in any unit: only their order counts; -0.0 equals 0.0
     * @param labels as many
     * @param weights as many, finite and not negative; null means 1
     * @param positiveLabel the label of positive rows; rows of any other label are negative
     * @throws IllegalArgumentException on every rank, if a score of any rank is NaN or a weight is not finite or is negative
     */
    RankingQuality measure(float[] scores, float[] labels, float @Nullable [] weights, float positiveLabel) {
        checkLengths(scores, labels, weights);
        RankedScores mine = RankedScores.of(scores, labels, positiveLabel, weights, unit(scores, weights));
        return collective.size() == 1 ? walk(mine) : exchange(mine);
    }

    /**
     * The mean over classes 0 .. k-1 of the quality of each class against all others (macro average, every class counts the
     * same). A class for which a figure is undefined makes that mean NaN. Collective.
     *
     * @param scores one array a class; what ranks rows by class k, such as its probability (a raw score of softmax says
     *     little without those of the other classes)
     */
    RankingQuality measureOneVsRest(List<float[]> scores, float[] labels, float @Nullable [] weights) {
        double rocAuc = 0;
        double averagePrecision = 0;
        for (int k = 0; k < scores.size(); k++) {
            RankingQuality quality = measure(scores.get(k), labels, weights, k);
            rocAuc += quality.rocAuc();
            averagePrecision += quality.averagePrecision();
        }
        return new RankingQuality(rocAuc / scores.size(), averagePrecision / scores.size());
    }

    private static void checkLengths(float[] scores, float[] labels, float @Nullable [] weights) {
        int weightCount = weights == null ? scores.length : weights.length;
        if (labels.length != scores.length || weightCount != scores.length) {
            throw new IllegalArgumentException("got " + scores.length + " scores, " + labels.length + " labels and "
                    + weightCount + " weights; they must be as many");
        }
    }

    /** Units of fixed point in a weight of 1, from the largest weight and the number of rows of all ranks. */
    private double unit(float[] scores, float @Nullable [] weights) {
        long[] counts = {scores.length, 0, 0};
        for (float score : scores) {
            counts[1] += Float.isNaN(score) ? 1 : 0;
        }
        float largest = weights == null && scores.length > 0 ? 1 : 0;
        for (float weight : weights == null ? new float[0] : weights) {
            counts[2] += weight >= 0 && weight <= Float.MAX_VALUE ? 0 : 1;
            largest = Math.max(largest, weight);
        }
        collective.sum(counts, 0, counts.length);
        if (counts[1] > 0 || counts[2] > 0) {
            throw new IllegalArgumentException("AUC needs scores that are numbers and weights that are finite and not"
                    + " negative; of " + counts[0] + " rows on all ranks " + counts[1] + " have the score NaN and "
                    + counts[2] + " another weight");
        }
        // Weights are not negative, so their bits order as they do.
        long[] bits = {Float.floatToIntBits(largest)};
        collective.max(bits, 0, 1);
        return Math.scalb(1.0, FixedPoint.exponent(Float.intBitsToFloat((int) bits[0]), counts[0]));
    }

    /** A single rank has the whole curve before it. */
    private RankingQuality walk(RankedScores mine) {
        RankingCurve curve = new RankingCurve();
        RankingWeights above = new RankingWeights();
        for (int e = 0; e < mine.count(); e++) {
            curve.add((mine.code(e) & 1) != 0, mine.weight(e));
            if (e + 1 == mine.count() || mine.code(e + 1) >= RankedScores.endOfScore(mine.code(e))) {
                curve.endGroup(above);
            }
        }
        return curve.quality(above, collective);
    }

    private RankingQuality exchange(RankedScores mine) {
        long[] ends = partEnds(mine);
        RankingCurve curve = new RankingCurve();
        RankingWeights above = new RankingWeights();
        int from = 0;
        for (int part = 0; part < ends.length; part += collective.size()) {
            long[] partsEnd = Arrays.copyOfRange(ends, part, part + collective.size());
            exchangeRange(mine, from, partsEnd, curve, above);
            from = mine.firstFrom(from, partsEnd[partsEnd.length - 1]);
        }
        return curve.quality(above, collective);
    }

    /**
     * Where parts end, in codes (exclusive), ascending: {@code size} parts an exchange, the last part without end. Parts may
     * be empty. The same on all ranks.
     */
    private long[] partEnds(RankedScores mine) {
        int size = collective.size();
        int step = Math.max(1, entriesPerExchange / ((SAMPLES_PER_PART + 1) * size));
        int[] counts = new int[size];
        long[] samples = gatheredSpace(mine.count() / step, counts);
        int at = collective.rank() == 0 ? 0 : counts[collective.rank() - 1];
        for (int s = 0; s < mine.count() / step; s++) {
            samples[at + s] = RankedScores.endOfScore(mine.code((s + 1) * step - 1));
        }
        collective.allGather(samples, counts);
        Arrays.sort(samples);
        int inner = samples.length / SAMPLES_PER_PART;
        long[] ends = new long[size * (inner / size + 1)];
        for (int p = 0; p < ends.length; p++) {
            ends[p] = p < inner ? samples[(p + 1) * SAMPLES_PER_PART - 1] : Long.MAX_VALUE;
        }
        return ends;
    }

    /** Space for what all ranks give; {@code segmentEnds} is filled. */
    private long[] gatheredSpace(int ownLength, int[] segmentEnds) {
        long[] lengths = new long[segmentEnds.length];
        lengths[collective.rank()] = ownLength;
        collective.sum(lengths, 0, lengths.length);
        return new long[toEnds(lengths, segmentEnds)];
    }

    private static int toEnds(long[] lengths, int[] segmentEnds) {
        int end = 0;
        for (int r = 0; r < segmentEnds.length; r++) {
            end = Math.toIntExact(end + lengths[r]);
            segmentEnds[r] = end;
        }
        return end;
    }

    /** One exchange: all ranks give their entries of the range, each walks its own part of it. */
    private void exchangeRange(RankedScores mine, int from, long[] partsEnd, RankingCurve curve, RankingWeights above) {
        int size = collective.size();
        int rank = collective.rank();
        // Per rank: entries it gives. Per part: its positive and its negative weight.
        long[] figures = new long[3 * size];
        int to = from;
        for (int part = 0; part < size; part++) {
            int partTo = mine.firstFrom(to, partsEnd[part]);
            for (; to < partTo; to++) {
                boolean isPositive = (mine.code(to) & 1) != 0;
                figures[(isPositive ? 1 : 2) * size + part] += mine.weight(to);
            }
        }
        figures[rank] = to - from;
        collective.sum(figures, 0, figures.length);
        int[] segmentEnds = new int[size];
        int total = toEnds(figures, segmentEnds);
        long[] codes = new long[total];
        long[] weights = new long[total];
        mine.copyTo(from, to - from, codes, weights, segmentEnds[rank] - (to - from));
        collective.allGather(codes, segmentEnds);
        collective.allGather(weights, segmentEnds);
        RankingWeights aboveMine = new RankingWeights();
        aboveMine.add(above.positive(), above.negative());
        for (int part = 0; part < size; part++) {
            if (part < rank) {
                aboveMine.add(figures[size + part], figures[2 * size + part]);
            }
            above.add(figures[size + part], figures[2 * size + part]);
        }
        long partStart = rank == 0 ? 0 : partsEnd[rank - 1];
        walkPart(codes, weights, segmentEnds, partStart, partsEnd[rank], curve, aboveMine);
    }

    /** Merges the ranks' entries with codes in {@code [start, end)} and walks them. */
    private static void walkPart(
            long[] codes,
            long[] weights,
            int[] segmentEnds,
            long start,
            long end,
            RankingCurve curve,
            RankingWeights above) {
        int segmentStart = 0;
        long[] order = new long[0];
        int count = 0;
        for (int segmentEnd : segmentEnds) {
            int first = RankedScores.firstFrom(codes, segmentStart, segmentEnd, start);
            int last = RankedScores.firstFrom(codes, first, segmentEnd, end);
            if (count + last - first > order.length) {
                order = Arrays.copyOf(order, 2 * (count + last - first));
            }
            for (int e = first; e < last; e++) {
                order[count++] = RankedScores.sortKey(codes[e], e);
            }
            segmentStart = segmentEnd;
        }
        Arrays.sort(order, 0, count);
        for (int i = 0; i < count; i++) {
            long code = RankedScores.codeOf(order[i]);
            curve.add((code & 1) != 0, weights[RankedScores.positionOf(order[i])]);
            if (i + 1 == count || RankedScores.codeOf(order[i + 1]) >= RankedScores.endOfScore(code)) {
                curve.endGroup(above);
            }
        }
    }
}
