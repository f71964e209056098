package org.sparkmlext.sql;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The name of a new model while a session trains for it, so that no other trains for it in vain. It spares work and decides nothing: that
 * does {@link ModelWarehouse#save}. A file that says whose it is, written anew every {@value #RENEWED_SECONDS} s until it is closed; one
 * that is older than {@value #LONGEST_SECONDS} s was left by a session that has died.
 */
final class Reservation implements AutoCloseable {
    static final int RENEWED_SECONDS = 30;
    static final int LONGEST_SECONDS = 300;

    private static final String UNKNOWN = "an application that is just writing who it is";

    private static final Logger LOG = LoggerFactory.getLogger(Reservation.class);

    private final FileSystem files;
    private final Path path;
    private final String content;
    private final ScheduledExecutorService renewal = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "reservation of a model's name");
        thread.setDaemon(true);
        return thread;
    });

    private Reservation(FileSystem files, Path path, String content) {
        this.files = files;
        this.path = path;
        this.content = content;
    }

    /**
     * Whose a name is.
     *
     * @param path of the file
     * @return what its session said of itself, or empty where the name is free
     */
    static Optional<String> holder(FileSystem files, Path path) throws IOException {
        try {
            long age = System.currentTimeMillis() - files.getFileStatus(path).getModificationTime();
            return age > LONGEST_SECONDS * 1000L ? Optional.empty() : Optional.of(owner(files, path));
        } catch (FileNotFoundException free) {
            return Optional.empty();
        }
    }

    private static String owner(FileSystem files, Path path) throws FileNotFoundException {
        try {
            return read(files, path).lines().findFirst().orElse(UNKNOWN);
        } catch (FileNotFoundException freed) {
            throw freed;
        } catch (IOException beingWritten) {
            return UNKNOWN;
        }
    }

    /**
     * Takes a name that is free.
     *
     * @param path of the file, which nobody else takes at this moment
     * @param owner what this session says of itself to others
     * @param renewedMillis time between two renewals
     */
    static Reservation take(FileSystem files, Path path, String owner, long renewedMillis) throws IOException {
        Reservation taken = new Reservation(files, path, owner + "\n" + UUID.randomUUID() + "\n");
        try {
            taken.write();
        } catch (IOException | RuntimeException e) {
            taken.renewal.shutdown();
            files.delete(path, false);
            throw e;
        }
        taken.renewal.scheduleAtFixedRate(taken::renew, renewedMillis, renewedMillis, TimeUnit.MILLISECONDS);
        return taken;
    }

    private static String read(FileSystem files, Path path) throws IOException {
        try (InputStream in = files.open(path)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private void write() throws IOException {
        try (OutputStream out = files.create(path, true)) {
            out.write(content.getBytes(StandardCharsets.UTF_8));
        }
    }

    private boolean isOurs() throws IOException {
        try {
            return read(files, path).equals(content);
        } catch (FileNotFoundException gone) {
            return false;
        }
    }

    private void renew() {
        try {
            if (isOurs()) {
                write();
            }
        } catch (IOException | RuntimeException unreachable) {
            // One that is thrown would end all renewals to come.
            LOG.warn("cannot renew {}; another session may take the name of the model", path, unreachable);
        }
    }

    /** Frees the name, unless another session has it by now. */
    @Override
    public void close() {
        renewal.shutdown();
        // A statement that is cancelled frees the name too.
        boolean isCancelled = Thread.interrupted();
        try {
            // A renewal on its way would write the file anew.
            if (renewal.awaitTermination(RENEWED_SECONDS, TimeUnit.SECONDS) && isOurs()) {
                files.delete(path, false);
            }
        } catch (InterruptedException again) {
            isCancelled = true;
        } catch (IOException unreachable) {
            LOG.warn("cannot delete {}; the name stays reserved for {} s", path, LONGEST_SECONDS, unreachable);
        } finally {
            if (isCancelled) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
