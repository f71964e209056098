package org.sparkmlext.jobs.tuning;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.sparkmlext.ml.input.BadInputException;

/** What a search tries: Params by name, each with its values. */
public final class SearchSpace {
    /** A grid of more would be a slip of the hand. */
    private static final int MOST_TRIALS = 10_000;
    /** Draws a trial that must differ from all before; a space of few values may not have so many. */
    private static final int DRAWS_PER_TRIAL = 100;

    private final Map<String, ValueRange> ranges = new LinkedHashMap<>();

    /**
     * @param texts Params by name, each with what {@link ValueRange#of} reads
     * @throws BadInputException if one cannot be read, or there is none
     */
    public SearchSpace(Map<String, String> texts) {
        texts.forEach((name, text) -> ranges.put(name, ValueRange.of(name, text)));
        if (ranges.isEmpty()) {
            throw new BadInputException(
                    "there is nothing to try; give --try NAME=VALUE,VALUE,... once a Param, or --space"
                            + " FILE (keys 'try' and 'space' in a job file)");
        }
    }

    /**
     * Reads a file on any Hadoop file system: a JSON object of Params, each an array of values, a single value, or a range such as
     * {@code {"min": 0.01, "max": 0.3, "scale": "log"}}.
     *
     * @return texts as the constructor takes them
     */
    public static Map<String, String> read(String path, Configuration configuration) {
        JsonNode root;
        try {
            Path file = new Path(path);
            try (InputStream in = file.getFileSystem(configuration).open(file)) {
                root = new ObjectMapper()
                        .configure(JsonParser.Feature.ALLOW_COMMENTS, true)
                        .configure(JsonParser.Feature.STRICT_DUPLICATE_DETECTION, true)
                        .readTree(in);
            }
        } catch (JsonProcessingException malformed) {
            throw new BadInputException(
                    "search space " + path + " is not JSON: " + malformed.getOriginalMessage() + " at line "
                            + malformed.getLocation().getLineNr(),
                    malformed);
        } catch (FileNotFoundException absent) {
            throw new BadInputException("search space " + path + " does not exist", absent);
        } catch (IOException | IllegalArgumentException broken) {
            throw new BadInputException("search space " + path + " cannot be read: " + broken.getMessage(), broken);
        }
        if (!root.isObject()) {
            throw new BadInputException("search space " + path
                    + " must be one JSON object of Params, such as {\"maxLeaves\": [31, 63]}, got " + root);
        }
        Map<String, String> texts = new LinkedHashMap<>();
        root.fields().forEachRemaining(entry -> texts.put(entry.getKey(), text(entry.getValue())));
        return texts;
    }

    private static String text(JsonNode value) {
        if (!value.isArray()) {
            return value.isValueNode() ? value.asText() : value.toString();
        }
        boolean isOfArrays = StreamSupport.stream(value.spliterator(), false).anyMatch(JsonNode::isArray);
        return StreamSupport.stream(value.spliterator(), false)
                .map(SearchSpace::text)
                .collect(Collectors.joining(isOfArrays ? "|" : ","));
    }

    /** Names of the Params. */
    public Set<String> names() {
        return ranges.keySet();
    }

    /**
     * Every combination, the last Param changing fastest.
     *
     * @throws BadInputException if a Param has a range that cannot be counted, or there are too many combinations
     */
    public List<Map<String, String>> grid() {
        List<Map<String, String>> trials = List.of(Map.of());
        for (Map.Entry<String, ValueRange> range : ranges.entrySet()) {
            List<Map<String, String>> longer = new ArrayList<>();
            List<String> values = range.getValue().all();
            if ((long) trials.size() * values.size() > MOST_TRIALS) {
                throw new BadInputException("the grid has more than " + MOST_TRIALS
                        + " combinations; try fewer values, or search at random");
            }
            for (Map<String, String> trial : trials) {
                for (String value : values) {
                    Map<String, String> more = new LinkedHashMap<>(trial);
                    more.put(range.getKey(), value);
                    longer.add(more);
                }
            }
            trials = longer;
        }
        return trials;
    }

    /**
     * Combinations drawn at random, each once: the same for the same seed, and the first ones of a longer list. Fewer where the space
     * has no more.
     */
    public List<Map<String, String>> random(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Set<Map<String, String>> trials = new LinkedHashSet<>();
        for (long draws = 0; trials.size() < count && draws < (long) DRAWS_PER_TRIAL * count; draws++) {
            Map<String, String> trial = new LinkedHashMap<>();
            ranges.forEach((name, range) -> trial.put(name, range.draw(random)));
            trials.add(trial);
        }
        return new ArrayList<>(trials);
    }
}
