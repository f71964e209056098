package org.sparkmlext.data;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The JSON of model files, both ways: objects, arrays, strings, numbers and truth values. Strict: {@code null}, a duplicate key,
 * a number that no double holds, or nesting deeper than eight levels is an error. What is written depends on the values alone, not
 * on the Java version.
 */
public final class JsonText {

    private static final int MAX_DEPTH = 8;
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");

    private final String text;
    private int at;

    private JsonText(String text) {
        this.text = text;
    }

    /**
     * Parses an object: values are {@code Map}, {@code List}, {@code String}, {@code Boolean}, {@code Long} for whole numbers or
     * {@code Double} for others.
     *
     * @throws IOException if the text is no such object; the message has the place
     */
    public static Map<String, Object> parseObject(String text) throws IOException {
        JsonText parser = new JsonText(text);
        Object value = parser.value(0);
        parser.skipBlanks();
        if (parser.at != text.length()) {
            throw parser.error("text after the end");
        }
        return asObject(value);
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> asObject(Object value) throws IOException {
        if (value instanceof Map<?, ?> map) {
            return (Map<String, Object>) map;
        }
        throw new IOException("expected a JSON object, got " + value);
    }

    /**
     * Appends a value of the types that {@link #parseObject} gives, or an {@code Integer} or {@code Float}, on one line.
     *
     * @throws IllegalArgumentException if it is of another type or not finite
     */
    public static void write(Object value, StringBuilder out) {
        if (value instanceof Map<?, ?> map) {
            out.append('{');
            String separator = "";
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.append(separator);
                quote(String.valueOf(entry.getKey()), out);
                out.append(": ");
                write(entry.getValue(), out);
                separator = ", ";
            }
            out.append('}');
        } else if (value instanceof List<?> list) {
            out.append('[');
            for (int i = 0; i < list.size(); i++) {
                out.append(i == 0 ? "" : ", ");
                write(list.get(i), out);
            }
            out.append(']');
        } else if (value instanceof String string) {
            quote(string, out);
        } else if (value instanceof Float number) {
            out.append(shortest(number));
        } else if (value instanceof Double number) {
            out.append(requireFinite(number));
        } else if (value instanceof Integer || value instanceof Long || value instanceof Boolean) {
            out.append(value);
        } else {
            throw new IllegalArgumentException(
                    "no JSON for a " + value.getClass().getName());
        }
    }

    /** The shortest decimal number that becomes this float again, e.g. {@code 0.1}; {@link Float#toString} differs between JDKs. */
    public static String shortest(float value) {
        BigDecimal exact = new BigDecimal(requireFinite(value));
        int digits = 1;
        BigDecimal rounded = exact.round(new MathContext(digits));
        while (rounded.floatValue() != value) {
            digits++;
            rounded = exact.round(new MathContext(digits));
        }
        BigDecimal plain = rounded.stripTrailingZeros();
        return plain.scale() < 0 && plain.scale() > -10 ? plain.toPlainString() : plain.toString();
    }

    private static double requireFinite(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("no JSON for the number " + value);
        }
        return value;
    }

    /** Appends a string in quotes. */
    static void quote(String value, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20 || c > 0x7E) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }

    private Object value(int depth) throws IOException {
        if (depth > MAX_DEPTH) {
            throw error("nesting deeper than " + MAX_DEPTH);
        }
        skipBlanks();
        char c = peek();
        if (c == '{') {
            return object(depth);
        }
        if (c == '[') {
            return array(depth);
        }
        if (c == '"') {
            return string();
        }
        if (c == 't' || c == 'f') {
            return truth(c == 't');
        }
        return number();
    }

    private Boolean truth(boolean value) throws IOException {
        String word = Boolean.toString(value);
        if (!text.startsWith(word, at)) {
            throw error("an unknown word");
        }
        at += word.length();
        return value;
    }

    private Map<String, Object> object(int depth) throws IOException {
        Map<String, Object> result = new LinkedHashMap<>();
        expect('{');
        skipBlanks();
        if (peek() == '}') {
            at++;
            return result;
        }
        while (true) {
            skipBlanks();
            String key = string();
            skipBlanks();
            expect(':');
            if (result.put(key, value(depth + 1)) != null) {
                throw error("key '" + key + "' twice");
            }
            skipBlanks();
            if (peek() == '}') {
                at++;
                return result;
            }
            expect(',');
        }
    }

    private List<Object> array(int depth) throws IOException {
        List<Object> result = new ArrayList<>();
        expect('[');
        skipBlanks();
        if (peek() == ']') {
            at++;
            return result;
        }
        while (true) {
            result.add(value(depth + 1));
            skipBlanks();
            if (peek() == ']') {
                at++;
                return result;
            }
            expect(',');
        }
    }

    private String string() throws IOException {
        expect('"');
        StringBuilder result = new StringBuilder();
        while (true) {
            char c = next();
            if (c == '"') {
                return result.toString();
            }
            result.append(c == '\\' ? escaped() : c);
        }
    }

    private char escaped() throws IOException {
        char c = next();
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> throw error("escape \\" + c);
        };
    }

    private char unicode() throws IOException {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(next(), 16);
            if (digit < 0) {
                throw error("a \\u escape that is not hexadecimal");
            }
            code = code * 16 + digit;
        }
        return (char) code;
    }

    private Number number() throws IOException {
        Matcher matcher = NUMBER.matcher(text).region(at, text.length());
        if (!matcher.lookingAt()) {
            throw error("no value");
        }
        String digits = matcher.group();
        if (matcher.group(2) == null && matcher.group(3) == null) {
            try {
                Long whole = Long.valueOf(digits);
                at = matcher.end();
                return whole;
            } catch (NumberFormatException e) {
                throw new IOException("JSON: a whole number out of range at character " + at, e);
            }
        }
        double number = Double.parseDouble(digits);
        if (!Double.isFinite(number)) {
            throw error("a number out of range");
        }
        at = matcher.end();
        return number;
    }

    private void skipBlanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private void expect(char wanted) throws IOException {
        char got = next();
        if (got != wanted) {
            throw error("'" + got + "' where '" + wanted + "' belongs");
        }
    }

    private char peek() throws IOException {
        if (at >= text.length()) {
            throw error("the text ends too early");
        }
        return text.charAt(at);
    }

    private char next() throws IOException {
        char c = peek();
        at++;
        return c;
    }

    private IOException error(String what) {
        return new IOException("JSON: " + what + " at character " + at);
    }
}
