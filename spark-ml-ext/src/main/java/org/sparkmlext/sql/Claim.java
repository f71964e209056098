package org.sparkmlext.sql;

import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.ipc.RemoteException;

/**
 * A file that only one of several sessions can create, held for the moment in which a version is put in place. Exclusive on local file
 * systems and on HDFS; an object store must create files exclusively for it.
 */
final class Claim implements Closeable {
    private static final long MILLIS_BETWEEN_TRIES = 20;
    private static final long LONGEST_WAIT_MILLIS = 30_000;
    /** A claim is held for two renames; one that is older was left by a session that has died. */
    private static final long LONGEST_HELD_MILLIS = 300_000;
    /** What HDFS says while another session, having just created the file, has not closed it yet. */
    private static final String OPEN_ON_HDFS = "org.apache.hadoop.hdfs.protocol.AlreadyBeingCreatedException";

    private final FileSystem files;
    private final Path path;

    private Claim(FileSystem files, Path path) {
        this.files = files;
        this.path = path;
    }

    /**
     * Waits until no other session holds it, and holds it until it is closed.
     *
     * @param path of the file; its directory is there
     * @throws IOException if another session holds it for too long, or the file system fails
     */
    static Claim take(FileSystem files, Path path) throws IOException {
        Claim claim = new Claim(files, path);
        long deadline = System.nanoTime() + LONGEST_WAIT_MILLIS * 1_000_000;
        while (!claim.create()) {
            if (claim.isLeftBehind()) {
                files.delete(path, false);
            } else if (System.nanoTime() > deadline) {
                throw new IOException("another session has held " + path + " for " + LONGEST_WAIT_MILLIS / 1000
                        + " s; if it has died, delete that file");
            } else {
                pause();
            }
        }
        return claim;
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
            // Looking for the file alone would not do: the other session may have given it back by now.
            if (isHeld(refused) || files.exists(path)) {
                return false;
            }
            throw refused;
        }
    }

    private static boolean isHeld(IOException refused) {
        return refused instanceof org.apache.hadoop.fs.FileAlreadyExistsException
                || (refused instanceof RemoteException remote && OPEN_ON_HDFS.equals(remote.getClassName()));
    }

    private boolean isLeftBehind() throws IOException {
        try {
            long since = files.getFileStatus(path).getModificationTime();
            return System.currentTimeMillis() - since > LONGEST_HELD_MILLIS;
        } catch (FileNotFoundException released) {
            return false;
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(MILLIS_BETWEEN_TRIES);
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while another session wrote a version", cancelled);
        }
    }

    @Override
    public void close() throws IOException {
        files.delete(path, false);
    }
}
