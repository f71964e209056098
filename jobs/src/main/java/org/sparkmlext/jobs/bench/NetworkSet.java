package org.sparkmlext.jobs.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.hadoop.fs.FileUtil;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkmlext.ml.input.BadInputException;

/** A public set on which networks are measured, in the parts that its own documentation asks for. */
public sealed interface NetworkSet permits ImageSet, SequenceSet, TextSet {

    /**
     * The rows of a set.
     *
     * @param train without the validation rows
     * @param validation a part of the training rows, on which settings are chosen
     * @param test looked at once
     */
    record Parts(Dataset<Row> train, Dataset<Row> validation, Dataset<Row> test) {}

    /** The name on the command line. */
    String text();

    /** The folder in the directory of public sets. */
    String folder();

    /** Files that must be there, in the folder. */
    List<String> files();

    /** What is trained on it and how it is judged. */
    NetworkTrial trial();

    /** Reads the set from its folder; what has to be unpacked goes to {@code work}. */
    Parts read(SparkSession session, Path folder, Path work) throws IOException;

    /**
     * Reads the set.
     *
     * @param directory with a folder a set
     * @param work folder for what has to be unpacked
     * @throws BadInputException if a file is not there
     */
    default Parts parts(SparkSession session, Path directory, Path work) {
        Path folder = directory.resolve(folder());
        for (String file : files()) {
            if (!Files.isRegularFile(folder.resolve(file))) {
                throw new BadInputException("data set '" + text() + "': " + folder.resolve(file)
                        + " does not exist; give the directory of the public sets with --data or in SPARKMLEXT_DATA");
            }
        }
        try {
            return read(session, folder, work);
        } catch (IOException broken) {
            throw new UncheckedIOException("data set '" + text() + "' cannot be read", broken);
        }
    }

    /** The content of a file that gzip packed. */
    static InputStream unzipped(Path file) throws IOException {
        return new GZIPInputStream(Files.newInputStream(file));
    }

    /**
     * The content of a tar archive as files, unpacked unless it was before.
     *
     * @param work where the folder lies
     * @param name of the folder
     */
    static Path unpacked(Path archive, Path work, String name) throws IOException {
        Path folder = work.resolve(name);
        if (!Files.isDirectory(folder)) {
            // Beside and renamed, so that an unpacking that was cut off is not taken for the whole.
            Path beside = work.resolve(name + ".part");
            FileUtil.fullyDelete(beside.toFile());
            Files.createDirectories(beside);
            FileUtil.unTar(archive.toFile(), beside.toFile());
            Files.move(beside, folder);
        }
        return folder;
    }
}
