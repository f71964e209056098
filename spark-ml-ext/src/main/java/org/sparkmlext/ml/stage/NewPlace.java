package org.sparkmlext.ml.stage;

import java.io.IOException;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Puts a finished directory where nothing is. Looking first is not enough where several write at once: Hadoop's file systems, HDFS among
 * them, answer a rename onto an existing directory by moving into it, and call that a success.
 */
public final class NewPlace {

    private NewPlace() {}

    /**
     * Renames a directory.
     *
     * @param from a directory whose name no other has
     * @param to where it goes
     * @throws FileAlreadyExistsException if something has come to be there meanwhile, which is left as it is; {@code from} is gone then
     * @throws IOException if the file system cannot rename it
     */
    public static void move(FileSystem files, Path from, Path to) throws IOException {
        if (!files.rename(from, to)) {
            throw new IOException("cannot rename " + from + " to " + to);
        }
        Path inside = new Path(to, from.getName());
        if (files.exists(inside)) {
            files.delete(inside, true);
            throw new FileAlreadyExistsException(
                    to + " has appeared meanwhile, written by another; it is left as it is");
        }
    }
}
