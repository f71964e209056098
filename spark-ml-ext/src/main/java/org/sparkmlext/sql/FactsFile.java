package org.sparkmlext.sql;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.sparkmlext.ml.input.BadInputException;

/** The file of a version's facts, whose presence makes the version whole. */
final class FactsFile {
    static final String NAME = "_model.json";

    private FactsFile() {}

    /** Writes the facts; they appear at once. */
    static void write(FileSystem files, Path directory, ModelFacts facts) throws IOException {
        Path unfinished = new Path(directory, "." + NAME + ".incomplete");
        try (OutputStream out = files.create(unfinished, true)) {
            out.write(facts.toJson().getBytes(StandardCharsets.UTF_8));
        }
        if (!files.rename(unfinished, new Path(directory, NAME))) {
            throw new IOException("cannot rename " + unfinished + " to " + NAME);
        }
    }

    /** @throws BadInputException if they cannot be read, are damaged, or a newer version has written them */
    static ModelFacts read(FileSystem files, Path directory) {
        Path file = new Path(directory, NAME);
        try (InputStream in = files.open(file)) {
            return ModelFacts.fromJson(new String(in.readAllBytes(), StandardCharsets.UTF_8), file.toString());
        } catch (IOException broken) {
            throw new BadInputException(file + " cannot be read: " + broken.getMessage(), broken);
        }
    }
}
