package org.sparkmlext.tree;

/** Settings for tests: small trees, changed one by one. */
final class TestSettings {

    private Objective objective = Objective.of(Objective.Kind.LOGISTIC);
    private int numTrees = 10;
    private CustomMetric customMetric;
    private byte[] initialModel;
    private long seed = 42;
    private int maxDepth = -1;
    private int maxLeaves = 15;
    private GrowPolicy growPolicy = GrowPolicy.LEAFWISE;
    private int maxBins = 255;
    private double lambdaL2 = 1;
    private double lambdaL1;
    private double minSplitGain;
    private double minChildWeight = 1;
    private int minDataInLeaf = 1;
    private double subsamplingRate = 1;
    private double byTree = 1;
    private double byLevel = 1;
    private double byNode = 1;
    private int earlyStoppingRounds;
    private String validationMetric = "logloss";
    private int trainingMetricPeriod = 1;

    static TestSettings defaults() {
        return new TestSettings();
    }

    TestSettings withObjective(Objective value) {
        objective = value;
        validationMetric = "auto";
        return this;
    }

    TestSettings withCustomMetric(CustomMetric metric) {
        customMetric = metric;
        return this;
    }

    TestSettings withInitialModel(byte[] model) {
        initialModel = model;
        return this;
    }

    TestSettings withSeed(long value) {
        seed = value;
        return this;
    }

    TestSettings withTrees(int trees) {
        numTrees = trees;
        return this;
    }

    TestSettings withShape(GrowPolicy policy, int depth, int leaves) {
        growPolicy = policy;
        maxDepth = depth;
        maxLeaves = leaves;
        return this;
    }

    TestSettings withBins(int bins) {
        maxBins = bins;
        return this;
    }

    TestSettings withPenalties(double l2, double l1, double gain) {
        lambdaL2 = l2;
        lambdaL1 = l1;
        minSplitGain = gain;
        return this;
    }

    TestSettings withLeafMinimum(double childWeight, int dataInLeaf) {
        minChildWeight = childWeight;
        minDataInLeaf = dataInLeaf;
        return this;
    }

    TestSettings withSubsampling(double rate) {
        subsamplingRate = rate;
        return this;
    }

    TestSettings withColumnSampling(double tree, double level, double node) {
        byTree = tree;
        byLevel = level;
        byNode = node;
        return this;
    }

    TestSettings withEarlyStopping(int rounds, String metric) {
        earlyStoppingRounds = rounds;
        validationMetric = metric;
        return this;
    }

    TestSettings withTrainingMetrics(int period) {
        trainingMetricPeriod = period;
        return this;
    }

    BoostingSettings build() {
        return new BoostingSettings(
                objective,
                numTrees,
                maxDepth,
                maxLeaves,
                growPolicy,
                0.1,
                maxBins,
                lambdaL2,
                lambdaL1,
                minSplitGain,
                minChildWeight,
                minDataInLeaf,
                subsamplingRate,
                byTree,
                byLevel,
                byNode,
                earlyStoppingRounds,
                validationMetric,
                trainingMetricPeriod,
                customMetric,
                initialModel,
                seed);
    }
}
