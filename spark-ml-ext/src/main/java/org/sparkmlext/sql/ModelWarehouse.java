package org.sparkmlext.sql;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.sql.SparkSession;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.input.NearestName;
import org.sparkmlext.ml.stage.NewPlace;
import org.sparkmlext.ml.table.TableLayout;
import org.sparkmlext.ml.training.ModelDirectory;

/**
 * Models by name in a directory of any Hadoop file system: {@code <directory>/<name>/v<number>/} is a model directory as {@link
 * ModelDirectory} writes it, and {@code _model.json} in it, written last, makes it a version. Readers that hold a version keep it while
 * newer ones come.
 */
public final class ModelWarehouse {
    /** Setting of the directory; else it is {@code _models} in Spark's warehouse directory. */
    public static final String DIRECTORY = "spark.sparkmlext.models.dir";

    private final SparkSession session;
    private final Path root;
    private final FileSystem files;

    /** @throws BadInputException if the directory cannot be one */
    public ModelWarehouse(SparkSession session) {
        this.session = session;
        String directory = session.conf()
                .get(DIRECTORY, session.conf().get("spark.sql.warehouse.dir") + Path.SEPARATOR + "_models");
        try {
            Path path = new Path(directory);
            files = path.getFileSystem(session.sparkContext().hadoopConfiguration());
            root = files.makeQualified(path);
        } catch (IOException | IllegalArgumentException unusable) {
            throw new BadInputException(
                    DIRECTORY + " is '" + directory + "', which cannot be used: " + unusable.getMessage(), unusable);
        }
    }

    /**
     * The newest whole version of a model by name, or the model directory at a path: what has a {@code /} is a path.
     *
     * @throws BadInputException if there is none (names those there are, and the nearest), it is damaged, or a newer version of the
     *     library has written it
     */
    public Stored find(String nameOrPath) {
        return nameOrPath.contains(Path.SEPARATOR) ? atPath(nameOrPath) : newest(name(nameOrPath));
    }

    /** The newest whole version of every model that has one, by name. */
    public List<Stored> all() {
        List<Stored> all = new ArrayList<>();
        for (String name : names()) {
            newestNumber(new ModelName(name)).ifPresent(number -> all.add(version(new ModelName(name), number)));
        }
        return all;
    }

    /** Names of models, in order. */
    List<String> names() {
        return list(root).stream()
                .map(status -> status.getPath().getName())
                .filter(name -> ModelName.isAllowed(name) && name.equals(lower(name)))
                .sorted()
                .toList();
    }

    /**
     * A name as it was given, which need not exist.
     *
     * @throws BadInputException if it is not allowed; suggests the nearest that is
     */
    ModelName name(String given) {
        return ModelName.of(given, ModelName.isAllowed(given) ? List.of() : names());
    }

    /** Whether a model has a whole version. */
    boolean exists(ModelName name) {
        return newestNumber(name).isPresent();
    }

    /** Numbers of the whole versions of a model, the oldest first. */
    List<Integer> versions(ModelName name) {
        return versionDirectories(name).stream()
                .filter(number -> isWhole(directory(name, number)))
                .toList();
    }

