package org.sparkmlext.ml.training;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsReader$;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.feature.ImageAssembler;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.input.FailureText;
import org.sparkmlext.ml.table.TableLayout;

/**
 * A trained model on disk: Spark's own model directory (a model of this project, or a pipeline that ends in one) plus
 * {@code _table.json}, which says how the training table was read. Spark's loaders ignore that file.
 */
public final class ModelDirectory {
    private static final String TABLE_FILE = "_table.json";
    private static final String OWN_PACKAGE = "org.sparkmlext.";

    private final SparkSession session;

    public ModelDirectory(SparkSession session) {
        this.session = session;
    }

    /**
     * @param model as loaded: the model itself or a pipeline
     * @param trained the model of this project in it
     * @param layout how its training table was read; null if the directory was not written by {@code train}
     */
    public record Loaded(
            Transformer model,
            Transformer trained,
            @Nullable TableLayout layout) {}

    /** Writes model and layout; the directory appears whole or not at all. */
    public void save(MLWritable model, TableLayout layout, OutputDirectory output) {
        output.write(directory -> write(model, layout, directory));
    }

    /** Writes model and layout into a directory that is not there yet. */
    public void write(MLWritable model, TableLayout layout, Path directory) throws IOException {
        model.write().session(session).save(directory.toString());
        Path table = new Path(directory, TABLE_FILE);
        try (OutputStream out = table.getFileSystem(session.sparkContext().hadoopConfiguration())
                .create(table)) {
            out.write(layout.toJson().getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * Loads a model.
     *
     * @throws BadInputException if the path is no model directory, holds another project's model, or is damaged
     */
    public Loaded load(String path) {
        Transformer model = loadStage(path, className(path));
        Transformer trained = model;
        if (model instanceof PipelineModel pipeline) {
            trained = Arrays.stream(pipeline.stages())
                    .filter(stage -> stage.getClass().getName().startsWith(OWN_PACKAGE))
                    .reduce((first, last) -> last)
                    .orElseThrow(() -> foreign(
                            path,
                            "a pipeline of " + pipeline.stages().length + " stages, none of them of this project"));
        } else if (!model.getClass().getName().startsWith(OWN_PACKAGE)) {
            throw foreign(path, "a " + model.getClass().getName());
        }
        return new Loaded(model, trained, layout(path));
    }

    /**
     * A model as it scores a table: paths of images that are relative begin in the table's own directory.
     *
     * @param model a model, or a pipeline that ends in one
     */
    public static Transformer on(String table, Transformer model, SparkSession session) {
        if (model instanceof PipelineModel pipeline) {
            for (Transformer stage : pipeline.stages()) {
                if (stage instanceof ImageAssembler assembler && assembler.isSet(assembler.baseDir())) {
                    return pipeline.copy(new ParamMap().put(assembler.baseDir(), directoryOf(table, session)));
                }
            }
        }
        return model;
    }

    /** The directory that a table lies in. */
    static String directoryOf(String table, SparkSession session) {
        try {
            Path path = new Path(table);
            Path whole = path.getFileSystem(session.sparkContext().hadoopConfiguration())
                    .makeQualified(path);
            return String.valueOf(whole.isRoot() ? whole : whole.getParent());
        } catch (IOException unreachable) {
            throw new BadInputException(
                    "table '" + table + "' cannot be read: " + unreachable.getMessage(), unreachable);
        }
    }

    private String className(String path) {
        try {
            Path directory = new Path(path);
            FileSystem files = directory.getFileSystem(session.sparkContext().hadoopConfiguration());
            if (!files.exists(directory)) {
                throw new BadInputException("model '" + path + "' does not exist");
            }
            if (!files.exists(new Path(directory, "metadata"))) {
                throw foreign(path, "no 'metadata' directory, so it is not a Spark ML model");
            }
            DefaultParamsReader.Metadata metadata =
                    DefaultParamsReader$.MODULE$.loadMetadata(path, session.sparkContext(), "");
            return metadata.className();
        } catch (IOException unreachable) {
            throw new BadInputException(
                    "model '" + path + "' cannot be read: " + unreachable.getMessage(), unreachable);
        } catch (BadInputException known) {
            throw known;
        } catch (IllegalArgumentException noPath) {
            throw new BadInputException("model '" + path + "' cannot be read: " + noPath.getMessage(), noPath);
        } catch (RuntimeException damaged) {
            throw new BadInputException(
                    "model '" + path + "': its metadata is damaged: " + FailureText.of(damaged), damaged);
        }
    }

    private static Transformer loadStage(String path, String className) {
        try {
            Class<?> type =
                    Class.forName(className, true, Thread.currentThread().getContextClassLoader());
            Object loaded = type.getMethod("load", String.class).invoke(null, path);
            if (loaded instanceof Transformer transformer) {
                return transformer;
            }
            throw foreign(path, "a " + className + ", which is not a trained model");
        } catch (InvocationTargetException failed) {
            Throwable cause = failed.getCause() == null ? failed : failed.getCause();
            throw new BadInputException("model '" + path + "' cannot be loaded: " + FailureText.of(cause), cause);
        } catch (ReflectiveOperationException unknown) {
            throw new BadInputException(
                    "model '" + path + "' holds a " + className + ", which is not on the class path", unknown);
        }
    }

    /** How the training table of the model at a path was read; null if the directory was not written by {@code train}. */
    public @Nullable TableLayout layout(String path) {
        Path file = new Path(path, TABLE_FILE);
        try {
            FileSystem files = file.getFileSystem(session.sparkContext().hadoopConfiguration());
            try (InputStream in = files.open(file)) {
                return TableLayout.fromJson(new String(in.readAllBytes(), StandardCharsets.UTF_8), file.toString());
            }
        } catch (FileNotFoundException absent) {
            return null;
        } catch (IOException broken) {
            throw new BadInputException(file + " cannot be read: " + broken.getMessage(), broken);
        }
    }

    private static BadInputException foreign(String path, String found) {
        return new BadInputException(
                "'" + path + "' is not a model of spark-ml-ext: found " + found + "; give the directory 'train' wrote");
    }
}
