package org.sparkmlext.sql;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.feature.StringIndexerModel;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.sparkmlext.ml.boosting.BoostedTreesModel;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.neural.TrainedNetworkModel;
import org.sparkmlext.ml.training.ModelDirectory;

/** What is inside a model: of boosted trees the importances of its features, the largest first, of a network its layers. */
final class ExplainModel {
    private static final StructType IMPORTANCES =
            new StructType().add("feature", DataTypes.StringType).add("importance", DataTypes.DoubleType);
    private static final StructType LAYERS = new StructType()
            .add("layer", DataTypes.StringType)
            .add("kind", DataTypes.StringType)
            .add("output", DataTypes.StringType)
            .add("parameters", DataTypes.LongType);

    private final Stored stored;

    private ExplainModel(Stored stored) {
        this.stored = stored;
    }

    /** @throws BadInputException if there is no such model */
    static ExplainModel of(String name, SparkSession session) {
        ModelWarehouse warehouse = new ModelWarehouse(session);
        return new ExplainModel(warehouse.find(warehouse.name(name).text()));
    }

    StructType schema() {
        return stored.facts().algorithm().startsWith("boosted_trees_") ? IMPORTANCES : LAYERS;
    }

    List<Row> run(SparkSession session) {
        ModelDirectory.Loaded loaded = new ModelDirectory(session).load(stored.path());
        if (loaded.trained() instanceof BoostedTreesModel trees && schema() == IMPORTANCES) {
            return importances(trees, columnsByIndex(loaded.model()));
        } else if (loaded.trained() instanceof TrainedNetworkModel network && schema() == LAYERS) {
            return network.fittedLayers().layerLines().stream()
                    .map(layer -> RowFactory.create(layer.name(), layer.kind(), layer.output(), layer.parameters()))
                    .toList();
        }
        throw new BadInputException("model '" + stored.facts().name() + "' is damaged: " + FactsFile.NAME + " says "
                + stored.facts().algorithm() + ", but " + stored.path() + " holds a "
                + loaded.trained().getClass().getSimpleName() + "; drop the model and create it again");
    }

    private static List<Row> importances(BoostedTreesModel trees, Map<String, String> columns) {
        Vector importances = trees.featureImportances();
        List<String> names = trees.featureNames();
        return IntStream.range(0, importances.size())
                .boxed()
                .sorted(Comparator.comparingDouble((Integer feature) -> -importances.apply(feature)))
                .map(feature -> RowFactory.create(
                        columns.getOrDefault(names.get(feature), names.get(feature)), importances.apply(feature)))
                .toList();
    }

    /** Columns of texts by the name that their indices have inside the pipeline. */
    private static Map<String, String> columnsByIndex(Transformer model) {
        Map<String, String> columns = new HashMap<>();
        if (model instanceof PipelineModel pipeline) {
            for (Transformer stage : pipeline.stages()) {
                if (stage instanceof StringIndexerModel indexer) {
                    for (int i = 0; i < indexer.getInputCols().length; i++) {
                        columns.put(indexer.getOutputCols()[i], indexer.getInputCols()[i]);
                    }
                }
            }
        }
        return columns;
    }
}
