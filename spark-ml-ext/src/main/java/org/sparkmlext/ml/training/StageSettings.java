package org.sparkmlext.ml.training;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleArrayParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.FloatParam;
import org.apache.spark.ml.param.IntArrayParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.param.StringArrayParam;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.input.NearestName;
import org.sparkmlext.ml.input.OptionNames;

/** Sets the Params of stages from text, by name; knows no list of Params of its own. */
public final class StageSettings {
    /** Columns follow from the options of the table, so that they are named in one place only. */
    private static final Set<String> SET_BY_JOB = Set.of(
            "labelCol",
            "weightCol",
            "featuresCol",
            "inputCols",
            "imageCol",
            "sequenceCol",
            "entityCol",
            "timeCol",
            "targetCols",
            "inputCol",
            "outputCol",
            "originCol",
            "baseDir",
            "validationIndicatorCol",
            "baseMarginCol",
            "predictionCol",
            "probabilityCol",
            "rawPredictionCol");

    /** What says which columns there are. */
    private static final List<String> COLUMN_OPTIONS =
            List.of("label", "weight", "baseMargin", "features", "time", "entity", "target");

    private StageSettings() {}

    /**
     * Converts each text to its Param's type and sets it; arrays are separated by commas.
     *
     * @param stages of which the first that has a Param of the name gets it
     * @param names how options are spelled where the settings come from
     * @throws BadInputException if there is no such Param, the text is not of its type, or the Param refuses the value
     */
    public static void apply(List<? extends Params> stages, Map<String, String> settings, OptionNames names) {
        Map<String, Params> owners = owners(stages);
        settings.forEach((name, text) -> {
            if (SET_BY_JOB.contains(name)) {
                throw new BadInputException("param '" + name + "' names a column; columns follow from "
                        + COLUMN_OPTIONS.stream().map(names::of).collect(Collectors.joining(", "))
                        + ", and predictions keep their standard names");
            }
            Params stage = owners.get(name);
            if (stage == null) {
                throw new BadInputException(NearestName.unknown("param", name, owners.keySet()));
            }
            set(stage, stage.getParam(name), text);
        });
    }

    /** Names of the Params that {@link #apply} sets. */
    static Set<String> names(List<? extends Params> stages) {
        return owners(stages).keySet();
    }

    /** The stage that gets a Param, by its name. */
    private static Map<String, Params> owners(List<? extends Params> stages) {
        Map<String, Params> owners = new LinkedHashMap<>();
        for (Params stage : stages) {
            for (Param<?> param : stage.params()) {
                if (!SET_BY_JOB.contains(param.name())) {
                    owners.putIfAbsent(param.name(), stage);
                }
            }
        }
        return owners;
    }

    private static void set(Params stage, Param<Object> param, String text) {
        Object value = convert(stage, param, text.strip());
        try {
            stage.set(param, value);
        } catch (IllegalArgumentException refused) {
            throw new BadInputException(
                    "param '" + param.name() + "' does not allow " + text + "; it is: " + param.doc(), refused);
        }
    }

    private static Object convert(Params stage, Param<?> declared, String text) {
        // Params of Scala type carry their value's type in their own class, which erasure hides from the compiler.
        Object param = declared;
        if (param instanceof IntParam) {
            return number(declared, text, "a whole number", Integer::valueOf);
        } else if (param instanceof LongParam) {
            return number(declared, text, "a whole number", Long::valueOf);
        } else if (param instanceof DoubleParam) {
            return number(declared, text, "a number", Double::valueOf);
        } else if (param instanceof FloatParam) {
            return number(declared, text, "a number", Float::valueOf);
        } else if (param instanceof BooleanParam) {
            return bool(declared, text);
        } else if (param instanceof StringArrayParam) {
            return items(text);
        } else if (param instanceof DoubleArrayParam) {
            return number(
                    declared,
                    text,
                    "numbers separated by commas",
                    list -> Arrays.stream(items(list))
                            .mapToDouble(Double::parseDouble)
                            .toArray());
        } else if (param instanceof IntArrayParam) {
            return number(
                    declared,
                    text,
                    "whole numbers separated by commas",
                    list -> Arrays.stream(items(list))
                            .mapToInt(Integer::parseInt)
                            .toArray());
        }
        return convertLikeDefault(stage, declared, text);
    }

    /** A plain {@code Param<T>} tells its type only by its default value; without one it is a string. */
    private static Object convertLikeDefault(Params stage, Param<?> param, String text) {
        if (stage.hasDefault(param)) {
            Object value = stage.getDefault(param).get();
            if (value instanceof Integer) {
                return number(param, text, "a whole number", Integer::valueOf);
            } else if (value instanceof Long) {
                return number(param, text, "a whole number", Long::valueOf);
            } else if (value instanceof Double) {
                return number(param, text, "a number", Double::valueOf);
            } else if (value instanceof Boolean) {
                return bool(param, text);
            } else if (value instanceof String[]) {
                return items(text);
            }
        }
        return text;
    }

    private static String[] items(String text) {
        return text.isEmpty()
                ? new String[0]
                : Arrays.stream(text.split(",", -1)).map(String::strip).toArray(String[]::new);
    }

    private static Object bool(Param<?> param, String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw wrongType(param, text, "true or false", null);
        }
        return Boolean.valueOf(text);
    }

    private static Object number(Param<?> param, String text, String wanted, Function<String, Object> parser) {
        try {
            return parser.apply(text);
        } catch (NumberFormatException wrong) {
            throw wrongType(param, text, wanted, wrong);
        }
    }

    private static BadInputException wrongType(Param<?> param, String text, String wanted, @Nullable Throwable cause) {
        String message =
                "param '" + param.name() + "' must be " + wanted + ", got '" + text + "'; it is: " + param.doc();
        return cause == null ? new BadInputException(message) : new BadInputException(message, cause);
    }
}
