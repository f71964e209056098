package org.sparkmlext.data;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The little JSON that a {@link Safetensors} header needs: objects, arrays, strings and whole numbers. Strict: anything
 * else, a duplicate key, or nesting deeper than eight levels is an error.
 */
final class JsonText {

    private static final int MAX_DEPTH = 8;

    private final String text;
    private int at;

    private JsonText(String text) {
        this.text = text;
    }

    /** Parses an object: values are {@code Map}, {@code List}, {@code String} or {@code Long}. */
    static Map<String, Object> parseObject(String text) throws IOException {
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
        return number();
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

    private Long number() throws IOException {
        int from = at;
        while (at < text.length() && (Character.isDigit(text.charAt(at)) || text.charAt(at) == '-')) {
            at++;
        }
        try {
            return Long.valueOf(text.substring(from, at));
        } catch (NumberFormatException e) {
            throw new IOException("JSON: not a whole number at character " + from, e);
        }
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
