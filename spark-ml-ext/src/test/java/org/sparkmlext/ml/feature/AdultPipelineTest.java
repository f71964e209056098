package org.sparkmlext.ml.feature;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.evaluation.BinaryClassificationEvaluator;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.ml.boosting.BoostedTreesClassificationModel;
import org.sparkmlext.ml.boosting.BoostedTreesClassifier;
import org.sparkmlext.ml.neural.CnnClassifier;
import org.sparkmlext.ml.neural.Network;
import org.sparkmlext.testing.RealData;
import org.sparkmlext.tree.Forest;

/** From raw columns to predictions on Adult's official split: trees on indices, a network on one-hot and scaled numbers. */
@RealData
class AdultPipelineTest {

    @TempDir
    private Path directory;

    private static TableAssembler assembler() {
        return new TableAssembler().setInputCols(AdultTable.FEATURES);
    }

    private static void report(String what, double value) {
        System.out.printf("[real data] %s = %.5f%n", what, value);
    }

    private static double auc(Dataset<Row> scored) {
        return new BinaryClassificationEvaluator()
                .setLabelCol("label")
                .setNumBins(0)
                .evaluate(scored);
    }

    @Test
    void treesReachTheirAucAndNameTheColumns() throws Exception {
        Pipeline pipeline = new Pipeline().setStages(new PipelineStage[] {
            assembler(), new BoostedTreesClassifier().setNumTrees(100).setMaxLeaves(31)
        });
        PipelineModel model = pipeline.fit(AdultTable.training());
        String path = directory.resolve("model").toString();
        model.save(path);
        PipelineModel loaded = PipelineModel.load(path);
        double auc = auc(loaded.transform(AdultTable.test()));
        report("Adult test AUC, TableAssembler and trees", auc);
        assertThat(auc).isGreaterThanOrEqualTo(0.925);
        BoostedTreesClassificationModel trees = (BoostedTreesClassificationModel) loaded.stages()[1];
        assertThat(trees.featureImportancesByName(Forest.ImportanceKind.GAIN)).containsOnlyKeys(AdultTable.FEATURES);
        assertThat(((TableAssemblerModel) loaded.stages()[0]).getFeatureNames()).isEqualTo(AdultTable.FEATURES);
    }

    @Test
    void aDenseNetworkLearnsFromTheVector() {
        TableAssemblerModel prepared = assembler()
                .setImputing("median")
                .setScaling("standard")
                .setEncoding("onehot")
                .setMinFrequency(20)
                .setOverrides("{'capital-gain': {scaling: 'minmax'}, 'capital-loss': {scaling: 'minmax'}}")
                .fit(AdultTable.training());
        Network network = Network.vector(prepared.getFeatureNames().length)
                .dense(32, "relu")
                .build();
        Dataset<Row> scored = new CnnClassifier()
                .setNetwork(network)
                .setMaxEpochs(3)
                .setLearningRate(0.005)
                .setSeed(1)
                .fit(prepared.transform(AdultTable.training()))
                .transform(prepared.transform(AdultTable.test()));
        double accuracy = new MulticlassClassificationEvaluator()
                .setMetricName("accuracy")
                .evaluate(scored);
        double auc = auc(scored);
        report("Adult test accuracy, TableAssembler and a dense network", accuracy);
        report("Adult test AUC, TableAssembler and a dense network", auc);
        // The larger class alone is 0.764.
        assertThat(accuracy).isGreaterThanOrEqualTo(0.84);
        assertThat(auc).isGreaterThanOrEqualTo(0.89);
    }
}