    /**
     * Keeps a name that is to be created for this session, for as long as it trains.
     *
     * @throws BadInputException if it exists, or another session trains for it; names that one
     */
    Reservation reserve(ModelName name) {
        try {
            files.mkdirs(root);
            Path path = new Path(root, "." + name.text() + ".reserved");
            try (Claim claim = claim(name)) {
                if (exists(name)) {
                    throw exists(name.text());
                }
                Optional<String> holder = Reservation.holder(files, path);
                if (holder.isPresent()) {
                    throw new BadInputException("another session is just making model '" + name.text() + "': "
                            + holder.get() + "; wait for it, choose another name, or"
                            + " make a version beside it with CREATE OR REPLACE MODEL. If that session has died the name is"
                            + " free " + Reservation.LONGEST_SECONDS + " s after, or when " + path + " is deleted");
                }
                return Reservation.take(files, path, owner(), Reservation.RENEWED_SECONDS * 1000L);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(
                    "cannot reserve the name of model '" + name.text() + "' in " + root + ": " + failed.getMessage(),
                    failed);
        }
    }

    private String owner() {
        return "application " + session.sparkContext().applicationId() + " of "
                + session.sparkContext().sparkUser() + ", since "
                + Instant.now().truncatedTo(ChronoUnit.SECONDS);
    }

    /**
     * Writes a version. Of several sessions that do so at once each gets a number of its own.
     *
     * @param draft the facts, but for the version
     * @param replace whether a version may be there already
     * @throws BadInputException if one is there, or another session was first, and it was not to be replaced; nothing is left then
     */
    Stored save(MLWritable model, TableLayout layout, ModelFacts draft, boolean replace) {
        ModelName name = new ModelName(draft.name());
        Path incomplete = new Path(root, "." + name.text() + "." + UUID.randomUUID() + ".incomplete");
        try {
            try {
                new ModelDirectory(session).write(model, layout, incomplete);
                return version(name, publish(incomplete, name, draft, replace));
            } finally {
                files.delete(incomplete, true);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(
                    "cannot write model '" + name.text() + "' to " + root + ": " + failed.getMessage(), failed);
        }
    }

    private int publish(Path incomplete, ModelName name, ModelFacts draft, boolean replace) throws IOException {
        try (Claim claim = claim(name)) {
            if (!replace && exists(name)) {
                throw exists(name.text());
            }
            files.mkdirs(new Path(root, name.text()));
            int number = versionDirectories(name).stream().reduce(0, Math::max) + 1;
            Path version = directory(name, number);
            NewPlace.move(files, incomplete, version);
            FactsFile.write(files, version, draft.ofVersion(number));
            return number;
        }
    }

    /** One session at a time puts a version of a name in place, or takes all away. */
    private Claim claim(ModelName name) throws IOException {
        return Claim.take(files, new Path(root, "." + name.text() + ".claim"));
    }

    /** The refusal of a name that is taken. */
    static BadInputException exists(String name) {
        return new BadInputException("model '" + name + "' exists already, or another session has just created it;"
                + " choose another name, drop it with DROP MODEL " + name
                + ", or make its next version with CREATE OR REPLACE MODEL");
    }

    /** Removes all versions of a model, and what unfinished ones have left; false if there is nothing of that name. */
    boolean drop(ModelName name) {
        Path versions = new Path(root, name.text());
        try {
            if (!files.exists(versions)) {
                return false;
            }
            Path dropped = new Path(root, "." + name.text() + "." + UUID.randomUUID() + ".dropped");
            boolean isThere;
            // Not between the two steps in which another session puts a version in place.
            try (Claim claim = claim(name)) {
                // Gone at once, whatever the time that deleting takes.
                isThere = files.exists(versions) && files.rename(versions, dropped);
            }
            files.delete(dropped, true);
            return isThere;
        } catch (IOException failed) {
            throw new UncheckedIOException(
                    "cannot drop model '" + name.text() + "' in " + root + ": " + failed.getMessage(), failed);
        }
    }

    /** The refusal of a name that no model has; names those that there are. */
    BadInputException unknown(String given) {
        List<String> names = names();
        return new BadInputException(
                names.isEmpty()
                        ? "unknown model '" + given + "': there are no models in " + root
                                + "; make one with CREATE MODEL, or set " + DIRECTORY
                        : NearestName.unknown("model", given, names) + " (in " + root
                                + "; a path of a model directory has a /)");
    }

    private Stored newest(ModelName name) {
        Optional<Integer> number = newestNumber(name);
        if (number.isEmpty() && !list(new Path(root, name.text())).isEmpty()) {
            throw new BadInputException("model '" + name.text() + "' has no whole version in "
                    + new Path(root, name.text()) + ": no directory v1, v2, ... in it has a " + FactsFile.NAME
                    + "; a session may have ended while it wrote one. Drop it with DROP MODEL " + name.text()
                    + " and create it again, or restore the directory");
        }
        return version(name, number.orElseThrow(() -> unknown(name.text())));
    }

    private Optional<Integer> newestNumber(ModelName name) {
        List<Integer> numbers = versionDirectories(name);
        for (int i = numbers.size() - 1; i >= 0; i--) {
            if (isWhole(directory(name, numbers.get(i)))) {
                return Optional.of(numbers.get(i));
            }
        }
        return Optional.empty();
    }

    private Stored version(ModelName name, int number) {
        Path directory = directory(name, number);
        return new Stored(directory.toString(), versionName(number), FactsFile.read(files, directory));
    }

    private Stored atPath(String path) {
        try {
            Path directory = new Path(path);
            FileSystem system = directory.getFileSystem(session.sparkContext().hadoopConfiguration());
            directory = system.makeQualified(directory);
            Path metadata = new Path(directory, "metadata");
            if (!system.exists(metadata)) {
                throw new BadInputException("'" + path + "' is no model directory: there is no " + metadata
                        + "; give the path of a directory that 'train' or save has written, or the name of a model");
            }
            String changed = "t" + system.getFileStatus(metadata).getModificationTime();
            ModelFacts facts = system.exists(new Path(directory, FactsFile.NAME))
                    ? FactsFile.read(system, directory)
                    : ModelFacts.ofDirectory(new ModelDirectory(session).layout(directory.toString()));
            return new Stored(directory.toString(), changed, facts);
        } catch (IOException | IllegalArgumentException unreachable) {
            throw new BadInputException(
                    "model '" + path + "' cannot be read: " + unreachable.getMessage(), unreachable);
        }
    }

    private boolean isWhole(Path directory) {
        try {
            return files.exists(new Path(directory, FactsFile.NAME));
        } catch (IOException unreachable) {
            throw unreachable(directory, unreachable);
        }
    }

    /** Numbers of all directories of versions, whole or not, in order. */
    private List<Integer> versionDirectories(ModelName name) {
        return list(new Path(root, name.text())).stream()
                .map(status -> status.getPath().getName())
                .filter(directory -> directory.matches("v[1-9]\\d{0,8}"))
                .map(directory -> Integer.valueOf(directory.substring(1)))
                .sorted(Comparator.naturalOrder())
                .toList();
    }

    private List<FileStatus> list(Path directory) {
        try {
            return Arrays.asList(files.listStatus(directory));
        } catch (FileNotFoundException absent) {
            return List.of();
        } catch (IOException unreachable) {
            throw unreachable(directory, unreachable);
        }
    }

    private static BadInputException unreachable(Path directory, IOException cause) {
        return new BadInputException(
                directory + " cannot be read: " + cause.getMessage() + " (the warehouse of models: " + DIRECTORY + ")",
                cause);
    }

    private Path directory(ModelName name, int number) {
        return new Path(new Path(root, name.text()), versionName(number));
    }

    private static String versionName(int number) {
        return "v" + number;
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
