package org.sparkmlext.ml.boosting;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWriter;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.stage.StageFiles;
import org.sparkmlext.ml.stage.StoredStage;
import org.sparkmlext.ml.stage.SummaryJson;
import org.sparkmlext.tree.ForestCodec;

/**
 * Saves and loads a model of boosted trees: metadata, {@code model.safetensors}, and
 * {@code summary.json} where the model has a summary. Neither runs a Spark job.
 */
final class BoostedTreesModelFiles {

    static final int FORMAT_VERSION = 1;
    static final String SUMMARY_FILE = "summary.json";
    private static final String GIVEN_NAMES = "hasGivenNames";
    private static final String KEPT_ROUNDS = "keptRounds";

    private BoostedTreesModelFiles() {}

    /** Writer. */
    static final class Writer extends MLWriter {
        private final Params model;
        private final FittedForest fitted;

        /** @param model the stage whose Params are saved */
        Writer(Params model, FittedForest fitted) {
            this.model = model;
            this.fitted = fitted;
        }

        /** Spark's own would delete an overwritten model before the new one is written. */
        @Override
        public void save(String path) throws IOException {
            Map<String, StageFiles.Content> files = new LinkedHashMap<>();
            files.put(ForestCodec.FILE_NAME, out -> out.write(fitted.encoded().bytes()));
            Map<String, Object> facts = new LinkedHashMap<>(Map.of(GIVEN_NAMES, fitted.hasGivenNames()));
            BoostingSummary summary = fitted.summary();
            if (summary != null) {
                facts.put(KEPT_ROUNDS, summary.keptRounds());
                byte[] json = SummaryJson.write(summary.report()).getBytes(StandardCharsets.UTF_8);
                files.put(SUMMARY_FILE, out -> out.write(json));
            }
            StageFiles.write(
                    model,
                    sparkSession(),
                    path,
                    shouldOverwrite(),
                    new StageFiles.Contents(FORMAT_VERSION, facts, files));
        }

        @Override
        public void saveImpl(String path) {
            try {
                save(path);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Makes a model. */
    interface Maker<M> {
        M make(String uid, FittedForest fitted);
    }

    /** Reader. */
    static final class Reader<M extends Params> extends MLReader<M> {
        private final Class<M> type;
        private final Maker<M> maker;

        Reader(Class<M> type, Maker<M> maker) {
            this.type = type;
            this.maker = maker;
        }

        @Override
        public M load(String path) {
            try {
                StoredStage stored = StoredStage.open(sparkSession(), path, type, FORMAT_VERSION);
                EncodedForest forest = forest(stored);
                M model = maker.make(
                        stored.uid(),
                        new FittedForest(forest, stored.fact(GIVEN_NAMES).booleanValue(), summary(stored, forest)));
                stored.applyParams(model);
                return model;
            } catch (IOException e) {
                throw new UncheckedIOException(e.getMessage(), e);
            }
        }

        private static EncodedForest forest(StoredStage stored) throws IOException {
            byte[] bytes = stored.readFile(ForestCodec.FILE_NAME);
            try {
                return EncodedForest.of(bytes);
            } catch (IOException e) {
                throw stored.damaged(ForestCodec.FILE_NAME + ": " + e.getMessage(), e);
            }
        }

        private static @Nullable BoostingSummary summary(StoredStage stored, EncodedForest forest) throws IOException {
            if (!stored.hasFile(SUMMARY_FILE)) {
                return null;
            }
            String json = new String(stored.readFile(SUMMARY_FILE), StandardCharsets.UTF_8);
            try {
                // Models of before there was warm start do not say it.
                int keptRounds = stored.hasFact(KEPT_ROUNDS)
                        ? stored.fact(KEPT_ROUNDS).intValue()
                        : forest.forest().numRounds();
                return new BoostingSummary(SummaryJson.read(json), keptRounds);
            } catch (IOException e) {
                throw stored.damaged(SUMMARY_FILE + ": " + e.getMessage(), e);
            }
        }
    }
}
