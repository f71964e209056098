package org.sparkmlext.testing;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.security.AccessControlException;
import org.apache.hadoop.util.Progressable;

/**
 * Local files under the scheme {@code crowded}, on a disk that gets full: files whose names hold a text can be written up to a number of
 * bytes in all, and none be made where nobody may write.
 */
public final class CrowdedFiles extends RawLocalFileSystem {
    public static final String SCHEME = "crowded";

    private static volatile String crowdedName = "";
    private static volatile long room = Long.MAX_VALUE;
    private static volatile boolean isForbidden;

    /** Makes the scheme known. */
    public static void register(Configuration configuration) {
        configuration.setClass("fs." + SCHEME + ".impl", CrowdedFiles.class, FileSystem.class);
        leave(Long.MAX_VALUE, "");
        forbid(false);
    }

    /** Leaves so many bytes for files whose names hold a text. */
    public static void leave(long bytes, String name) {
        crowdedName = name;
        room = bytes;
    }

    /** Whether nobody may make a file. */
    public static void forbid(boolean forbidden) {
        isForbidden = forbidden;
    }

    private static synchronized void take(long bytes) throws IOException {
        if (bytes > room) {
            throw new IOException("No space left on device");
        }
        room -= bytes;
    }

    @Override
    public String getScheme() {
        return SCHEME;
    }

    @Override
    public URI getUri() {
        return URI.create(SCHEME + ":///");
    }

    @Override
    public FSDataOutputStream create(
            Path path,
            FsPermission permission,
            boolean overwrite,
            int bufferSize,
            short replication,
            long blockSize,
            Progressable progress)
            throws IOException {
        refuseWhereForbidden(path);
        return counted(path, super.create(path, permission, overwrite, bufferSize, replication, blockSize, progress));
    }

    @Override
    public FSDataOutputStream create(
            Path path, boolean overwrite, int bufferSize, short replication, long blockSize, Progressable progress)
            throws IOException {
        refuseWhereForbidden(path);
        return counted(path, super.create(path, overwrite, bufferSize, replication, blockSize, progress));
    }

    private static void refuseWhereForbidden(Path path) throws IOException {
        if (isForbidden) {
            throw new AccessControlException("Permission denied: " + path);
        }
    }

    private static FSDataOutputStream counted(Path path, FSDataOutputStream out) {
        return path.getName().contains(crowdedName)
                ? new FSDataOutputStream(new Crowded(out), new Statistics(SCHEME))
                : out;
    }

    /** Counts what is written. */
    private static final class Crowded extends FilterOutputStream {
        Crowded(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            take(1);
            out.write(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (length > room) {
                // A disk takes what it has room for before it refuses the rest.
                out.write(bytes, offset, (int) Math.max(0, room));
            }
            take(length);
            out.write(bytes, offset, length);
        }
    }
}
