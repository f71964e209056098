package org.sparkmlext.ml.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.stage.NewPlace;

/**
 * A directory that appears whole or not at all: it is written beside its place and renamed. Any Hadoop file system.
 */
public final class OutputDirectory {
    private final Path target;
    private final FileSystem files;
    private final boolean overwrite;

    /** Writes the directory's content. */
    @FunctionalInterface
    public interface Content {
        void writeTo(Path directory) throws IOException;
    }

    private OutputDirectory(Path target, FileSystem files, boolean overwrite) {
        this.target = target;
        this.files = files;
        this.overwrite = overwrite;
    }

    /**
     * Claims a path, before any work is done for it.
     *
     * @throws BadInputException if it exists and is not to be overwritten
     */
    public static OutputDirectory claim(String path, boolean overwrite, Configuration configuration) {
        try {
            Path target = new Path(path);
            FileSystem files = target.getFileSystem(configuration);
            target = files.makeQualified(target);
            if (files.exists(target) && !overwrite) {
                throw new BadInputException(
                        "output '" + path + "' exists already; choose another path or give --overwrite");
            }
            return new OutputDirectory(target, files, overwrite);
        } catch (IOException | IllegalArgumentException unreachable) {
            throw new BadInputException(
                    "output '" + path + "' cannot be used: " + unreachable.getMessage(), unreachable);
        }
    }

    public Path path() {
        return target;
    }

    /** Writes beside the target, then puts it in place; on failure nothing is left and what stood there stays. */
    public void write(Content content) {
        String mark = "." + target.getName() + "." + UUID.randomUUID();
        Path parent = target.getParent();
        Path incomplete = new Path(parent, mark + ".incomplete");
        Path replaced = new Path(parent, mark + ".replaced");
        try {
            try {
                content.writeTo(incomplete);
                if (files.exists(target)) {
                    if (!overwrite) {
                        throw new BadInputException(
                                "output '" + target + "' has appeared meanwhile; nothing was written");
                    }
                    NewPlace.move(files, target, replaced);
                }
                putInPlace(incomplete, replaced);
            } finally {
                files.delete(incomplete, true);
            }
            files.delete(replaced, true);
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot write '" + target + "': " + failed.getMessage(), failed);
        }
    }

    private void putInPlace(Path incomplete, Path replaced) throws IOException {
        try {
            NewPlace.move(files, incomplete, target);
        } catch (IOException failed) {
            if (files.exists(target)) {
                // Another has written there too, and was faster.
                files.delete(replaced, true);
            } else if (files.exists(replaced)) {
                NewPlace.move(files, replaced, target);
            }
            throw failed;
        }
    }
}
