package org.sparkmlext.tree;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Forests and rows of any shape, from a seed: children in no particular places, awkward thresholds and values. */
final class RandomForests {

    private static final float[] AWKWARD = {
        0.0f,
        -0.0f,
        Float.MIN_VALUE,
        -Float.MIN_VALUE,
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        Float.NaN
    };

    private final SplittableRandom random;

    RandomForests(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** @param maxLeaves of a tree; each tree has from one to so many */
    Forest forest(int numFeatures, int numOutputs, int rounds, int maxLeaves) {
        Growing growing = new Growing();
        for (int t = 0; t < rounds * numOutputs; t++) {
            grow(growing, numFeatures, random.nextInt(1, maxLeaves + 1));
        }
        float[] baseScores = new float[numOutputs];
        for (int k = 0; k < numOutputs; k++) {
            baseScores[k] = random.nextInt(-8, 8) / 8f;
        }
        List<String> names =
                IntStream.range(0, numFeatures).mapToObj(f -> "f" + f).toList();
        return new Forest(names, "any", baseScores, growing.nodes());
    }

    private static final class Growing {
        final List<Integer> starts = new ArrayList<>();
        final List<Integer> features = new ArrayList<>();
        final List<Float> thresholds = new ArrayList<>();
        final List<Integer> isMissingLeft = new ArrayList<>();
        final List<Integer> left = new ArrayList<>();
        final List<Integer> right = new ArrayList<>();
        final List<Float> values = new ArrayList<>();

        int add() {
            features.add(-1);
            thresholds.add(0f);
            isMissingLeft.add(0);
            left.add(-1);
            right.add(-1);
            values.add(0f);
            return features.size() - 1;
        }

        ForestNodes nodes() {
            starts.add(features.size());
            int n = features.size();
            byte[] missing = new byte[n];
            for (int i = 0; i < n; i++) {
                missing[i] = isMissingLeft.get(i).byteValue();
            }
            return new ForestNodes(
                    ints(starts),
                    ints(features),
                    floats(thresholds),
                    missing,
                    ints(left),
                    ints(right),
                    floats(values),
                    new float[n],
                    new float[n]);
        }

        private static int[] ints(List<Integer> list) {
            return list.stream().mapToInt(Integer::intValue).toArray();
        }

        private static float[] floats(List<Float> list) {
            float[] floats = new float[list.size()];
            for (int i = 0; i < floats.length; i++) {
                floats[i] = list.get(i);
            }
            return floats;
        }
    }

    private void grow(Growing to, int numFeatures, int numLeaves) {
        List<Integer> leaves = new ArrayList<>();
        to.starts.add(to.features.size());
        leaves.add(to.add());
        while (leaves.size() < numLeaves) {
            int parent = leaves.remove(random.nextInt(leaves.size()));
            int first = to.add();
            int second = to.add();
            boolean isSwapped = random.nextBoolean();
            to.features.set(parent, random.nextInt(numFeatures));
            to.thresholds.set(parent, number());
            to.isMissingLeft.set(parent, random.nextInt(2));
            to.left.set(parent, isSwapped ? second : first);
            to.right.set(parent, isSwapped ? first : second);
            leaves.add(first);
            leaves.add(second);
        }
        for (int leaf : leaves) {
            to.values.set(leaf, (float) random.nextDouble(-1, 1));
        }
    }

    /** Row-major values, many of them equal to thresholds. */
    float[] rows(int numRows, int numFeatures) {
        float[] rows = new float[numRows * numFeatures];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = number();
        }
        return rows;
    }

    private float number() {
        int kind = random.nextInt(4);
        if (kind == 0) {
            return AWKWARD[random.nextInt(AWKWARD.length)];
        }
        return kind == 1 ? random.nextInt(-3, 4) : Float.intBitsToFloat(random.nextInt());
    }
}
