package org.sparkmlext.sql;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A file that only one of several sessions can create, held for the moment in which a version is put in place. Exclusive on local file
 * systems and on HDFS; an object store must create files exclusively for it.
 */
final class Claim {
    private static final long WAIT_MILLIS = 20;
    /** A claim is held for two renames; one that is older was left by a session that has died. */
    private static final long LONGEST_MILLIS = 60_000;

    private final FileSystem files;
    private final Path path;

    Claim(FileSystem files, Path path) {
        this.files = files;
        this.path = path;
    }

    /** Whether this session has it now. */
    boolean take() throws IOException {
        return create() || (isLeftBehind() && files.delete(path, false) && create());
    }

    private boolean isLeftBehind() throws IOException {
        try {
            return System.currentTimeMillis() - files.getFileStatus(path).getModificationTime() > LONGEST_MILLIS;
        } catch (FileNotFoundException released) {
            return false;
        }
    }

    private boolean create() throws IOException {
        if (files.getUri().getScheme().equals("file")) {
            // Hadoop's local file system looks first and creates then.
            try {
                Files.createFile(java.nio.file.Path.of(path.toUri().getPath()));
                return true;
            } catch (FileAlreadyExistsException taken) {
                return false;
            }
        }
        try {
            files.create(path, false).close();
            return true;
        } catch (IOException refused) {
            if (files.exists(path)) {
                return false;
            }
            throw refused;
        }
    }

    /** Waits a moment for the session that has it. */
    void await() throws IOException {
        try {
            Thread.sleep(WAIT_MILLIS);
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while another session wrote a version", cancelled);
        }
    }

    void release() throws IOException {
        files.delete(path, false);
    }
}
