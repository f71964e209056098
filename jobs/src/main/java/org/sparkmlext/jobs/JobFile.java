package org.sparkmlext.jobs;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.input.NearestName;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * A job file: one JSON object (comments allowed) whose keys are the long options of its subcommand in camel case, so that
 * {@code "validationFraction": 0.1} means {@code --validation-fraction=0.1}. {@code "params"} is the object of the
 * estimator's Params ({@code --set}); of these a value may be an object too, which goes on as its text.
 *
 * <p>{@code "include"} names files, relative to the one it stands in, whose keys come first: a key of the including file, or of a
 * later include, takes the place of an earlier one, in objects entry by entry. Variables in strings are those of {@link
 * JobVariables}. Files lie on any Hadoop file system.
 */
final class JobFile {
    private static final String PARAMS_KEY = "params";
    private static final String INCLUDE_KEY = "include";
    private static final int MOST_INCLUDES = 32;
    private static final Set<String> NOT_IN_FILES = Set.of("--job", "--var");
    private static final ObjectMapper JSON = new ObjectMapper()
            .configure(JsonParser.Feature.ALLOW_COMMENTS, true)
            .configure(JsonParser.Feature.STRICT_DUPLICATE_DETECTION, true)
            .configure(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, true);

    /** Opens a file by its path. */
    interface Files {
        InputStream open(String path) throws IOException;
    }

    /**
     * A key's value.
     *
     * @param file that it stands in
     * @param entries of an object, each with its own file; null for other values
     */
    private record Setting(
            String file, JsonNode value, @Nullable Map<String, Setting> entries) {}

    private final Map<String, Setting> settings = new LinkedHashMap<>();
    private final Files files;
    private final JobVariables variables;

    private JobFile(Files files, JobVariables variables) {
        this.files = files;
        this.variables = variables;
    }

    /**
     * Reads a file, and those that it includes, through Hadoop's FileSystem, as {@code spark.hadoop.*} settings of this process
     * configure it.
     *
     * @throws BadInputException if one is absent or no JSON object, or includes itself
     */
    static JobFile read(String path, JobVariables variables) {
        Configuration configuration = SessionOptions.hadoop();
        return read(
                path,
                name -> {
                    Path file = new Path(name);
                    return file.getFileSystem(configuration).open(file);
                },
                variables);
    }

    static JobFile read(String path, Files files, JobVariables variables) {
        JobFile job = new JobFile(files, variables);
        job.add(path, List.of());
        return job;
    }

    private void add(String path, List<String> including) {
        List<String> chain = new ArrayList<>(including);
        chain.add(path);
        if (including.contains(path)) {
            throw new BadInputException(
                    "job file " + including.get(0) + " includes itself: " + String.join(" -> ", chain));
        }
        if (chain.size() > MOST_INCLUDES) {
            throw new BadInputException(
                    "job file " + including.get(0) + " includes files " + MOST_INCLUDES + " deep; the last is " + path);
        }
        JsonNode root = parse(path, including);
        JsonNode includes = root.path(INCLUDE_KEY);
        if (!includes.isMissingNode()) {
            boolean areNames = includes.isTextual()
                    || (includes.isArray()
                            && StreamSupport.stream(includes.spliterator(), false)
                                    .allMatch(JsonNode::isTextual));
            if (!areNames) {
                throw wrongKind(path, INCLUDE_KEY, "a path or an array of paths", includes);
            }
            for (JsonNode name : includes.isArray() ? includes : List.of(includes)) {
                String included = variables.replaceIn(name.asText(), path, INCLUDE_KEY);
                add(resolve(path, included), chain);
            }
        }
        root.fields().forEachRemaining(entry -> {
            if (!entry.getKey().equals(INCLUDE_KEY)) {
                settings.merge(entry.getKey(), setting(path, entry.getValue()), JobFile::later);
            }
        });
    }

    private static String resolve(String path, String included) {
        try {
            Path parent = new Path(path).getParent();
            return parent == null ? included : new Path(parent, included).toString();
        } catch (IllegalArgumentException wrong) {
            throw new BadInputException(
                    "job file " + path + ": key '" + INCLUDE_KEY + "' has no path '" + included + "': "
                            + wrong.getMessage(),
                    wrong);
        }
    }

    private JsonNode parse(String path, List<String> including) {
        String from = including.isEmpty() ? "" : " (included by " + including.get(including.size() - 1) + ")";
        JsonNode root;
        try (InputStream in = files.open(path)) {
            root = JSON.readTree(in);
        } catch (JsonProcessingException malformed) {
            throw new BadInputException(
                    "job file " + path + from + " is not JSON: " + malformed.getOriginalMessage() + " at line "
                            + malformed.getLocation().getLineNr(),
                    malformed);
        } catch (FileNotFoundException absent) {
            throw new BadInputException("job file " + path + from + " does not exist", absent);
        } catch (IOException | IllegalArgumentException broken) {
            throw new BadInputException("job file " + path + from + " cannot be read: " + broken.getMessage(), broken);
        }
        if (!root.isObject()) {
            throw new BadInputException("job file " + path + from + " must be one JSON object {...}, got "
                    + root.getNodeType().toString().toLowerCase(Locale.ROOT));
        }
        return root;
    }

