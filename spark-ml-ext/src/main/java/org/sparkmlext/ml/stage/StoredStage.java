package org.sparkmlext.ml.stage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.sql.SparkSession;
import org.sparkmlext.data.Sha256;

/**
 * A model directory that {@link StageFiles} wrote, opened for reading without a Spark job.
 *
 * <p>Every {@link IOException} names the path and what is wrong with it: a missing file, another class, a newer format, a
 * size or SHA-256 other than the metadata says.
 */
public final class StoredStage {

    private final FileSystem files;
    private final Path root;
    private final JsonNode metadata;

    private StoredStage(FileSystem files, Path root, JsonNode metadata) {
        this.files = files;
        this.root = root;
        this.metadata = metadata;
    }

    /**
     * Opens a directory and checks its metadata.
     *
     * @param expected class of the stage
     * @param newestFormat newest layout the caller can read
     */
    public static StoredStage open(SparkSession session, String path, Class<?> expected, int newestFormat)
            throws IOException {
        return open(session, path, List.of(expected), newestFormat);
    }

    /** The same, of a stage of one of these classes. */
    public static StoredStage open(SparkSession session, String path, List<Class<?>> expected, int newestFormat)
            throws IOException {
        Path root = new Path(path);
        FileSystem files = root.getFileSystem(session.sparkContext().hadoopConfiguration());
        root = files.makeQualified(root);
        if (!files.exists(root)) {
            throw new FileNotFoundException("model directory " + root + " does not exist");
        }
        JsonNode metadata = parse(root, metadataText(files, root));
        StoredStage stored = new StoredStage(files, root, metadata);
        String className = stored.text("class");
        List<String> names = expected.stream().map(Class::getName).toList();
        if (!names.contains(className)) {
            throw new IOException(root + " holds a " + className + "; a " + String.join(" or a ", names)
                    + " was to be loaded from it");
        }
        JsonNode version = metadata.path(StageFiles.FORMAT).path("version");
        if (!version.isInt()) {
            throw new IOException(root + " is damaged: its metadata names no format version");
        }
        if (version.intValue() > newestFormat) {
            throw new IOException(
                    root + " is written in format " + version.intValue() + "; this version of spark-ml-ext "
                            + "reads up to " + newestFormat + ". Load it with a newer version.");
        }
        return stored;
    }

    /** Content of the metadata's part file; Spark's own stages have other names for it than ours. */
    private static String metadataText(FileSystem files, Path root) throws IOException {
        FileStatus[] parts = files.globStatus(new Path(root, "metadata/part-*"));
        if (parts == null || parts.length == 0) {
            throw new FileNotFoundException(
                    root + " is no model directory: it has no file " + StageFiles.METADATA_FILE);
        }
        return new String(readAll(files, parts[0].getPath()), StandardCharsets.UTF_8);
    }

    private static JsonNode parse(Path root, String text) throws IOException {
        JsonNode metadata;
        try {
            metadata = StageFiles.JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IOException(
                    root + " is damaged: " + StageFiles.METADATA_FILE + " of " + text.length()
                            + " characters is not valid JSON: " + e.getOriginalMessage(),
                    e);
        }
        if (!metadata.isObject()) {
            throw new IOException(root + " is damaged: " + StageFiles.METADATA_FILE + " holds no JSON object");
        }
        return metadata;
    }

    public String uid() throws IOException {
        return text("uid");
    }

    /** Whether the metadata has a further fact. */
    public boolean hasFact(String name) {
        return metadata.path("facts").has(name);
    }

    /** A further fact of the metadata. */
    public JsonNode fact(String name) throws IOException {
        JsonNode fact = metadata.path("facts").path(name);
        if (fact.isMissingNode()) {
            throw new IOException(root + " is damaged: its metadata lacks the fact '" + name + "'");
        }
        return fact;
    }

    private String text(String name) throws IOException {
        JsonNode value = metadata.path(name);
        if (!value.isTextual()) {
            throw new IOException(root + " is damaged or foreign: its metadata lacks the field '" + name + "'");
        }
        return value.textValue();
    }

    /** Whether the metadata names a file. */
    public boolean hasFile(String name) {
        return metadata.path(StageFiles.FORMAT).path("files").has(name);
    }

    /** A whole file, checked against the size and SHA-256 in the metadata. */
    public byte[] readFile(String name) throws IOException {
        JsonNode description = metadata.path(StageFiles.FORMAT).path("files").path(name);
        if (!description.path("bytes").isIntegralNumber()
                || !description.path("sha256").isTextual()) {
            throw new IOException(root + " is damaged: its metadata does not describe " + name);
        }
        Path path = new Path(root, name);
        if (!files.exists(path)) {
            throw new FileNotFoundException(root + " is damaged: its file " + name + " is missing");
        }
        long expectedBytes = description.path("bytes").longValue();
        long bytes = files.getFileStatus(path).getLen();
        if (bytes != expectedBytes) {
            throw new IOException(
                    root + " is damaged: " + name + " has " + bytes + " bytes; the metadata says " + expectedBytes);
        }
        byte[] content = readAll(files, path);
        String sha256 = Sha256.hex(content);
        String expectedSha256 = description.path("sha256").textValue();
        if (!sha256.equals(expectedSha256)) {
            throw new IOException(
                    root + " is damaged: " + name + " has sha256 " + sha256 + "; the metadata says " + expectedSha256);
        }
        return content;
    }

    private static byte[] readAll(FileSystem files, Path path) throws IOException {
        try (InputStream in = files.open(path)) {
            return in.readAllBytes();
        }
    }

    /** An error about this directory's content. */
    public IOException damaged(String what, Throwable cause) {
        return new IOException(root + " is damaged: " + what, cause);
    }

    /** Sets the stored Params and defaults on a new stage. */
    public void applyParams(Params stage) throws IOException {
        for (Map.Entry<String, JsonNode> param :
                metadata.path("defaultParamMap").properties()) {
            Param<Object> known = known(stage, param.getKey());
            stage.setDefault(known, decode(known, param.getValue()));
        }
        for (Map.Entry<String, JsonNode> param : metadata.path("paramMap").properties()) {
            Param<Object> known = known(stage, param.getKey());
            Object value = decode(known, param.getValue());
            try {
                stage.set(known, value);
            } catch (RuntimeException e) {
                throw damaged("Param " + param.getKey() + ": " + e.getMessage(), e);
            }
        }
    }

    private Param<Object> known(Params stage, String name) throws IOException {
        if (!stage.hasParam(name)) {
            throw new IOException(root + " has a Param '" + name + "' that "
                    + stage.getClass().getSimpleName() + " does not know; it was written by a newer version");
        }
        return stage.getParam(name);
    }

    private Object decode(Param<Object> param, JsonNode value) throws IOException {
        try {
            return param.jsonDecode(value.toString());
        } catch (RuntimeException e) {
            throw damaged("Param " + param.name() + " has the value " + value, e);
        }
    }
}
