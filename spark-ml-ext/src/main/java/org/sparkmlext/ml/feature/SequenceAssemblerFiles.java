package org.sparkmlext.ml.feature;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWriter;
import org.sparkmlext.ml.stage.StageFiles;
import org.sparkmlext.ml.stage.StoredStage;

/** Saves and loads a {@link SequenceAssemblerModel}: its statistics are facts of the metadata. Neither runs a Spark job. */
final class SequenceAssemblerFiles {

    private static final int FORMAT_VERSION = 1;
    private static final String COLUMNS = "scaledCols";
    private static final String SHIFT = "shift";
    private static final String SCALE = "scale";

    private SequenceAssemblerFiles() {}

    /** Writer. */
    static final class Writer extends MLWriter {
        private final SequenceAssemblerModel model;
        private final SequenceScaling scaling;

        Writer(SequenceAssemblerModel model, SequenceScaling scaling) {
            this.model = model;
            this.scaling = scaling;
        }

        /** Spark's own would delete an overwritten model before the new one is written. */
        @Override
        public void save(String path) throws IOException {
            Map<String, Object> facts =
                    Map.of(COLUMNS, scaling.columns(), SHIFT, scaling.shift(), SCALE, scaling.scale());
            StageFiles.write(
                    model,
                    sparkSession(),
                    path,
                    shouldOverwrite(),
                    new StageFiles.Contents(FORMAT_VERSION, facts, Map.of()));
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

    /** Reader. */
    static final class Reader extends MLReader<SequenceAssemblerModel> {

        @Override
        public SequenceAssemblerModel load(String path) {
            try {
                StoredStage stored =
                        StoredStage.open(sparkSession(), path, SequenceAssemblerModel.class, FORMAT_VERSION);
                SequenceAssemblerModel model = new SequenceAssemblerModel(stored.uid(), scaling(stored));
                stored.applyParams(model);
                return model;
            } catch (IOException e) {
                throw new UncheckedIOException(e.getMessage(), e);
            }
        }

        private static SequenceScaling scaling(StoredStage stored) throws IOException {
            List<String> columns = new ArrayList<>();
            for (JsonNode column : stored.fact(COLUMNS)) {
                columns.add(column.asText());
            }
            try {
                return new SequenceScaling(columns, numbers(stored, SHIFT), numbers(stored, SCALE));
            } catch (IllegalArgumentException e) {
                throw stored.damaged("its statistics: " + e.getMessage(), e);
            }
        }

        private static List<Double> numbers(StoredStage stored, String fact) throws IOException {
            List<Double> numbers = new ArrayList<>();
            for (JsonNode number : stored.fact(fact)) {
                if (!number.isNumber()) {
                    throw stored.damaged(
                            "its fact " + fact + " holds " + number, new IllegalArgumentException("no number"));
                }
                numbers.add(number.doubleValue());
            }
            return numbers;
        }
    }
}
