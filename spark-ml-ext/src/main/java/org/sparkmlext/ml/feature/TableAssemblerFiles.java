package org.sparkmlext.ml.feature;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWriter;
import org.sparkmlext.ml.stage.StageFiles;
import org.sparkmlext.ml.stage.StoredStage;

/** Saves and loads a {@link TableAssemblerModel}: what fit found is one file of JSON. Neither runs a Spark job. */
final class TableAssemblerFiles {

    private static final int FORMAT_VERSION = 1;
    private static final String COLUMNS = "columns.json";

    private TableAssemblerFiles() {}

    /** Writer. */
    static final class Writer extends MLWriter {
        private final TableAssemblerModel model;
        private final FittedTable table;

        Writer(TableAssemblerModel model, FittedTable table) {
            this.model = model;
            this.table = table;
        }

        /** Spark's own would delete an overwritten model before the new one is written. */
        @Override
        public void save(String path) throws IOException {
            byte[] json = table.toJson();
            StageFiles.write(
                    model,
                    sparkSession(),
                    path,
                    shouldOverwrite(),
                    new StageFiles.Contents(FORMAT_VERSION, Map.of(), Map.of(COLUMNS, out -> out.write(json))));
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
    static final class Reader extends MLReader<TableAssemblerModel> {

        @Override
        public TableAssemblerModel load(String path) {
            try {
                StoredStage stored = StoredStage.open(sparkSession(), path, TableAssemblerModel.class, FORMAT_VERSION);
                TableAssemblerModel model = new TableAssemblerModel(stored.uid(), table(stored));
                stored.applyParams(model);
                return model;
            } catch (IOException e) {
                throw new UncheckedIOException(e.getMessage(), e);
            }
        }

        private static FittedTable table(StoredStage stored) throws IOException {
            byte[] json = stored.readFile(COLUMNS);
            try {
                return FittedTable.ofJson(json);
            } catch (IOException e) {
                throw stored.damaged(COLUMNS + ": " + e.getMessage(), e);
            }
        }
    }
}