    private static Setting setting(String path, JsonNode value) {
        if (!value.isObject()) {
            return new Setting(path, value, null);
        }
        Map<String, Setting> entries = new LinkedHashMap<>();
        value.fields()
                .forEachRemaining(entry -> entries.put(entry.getKey(), new Setting(path, entry.getValue(), null)));
        return new Setting(path, value, entries);
    }

    /** What stands of two values of a key. */
    private static Setting later(Setting earlier, Setting later) {
        if (earlier.entries() == null || later.entries() == null) {
            return later;
        }
        Map<String, Setting> entries = new LinkedHashMap<>(earlier.entries());
        entries.putAll(later.entries());
        return new Setting(later.file(), later.value(), entries);
    }

    /**
     * The file as command-line arguments of a subcommand, without those options that {@code given} names: the command
     * line rules over the file. Entries of {@code params} and {@code try} always come, so that {@code --set} and {@code --try}
     * override them one by one.
     *
     * @throws BadInputException on an unknown key, a value of the wrong kind or a variable that is not set
     */
    List<String> toArguments(CommandSpec command, Collection<OptionSpec> given) {
        Map<String, OptionSpec> options = command.options().stream()
                .filter(option -> !option.usageHelp() && !option.versionHelp())
                .filter(option -> !NOT_IN_FILES.contains(option.longestName()))
                .collect(Collectors.toMap(JobFile::keyOf, option -> option, (first, second) -> first, TreeMap::new));
        List<String> arguments = new ArrayList<>();
        settings.forEach((key, setting) -> {
            OptionSpec option = options.get(key);
            if (option == null) {
                List<String> valid = new ArrayList<>(options.keySet());
                valid.add(INCLUDE_KEY);
                throw new BadInputException("job file " + setting.file() + ": " + NearestName.unknown("key", key, valid)
                        + " (of '" + command.name() + "')");
            }
            if (!given.contains(option) || isEntryByEntry(key)) {
                addArguments(key, option, setting, arguments);
            }
        });
        return arguments;
    }

    /** Whether entries of an object are options of their own, of which the command line overrides single ones. */
    private static boolean isEntryByEntry(String key) {
        return key.equals(PARAMS_KEY) || key.equals("try");
    }

    /** The key of an option: its long name in camel case; the {@code --set} of Params is called {@code params}. */
    static String keyOf(OptionSpec option) {
        String name = option.longestName().replaceFirst("^--", "");
        if (name.equals("set") && option.isMultiValue()) {
            return PARAMS_KEY;
        }
        return Pattern.compile("-(\\w)")
                .matcher(name)
                .replaceAll(match -> match.group(1).toUpperCase(Locale.ROOT));
    }

    private void addArguments(String key, OptionSpec option, Setting setting, List<String> arguments) {
        String name = option.longestName();
        JsonNode value = setting.value();
        String file = setting.file();
        boolean isFlag = option.type() == boolean.class || option.type() == Boolean.class;
        boolean isMap = option.isMultiValue() && (isEntryByEntry(key) || key.endsWith("Mapping"));
        if (isFlag) {
            if (!value.isBoolean()) {
                throw wrongKind(file, key, "true or false", value);
            }
            if (value.booleanValue()) {
                arguments.add(name);
            } else if (option.negatable()) {
                arguments.add(name.replaceFirst("^--", "--no-"));
            }
        } else if (isMap) {
            if (setting.entries() == null) {
                throw wrongKind(file, key, "an object", value);
            }
            setting.entries()
                    .forEach((entry, part) ->
                            arguments.add(name + "=" + entry + "=" + text(part.file(), key, part.value())));
        } else if (option.isMultiValue()) {
            if (!value.isArray() && !value.isValueNode()) {
                throw wrongKind(file, key, "an array", value);
            }
            (value.isArray() ? value : List.of(value))
                    .forEach(item -> arguments.add(name + "=" + scalar(file, key, item)));
        } else {
            arguments.add(name + "=" + scalar(file, key, value));
        }
    }

    private String text(String file, String key, JsonNode value) {
        if (value.isObject()) {
            // The JSON of a network.
            return value.toString();
        }
        if (!value.isArray()) {
            return scalar(file, key, value);
        }
        return StreamSupport.stream(value.spliterator(), false)
                .map(item -> scalar(file, key, item))
                .collect(Collectors.joining(","));
    }

    private String scalar(String file, String key, JsonNode value) {
        if (!value.isValueNode() || value.isNull()) {
            throw wrongKind(file, key, "a string, a number or true/false", value);
        }
        return variables.replaceIn(value.asText(), file, key);
    }

    private static BadInputException wrongKind(String file, String key, String wanted, JsonNode got) {
        return new BadInputException("job file " + file + ": key '" + key + "' must be " + wanted + ", got " + got);
    }
}
