package org.sparkmlext.sql;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.training.ModelDirectory;

/**
 * The models that queries have used of late, on the driver: the last {@value #DEFAULT_SIZE} or as many as {@value #SIZE} says. A model is
 * known by its directory and what the metadata in it say, so that one written anew in the same place is loaded anew.
 *
 * <p>Executors get a model with the query: trees by a broadcast, networks from the pool of scorers.
 */
final class ModelCache {
    static final String SIZE = "spark.sparkmlext.sql.modelCacheSize";
    static final int DEFAULT_SIZE = 16;

    private static @Nullable ModelCache current;

    private final SparkContext context;
    private final Map<Key, ServedModel> models = new LinkedHashMap<>(16, 0.75f, true);

    private record Key(String directory, String metadata) {}

    private ModelCache(SparkContext context) {
        this.context = context;
    }

    /** That of the running application: plans hold broadcasts, which end with it. */
    static synchronized ModelCache of(SparkSession session) {
        if (current == null || current.context != session.sparkContext()) {
            current = new ModelCache(session.sparkContext());
        }
        return current;
    }

    /**
     * The model of a directory, as it is now.
     *
     * @throws BadInputException if it is no model directory, or its model cannot predict in queries
     */
    ServedModel model(SparkSession session, String directory) {
        int size = size(session);
        Key key = key(directory);
        synchronized (models) {
            ServedModel known = models.get(key);
            if (known != null) {
                return known;
            }
        }
        // Reads files; two queries at once may both do so, but both use what the first has loaded.
        ServedModel loaded = new ServedModel(new ModelDirectory(session).load(directory));
        synchronized (models) {
            ServedModel first = models.putIfAbsent(key, loaded);
            while (models.size() > size) {
                models.remove(models.keySet().iterator().next());
            }
            return first == null ? loaded : first;
        }
    }

    /** Models in it. */
    int size() {
        synchronized (models) {
            return models.size();
        }
    }

    private static int size(SparkSession session) {
        String text = session.conf().get(SIZE, Integer.toString(DEFAULT_SIZE));
        try {
            int size = Integer.parseInt(text.strip());
            if (size >= 1) {
                return size;
            }
        } catch (NumberFormatException noNumber) {
            throw refused(text, noNumber);
        }
        throw refused(text, null);
    }

    private static BadInputException refused(String text, @Nullable Throwable cause) {
        String message = SIZE + " is '" + text + "'; allowed is a whole number of at least 1";
        return cause == null ? new BadInputException(message) : new BadInputException(message, cause);
    }

    private Key key(String directory) {
        Path metadata = new Path(directory, "metadata");
        try {
            FileSystem files = metadata.getFileSystem(context.hadoopConfiguration());
            String place = files.makeQualified(new Path(directory)).toString();
            StringBuilder text = new StringBuilder();
            if (files.exists(metadata)) {
                FileStatus[] parts = files.listStatus(metadata);
                Arrays.sort(parts);
                for (FileStatus part : parts) {
                    if (part.isFile() && !part.getPath().getName().startsWith("_")) {
                        text.append(read(files, part.getPath()));
                    }
                }
            }
            return new Key(place, text.toString());
        } catch (IOException unreachable) {
            throw new BadInputException(
                    "model '" + directory + "' cannot be read: " + unreachable.getMessage(), unreachable);
        }
    }

    private static String read(FileSystem files, Path part) throws IOException {
        try (InputStream in = files.open(part)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
