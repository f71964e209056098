package org.sparkmlext.ml.neural;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.ml.param.ParamMap$;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWriter;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.picture.LearningCurve;
import org.sparkmlext.ml.stage.StageFiles;
import org.sparkmlext.ml.stage.StoredStage;
import org.sparkmlext.ml.stage.SummaryJson;
import org.sparkmlext.runtime.CheckpointOptions;
import org.sparkmlext.training.TrainingReport;

/**
 * Saves and loads a model that is a network: metadata, {@code model.safetensors}, and where the model was trained here
 * {@code summary.json} and {@code learning-curve.svg}. Neither runs a Spark job.
 */
final class NetworkModelFiles {

    static final String MODEL_FILE = "model.safetensors";
    static final String SUMMARY_FILE = "summary.json";
    static final String CURVE_FILE = "learning-curve.svg";
    static final int FORMAT_VERSION = 1;

    private NetworkModelFiles() {}

    /** The network that a directory holds, of whatever stage. */
    static FittedNetwork network(StoredStage stored) throws IOException {
        byte[] bytes = stored.readFile(MODEL_FILE);
        TrainingReport report = null;
        if (stored.hasFile(SUMMARY_FILE)) {
            try {
                report = SummaryJson.read(new String(stored.readFile(SUMMARY_FILE), StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw stored.damaged(SUMMARY_FILE + ": " + e.getMessage(), e);
            }
        }
        try {
            return FittedNetwork.of(bytes, report);
        } catch (IOException e) {
            throw stored.damaged(MODEL_FILE + ": " + e.getMessage(), e);
        }
    }

    /** Writer. */
    static final class Writer extends MLWriter {
        private final Params model;
        private final FittedNetwork network;

        Writer(Params model, FittedNetwork network) {
            this.model = model;
            this.network = network;
        }

        /** Spark's own would delete an overwritten model before the new one is written. */
        @Override
        public void save(String path) throws IOException {
            Map<String, StageFiles.Content> files = new LinkedHashMap<>();
            files.put(MODEL_FILE, out -> out.write(network.bytes()));
            TrainingReport report = network.report();
            if (report != null) {
                byte[] json = SummaryJson.write(report).getBytes(StandardCharsets.UTF_8);
                byte[] curve = LearningCurve.svg(report.rounds(), "epoch").getBytes(StandardCharsets.UTF_8);
                files.put(SUMMARY_FILE, out -> out.write(json));
                files.put(CURVE_FILE, out -> out.write(curve));
            }
            StageFiles.write(
                    model,
                    sparkSession(),
                    path,
                    shouldOverwrite(),
                    new StageFiles.Contents(FORMAT_VERSION, Map.of(), files));
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
        M make(String uid, @Nullable FittedNetwork network);
    }

    /** Writes models of a fit's best epochs, with the estimator's uid and Params; without a summary, since the fit goes on. */
    static <M extends Params> CheckpointOptions.BestModel best(Params estimator, Maker<M> maker) {
        return (path, bytes) -> {
            FittedNetwork network = FittedNetwork.of(bytes, null);
            M model = maker.make(estimator.uid(), network);
            estimator.copyValues(model, ParamMap$.MODULE$.empty());
            new Writer(model, network).overwrite().save(path);
        };
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
                M model = maker.make(stored.uid(), network(stored));
                stored.applyParams(model);
                return model;
            } catch (IOException e) {
                throw new UncheckedIOException(e.getMessage(), e);
            }
        }
    }
}
