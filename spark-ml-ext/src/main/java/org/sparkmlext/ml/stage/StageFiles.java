package org.sparkmlext.ml.stage;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Map;
import java.util.UUID;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamPair;
import org.apache.spark.ml.param.Params;
import org.apache.spark.sql.SparkSession;
import org.sparkmlext.data.Sha256;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Writes model directories, on any Hadoop file system: {@code metadata/part-00000}, one line of JSON that Spark's own
 * Pipeline can read, and the model's files, whose sizes and SHA-256 the metadata names.
 *
 * <p>No clock goes in: the same model with the same uid gives the same bytes. A directory is written beside its place and
 * renamed into it, so that a reader never sees half a model.
 */
public final class StageFiles {

    static final String METADATA_FILE = "metadata/part-00000";
    static final String FORMAT = "format";
    static final ObjectMapper JSON = new ObjectMapper();

    private StageFiles() {}

    /** Writes the content of one file; does not close the stream. */
    @FunctionalInterface
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * What a model directory holds.
     *
     * @param formatVersion version of the layout; readers refuse newer ones
     * @param facts further metadata, name to a JSON-friendly value
     * @param files file name to content, in the order they are written
     */
    public record Contents(int formatVersion, Map<String, Object> facts, Map<String, Content> files) {}

    /**
     * Writes a stage.
     *
     * @throws IOException if the path exists and {@code overwrite} is false, or writing fails; then nothing is left behind
     *     and what was there before is untouched
     */
    public static void write(Params stage, SparkSession session, String path, boolean overwrite, Contents contents)
            throws IOException {
        Path target = new Path(path);
        FileSystem files = target.getFileSystem(session.sparkContext().hadoopConfiguration());
        target = files.makeQualified(target);
        refuseExisting(files, target, overwrite);
        Path draft = new Path(target.getParent(), "." + target.getName() + ".writing-" + UUID.randomUUID());
        try {
            ObjectNode metadata = metadata(stage, session);
            ObjectNode format = metadata.putObject(FORMAT);
            format.put("version", contents.formatVersion());
            ObjectNode described = format.putObject("files");
            for (Map.Entry<String, Content> file : contents.files().entrySet()) {
                writeFile(files, new Path(draft, file.getKey()), file.getValue(), described.putObject(file.getKey()));
            }
            metadata.set("facts", JSON.valueToTree(contents.facts()));
            byte[] line = (JSON.writeValueAsString(metadata) + "\n").getBytes(StandardCharsets.UTF_8);
            writeFile(files, new Path(draft, METADATA_FILE), out -> out.write(line), JSON.createObjectNode());
            writeFile(files, new Path(draft, "metadata/_SUCCESS"), out -> {}, JSON.createObjectNode());
            moveInto(files, draft, target, overwrite);
        } finally {
            if (files.exists(draft)) {
                files.delete(draft, true);
            }
        }
    }

    private static void refuseExisting(FileSystem files, Path target, boolean overwrite) throws IOException {
        if (!overwrite && files.exists(target)) {
            throw new FileAlreadyExistsException(
                    "path " + target + " exists already; choose another one, or allow it to be replaced with "
                            + "write().overwrite().save(path)");
        }
    }

    private static void moveInto(FileSystem files, Path draft, Path target, boolean overwrite) throws IOException {
        refuseExisting(files, target, overwrite);
        // What was there steps aside and is deleted last: should the draft not get there, it comes back.
        Path before = new Path(target.getParent(), draft.getName() + "-before");
        boolean isReplacing = files.exists(target);
        if (isReplacing && !files.rename(target, before)) {
            throw new IOException("path " + target + " could not be moved aside to be overwritten");
        }
        boolean hasMoved = false;
        try {
            NewPlace.move(files, draft, target);
            hasMoved = true;
        } finally {
            if (isReplacing && !hasMoved) {
                comeBack(files, before, target);
            }
        }
        if (isReplacing && !files.delete(before, true)) {
            throw new IOException(
                    "the new model is at " + target + ", but the old one could not be deleted: " + before);
        }
    }

    private static void comeBack(FileSystem files, Path before, Path target) throws IOException {
        if (files.exists(target)) {
            // Another has replaced it too, and was faster.
            files.delete(before, true);
        } else {
            NewPlace.move(files, before, target);
        }
    }

    private static void writeFile(FileSystem files, Path path, Content content, ObjectNode description)
            throws IOException {
        MessageDigest digest = Sha256.newDigest();
        try (OutputStream out = new DigestOutputStream(files.create(path, false), digest)) {
            content.writeTo(out);
        }
        description.put("bytes", files.getFileStatus(path).getLen());
        description.put("sha256", Sha256.hex(digest));
    }

    /** The fields that Spark's DefaultParamsReader expects; the timestamp is 0 so that same model means same bytes. */
    private static ObjectNode metadata(Params stage, SparkSession session) throws IOException {
        ObjectNode metadata = JSON.createObjectNode();
        metadata.put("class", stage.getClass().getName());
        metadata.put("timestamp", 0L);
        metadata.put("sparkVersion", session.version());
        metadata.put("uid", stage.uid());
        ObjectNode set = metadata.putObject("paramMap");
        ObjectNode defaults = metadata.putObject("defaultParamMap");
        for (Param<?> param : stage.params()) {
            put(stage.paramMap(), param, set);
            put(stage.defaultParamMap(), param, defaults);
        }
        return metadata;
    }

    @SuppressWarnings("unchecked")
    private static void put(org.apache.spark.ml.param.ParamMap values, Param<?> param, ObjectNode into)
            throws IOException {
        for (ParamPair<?> pair : CollectionConverters.asJava(values.toSeq())) {
            if (pair.param().name().equals(param.name())) {
                Param<Object> typed = (Param<Object>) pair.param();
                into.set(param.name(), JSON.readTree(typed.jsonEncode(pair.value())));
            }
        }
    }
}
