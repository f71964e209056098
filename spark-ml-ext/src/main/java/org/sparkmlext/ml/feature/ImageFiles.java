package org.sparkmlext.ml.feature;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Image files by their paths, on any file system of Hadoop, read where a task runs.
 *
 * @param directory in which relative paths begin; empty: where Hadoop's default file system has them begin
 * @param hadoop how file systems are reached
 */
record ImageFiles(String directory, Broadcast<SerializableConfiguration> hadoop) implements Serializable {

    static ImageFiles of(SparkSession session, String directory) {
        JavaSparkContext context = JavaSparkContext.fromSparkContext(session.sparkContext());
        return new ImageFiles(
                directory, context.broadcast(new SerializableConfiguration(context.hadoopConfiguration())));
    }

    /**
     * The whole file.
     *
     * @throws BrokenImageException if there is no such file, or the text is no path
     * @throws UncheckedIOException if the file system fails: that says nothing of the image, and is never passed over
     */
    byte[] read(String path) throws BrokenImageException {
        try {
            Path file = directory.isEmpty() ? new Path(path) : new Path(new Path(directory), path);
            try (InputStream in = file.getFileSystem(hadoop.value().value()).open(file)) {
                return in.readAllBytes();
            }
        } catch (FileNotFoundException absent) {
            throw new BrokenImageException("there is no such file", absent);
        } catch (IllegalArgumentException noPath) {
            throw new BrokenImageException("the text is no path: " + noPath.getMessage(), noPath);
        } catch (IOException failed) {
            throw new UncheckedIOException(
                    "the image file " + path + " cannot be read: " + failed.getMessage(), failed);
        }
    }
}
