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
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
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
 * estimator's Params ({@code --set}); of these a value may be an object too, which goes on as its text. {@code ${NAME}} in a string stands for the environment variable.
 */
final class JobFile {
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w+)}");
    private static final String PARAMS_KEY = "params";

    private final String path;
    private final JsonNode root;
    private final Function<String, @Nullable String> environment;

    private JobFile(String path, JsonNode root, Function<String, @Nullable String> environment) {
        this.path = path;
        this.root = root;
        this.environment = environment;
    }

    /** Reads a file through Hadoop's FileSystem. */
    static JobFile read(String path) {
        try {
            Path file = new Path(path);
            try (InputStream in = file.getFileSystem(new Configuration()).open(file)) {
                return parse(path, in, System::getenv);
            }
        } catch (FileNotFoundException absent) {
            throw new BadInputException("job file " + path + " does not exist", absent);
        } catch (IOException | IllegalArgumentException broken) {
            throw new BadInputException("job file " + path + " cannot be read: " + broken.getMessage(), broken);
        }
    }

    static JobFile parse(String path, InputStream in, Function<String, @Nullable String> environment)
            throws IOException {
        ObjectMapper mapper = new ObjectMapper()
                .configure(JsonParser.Feature.ALLOW_COMMENTS, true)
                .configure(JsonParser.Feature.STRICT_DUPLICATE_DETECTION, true)
                .configure(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, true);
        JsonNode root;
        try {
            root = mapper.readTree(in);
        } catch (JsonProcessingException malformed) {
            throw new BadInputException(
                    "job file " + path + " is not JSON: " + malformed.getOriginalMessage() + " at line "
                            + malformed.getLocation().getLineNr(),
                    malformed);
        }
        if (!root.isObject()) {
            throw new BadInputException("job file " + path + " must be one JSON object {...}, got "
                    + root.getNodeType().toString().toLowerCase(java.util.Locale.ROOT));
        }
        return new JobFile(path, root, environment);
    }

    /**
     * The file as command-line arguments of a subcommand, without those options that {@code given} names: the command
     * line rules over the file. Entries of {@code params} always come, so that {@code --set} overrides them one by one.
     *
     * @throws BadInputException on an unknown key or a value of the wrong kind
     */
    List<String> toArguments(CommandSpec command, Collection<OptionSpec> given) {
        Map<String, OptionSpec> options = command.options().stream()
                .filter(option -> !option.usageHelp() && !option.versionHelp())
                .filter(option -> !option.longestName().equals("--job"))
                .collect(Collectors.toMap(
                        option -> keyOf(option), option -> option, (first, second) -> first, java.util.TreeMap::new));
        List<String> arguments = new ArrayList<>();
        root.fields().forEachRemaining(entry -> {
            OptionSpec option = options.get(entry.getKey());
            if (option == null) {
                throw new BadInputException("job file " + path + ": "
                        + NearestName.unknown("key", entry.getKey(), options.keySet()) + " (of '" + command.name()
                        + "')");
            }
            if (!given.contains(option) || entry.getKey().equals(PARAMS_KEY)) {
                addArguments(entry.getKey(), option, entry.getValue(), arguments);
            }
        });
        return arguments;
    }

    /** The key of an option: its long name in camel case; the {@code --set} of Params is called {@code params}. */
    static String keyOf(OptionSpec option) {
        String name = option.longestName().replaceFirst("^--", "");
        if (name.equals("set") && option.isMultiValue()) {
            return PARAMS_KEY;
        }
        return Pattern.compile("-(\\w)")
                .matcher(name)
                .replaceAll(match -> match.group(1).toUpperCase(java.util.Locale.ROOT));
    }

    private void addArguments(String key, OptionSpec option, JsonNode value, List<String> arguments) {
        String name = option.longestName();
        boolean isFlag = option.type() == boolean.class || option.type() == Boolean.class;
        boolean isMap = option.isMultiValue() && (key.equals(PARAMS_KEY) || key.endsWith("Mapping"));
        if (isFlag) {
            if (!value.isBoolean()) {
                throw wrongKind(key, "true or false", value);
            }
            if (value.booleanValue()) {
                arguments.add(name);
            } else if (option.negatable()) {
                arguments.add(name.replaceFirst("^--", "--no-"));
            }
        } else if (isMap) {
            if (!value.isObject()) {
                throw wrongKind(key, "an object", value);
            }
            value.fields()
                    .forEachRemaining(
                            entry -> arguments.add(name + "=" + entry.getKey() + "=" + text(key, entry.getValue())));
        } else if (option.isMultiValue()) {
            if (!value.isArray() && !value.isValueNode()) {
                throw wrongKind(key, "an array", value);
            }
            (value.isArray() ? value : List.of(value)).forEach(item -> arguments.add(name + "=" + scalar(key, item)));
        } else {
            arguments.add(name + "=" + scalar(key, value));
        }
    }

    private String text(String key, JsonNode value) {
        if (value.isObject()) {
            // The JSON of a network.
            return value.toString();
        }
        if (!value.isArray()) {
            return scalar(key, value);
        }
        return StreamSupport.stream(value.spliterator(), false)
                .map(item -> scalar(key, item))
                .collect(Collectors.joining(","));
    }

    private String scalar(String key, JsonNode value) {
        if (!value.isValueNode() || value.isNull()) {
            throw wrongKind(key, "a string, a number or true/false", value);
        }
        return VARIABLE.matcher(value.asText())
                .replaceAll(match -> Matcher.quoteReplacement(variable(key, match.group(1))));
    }

    private String variable(String key, String name) {
        String value = environment.apply(name);
        if (value == null) {
            throw new BadInputException("job file " + path + ": key '" + key + "' needs the environment variable "
                    + name + ", which is not set");
        }
        return value;
    }

    private BadInputException wrongKind(String key, String wanted, JsonNode got) {
        return new BadInputException(
                "job file " + path + ": key '" + key + "' must be " + wanted + ", got " + got.toString());
    }
}
