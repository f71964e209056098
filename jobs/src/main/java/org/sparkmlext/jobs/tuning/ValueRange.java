package org.sparkmlext.jobs.tuning;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.input.NearestName;

/** Values that a Param may take in a search. */
sealed interface ValueRange {

    /** Digits of a drawn number: more would say nothing, and be hard to read. */
    MathContext DIGITS = new MathContext(4);

    /** A value drawn at random, as text. */
    String draw(SplittableRandom random);

    /**
     * All values, as texts.
     *
     * @throws BadInputException if there are too many to count
     */
    List<String> all();

    /** Values one by one. */
    record Choices(List<String> values) implements ValueRange {
        @Override
        public String draw(SplittableRandom random) {
            return values.get(random.nextInt(values.size()));
        }

        @Override
        public List<String> all() {
            return values;
        }
    }

    /**
     * Numbers from {@code min} to {@code max}, both included.
     *
     * @param isWhole whether only whole numbers count
     * @param isLog whether numbers are drawn evenly on a logarithmic scale
     */
    record Numbers(String param, double min, double max, boolean isWhole, boolean isLog) implements ValueRange {
        private static final int MOST_IN_A_GRID = 1000;

        @Override
        public String draw(SplittableRandom random) {
            // Of whole numbers the last one is as likely as the others.
            double end = isWhole ? max + 1 : max;
            double share = random.nextDouble();
            double value = isLog
                    ? Math.exp(Math.log(min) + share * (Math.log(end) - Math.log(min)))
                    : min + share * (end - min);
            if (isWhole) {
                return Long.toString((long) Math.min(max, Math.max(min, Math.floor(value))));
            }
            return text(Math.min(
                    max, Math.max(min, new BigDecimal(value).round(DIGITS).doubleValue())));
        }

        @Override
        public List<String> all() {
            if (!isWhole || isLog || max - min >= MOST_IN_A_GRID) {
                throw new BadInputException(
                        "param '" + param + "' has a range of values, of which a grid cannot try all;"
                                + " list the values to try, or search at random");
            }
            return LongStream.rangeClosed((long) min, (long) max)
                    .mapToObj(Long::toString)
                    .toList();
        }

        private static String text(double value) {
            return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
        }
    }

    /**
     * Reads a range.
     *
     * @param text values separated by commas (or by {@code |}, where a value has commas itself), {@code MIN..MAX},
     *     {@code MIN..MAX:log}, or a JSON object with {@code min}, {@code max} and {@code "scale": "log"}
     * @throws BadInputException if it is none of these
     */
    static ValueRange of(String param, String text) {
        String plain = text.strip();
        if (plain.startsWith("{")) {
            return ofJson(param, plain);
        }
        Matcher range = Pattern.compile("(\\S+?)\\.\\.([^:\\s]+)(?::(\\w+))?").matcher(plain);
        if (range.matches()) {
            return numbers(param, range.group(1), range.group(2), range.group(3) == null ? "linear" : range.group(3));
        }
        List<String> values = Arrays.stream(plain.split(plain.contains("|") ? "\\|" : ",", -1))
                .map(String::strip)
                .toList();
        if (values.stream().anyMatch(String::isEmpty) || new TreeSet<>(values).size() < values.size()) {
            throw new BadInputException("param '" + param + "' has the values '" + text
                    + "'; give each once, separated by commas: " + param + "=0.05,0.1");
        }
        return new Choices(values);
    }

    private static ValueRange ofJson(String param, String text) {
        try {
            JsonNode range = new ObjectMapper().readTree(text);
            List<String> known = List.of("min", "max", "scale");
            range.fieldNames().forEachRemaining(name -> {
                if (!known.contains(name)) {
                    throw new BadInputException(
                            "range of param '" + param + "': " + NearestName.unknown("key", name, known));
                }
            });
            return numbers(
                    param,
                    range.path("min").asText(),
                    range.path("max").asText(),
                    range.path("scale").asText("linear"));
        } catch (JsonProcessingException malformed) {
            throw new BadInputException(
                    "range of param '" + param + "' is not JSON: " + malformed.getOriginalMessage(), malformed);
        }
    }

    private static Numbers numbers(String param, String min, String max, String scale) {
        double low = number(param, "min", min);
        double high = number(param, "max", max);
        boolean isLog = scale.equals("log");
        if (!isLog && !scale.equals("linear")) {
            throw new BadInputException(
                    "range of param '" + param + "' has scale '" + scale + "'; allowed: linear, log");
        }
        if (!(low < high) || (isLog && low <= 0)) {
            throw new BadInputException("range of param '" + param + "' is from " + min + " to " + max
                    + "; needed is a smaller and a larger number" + (isLog ? ", both above 0 on a log scale" : ""));
        }
        boolean isWhole = min.matches("[+-]?\\d+") && max.matches("[+-]?\\d+");
        return new Numbers(param, low, high, isWhole, isLog);
    }

    private static double number(String param, String end, String text) {
        double value;
        try {
            value = Double.parseDouble(text);
        } catch (NumberFormatException none) {
            throw new BadInputException(notNumber(param, end, text), none);
        }
        if (!Double.isFinite(value)) {
            throw new BadInputException(notNumber(param, end, text));
        }
        return value;
    }

    private static String notNumber(String param, String end, String text) {
        return "range of param '" + param + "' has " + end + " '" + text
                + "', which is not a number; ranges are written " + param + "=MIN..MAX or " + param + "=MIN..MAX:log";
    }
}
