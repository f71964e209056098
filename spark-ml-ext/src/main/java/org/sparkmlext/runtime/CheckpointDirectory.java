package org.sparkmlext.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlext.training.RoundState;

/**
 * A directory of checkpoints of one run: {@code round-000003.checkpoint} for the state after three rounds, the newest few of them.
 * Files are written beside their place and renamed, so that a name stands for a whole file.
 */
final class CheckpointDirectory {

    private static final Logger LOG = LoggerFactory.getLogger(CheckpointDirectory.class);
    private static final Pattern NAME = Pattern.compile("round-(\\d{6,9})\\.checkpoint");
    private static final String DRAFT = ".writing-";
    private static final int KEPT = 2;

    private final FileSystem files;
    private final Path root;

    private CheckpointDirectory(FileSystem files, Path root) {
        this.files = files;
        this.root = root;
    }

    /**
     * Makes the directory where it is missing, and sees whether it can be written to.
     *
     * @throws IllegalArgumentException if it cannot be
     */
    static CheckpointDirectory open(String directory, Configuration configuration) {
        try {
            Path given = new Path(directory);
            FileSystem files = given.getFileSystem(configuration);
            Path root = files.makeQualified(given);
            files.mkdirs(root);
            Path probe = new Path(root, ".probe" + DRAFT + UUID.randomUUID());
            try (OutputStream out = files.create(probe, false)) {
                out.write(0);
            }
            CheckpointDirectory opened = new CheckpointDirectory(files, root);
            opened.deleteDrafts();
            return opened;
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "checkpointDir is '" + directory + "', which cannot be written to: " + e.getMessage()
                            + ". Set it to a directory that the driver may write to, or to nothing for no checkpoints.",
                    e);
        }
    }

    /** What a killed application left half written, and the probe. */
    private void deleteDrafts() throws IOException {
        for (FileStatus file : files.listStatus(root)) {
            if (file.getPath().getName().contains(DRAFT)) {
                files.delete(file.getPath(), true);
            }
        }
    }

    /**
     * The newest whole state; each file that is damaged is passed over with a line in the log.
     *
     * @throws IllegalArgumentException if the newest readable file is of a version to come
     * @throws IOException if the directory cannot be read
     */
    Optional<RoundState> latest() throws IOException {
        for (Path file : newestFirst()) {
            try (InputStream in = files.open(file)) {
                RoundState state =
                        CheckpointFile.read(in, files.getFileStatus(file).getLen());
                if (state.round() + 1 != rounds(file)) {
                    throw new IOException("it holds the state after " + (state.round() + 1) + " rounds");
                }
                return Optional.of(state);
            } catch (CheckpointFile.NewerVersion e) {
                throw new IllegalArgumentException(
                        file + ": " + e.getMessage() + ". Set checkpointDir to another directory, or delete this one.",
                        e);
            } catch (IOException e) {
                LOG.warn("Checkpoint {} is damaged and passed over: {}", file, e.getMessage());
            }
        }
        return Optional.empty();
    }

    /** Where a state is written to. */
    Path file(RoundState state) {
        return new Path(root, String.format(Locale.ROOT, "round-%06d.checkpoint", state.round() + 1));
    }

    /** Writes a state, then deletes the files that are not needed any more. Returns where it is. On a failure no part of it is left. */
    Path write(RoundState state) throws IOException {
        Path target = file(state);
        Path draft = new Path(root, "." + target.getName() + DRAFT + UUID.randomUUID());
        try {
            writeTo(draft, target, state);
        } catch (IOException e) {
            try {
                files.delete(draft, false);
            } catch (IOException second) {
                // What is left of it is no checkpoint by its name, and deleted when the directory is opened next.
                e.addSuppressed(second);
            }
            throw e;
        }
        List<Path> all = newestFirst();
        for (Path old : all.subList(Math.min(KEPT, all.size()), all.size())) {
            files.delete(old, false);
        }
        return target;
    }

    private void writeTo(Path draft, Path target, RoundState state) throws IOException {
        try (OutputStream out = files.create(draft, false)) {
            CheckpointFile.write(state, out);
        }
        // There is one only where it was found damaged; not every file system renames onto a file.
        files.delete(target, false);
        if (!files.rename(draft, target)) {
            throw new IOException("it could not be renamed from " + draft + " to " + target);
        }
    }

    private List<Path> newestFirst() throws IOException {
        List<Path> found = new ArrayList<>();
        for (FileStatus file : files.listStatus(root)) {
            if (file.isFile() && NAME.matcher(file.getPath().getName()).matches()) {
                found.add(file.getPath());
            }
        }
        found.sort(Comparator.comparingInt(CheckpointDirectory::rounds).reversed());
        return found;
    }

    private static int rounds(Path file) {
        Matcher matcher = NAME.matcher(file.getName());
        if (!matcher.matches()) {
            throw new IllegalStateException(file + " is no checkpoint");
        }
        return Integer.parseInt(matcher.group(1));
    }

    /** A path in this directory. */
    Path resolve(String name) {
        return new Path(root, name);
    }

    boolean has(String name) throws IOException {
        return files.exists(resolve(name));
    }

    @Override
    public String toString() {
        return root.toString();
    }
}
