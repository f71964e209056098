package org.sparkmlext.sql;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a statement into tokens by the rules of Spark's lexer: comments ({@code --} to the end of the line, bracketed ones, which nest),
 * strings in single or double quotes with {@code \} and doubled quotes inside, raw strings {@code r'...'}, identifiers in backquotes. It
 * reads no further than it is asked to, so that what a query holds is Spark's own affair.
 */
final class Tokenizer {
    private static final Pattern NUMBER =
            Pattern.compile("(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d+)?(?![\\p{L}\\p{N}_])");
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}_]+");

    private final String text;
    private int at;

    Tokenizer(String text) {
        this.text = text;
    }

    /** The next token; {@link Token.Kind#END} again and again behind the last one. */
    Token next() {
        skipBlanksAndComments();
        if (at >= text.length()) {
            return new Token(Token.Kind.END, "", text.length());
        }
        char first = text.charAt(at);
        if (first == '`') {
            return quoted(Token.Kind.QUOTED, at, '`', false);
        }
        if (first == '\'' || first == '"') {
            return quoted(Token.Kind.STRING, at, first, true);
        }
        if ((first == 'r' || first == 'R') && at + 1 < text.length() && isQuote(text.charAt(at + 1))) {
            return raw(text.charAt(at + 1));
        }
        Matcher number = NUMBER.matcher(text).region(at, text.length()).useTransparentBounds(true);
        if (number.lookingAt()) {
            return token(Token.Kind.NUMBER, number.end());
        }
        Matcher word = WORD.matcher(text).region(at, text.length());
        return word.lookingAt() ? token(Token.Kind.WORD, word.end()) : token(Token.Kind.SYMBOL, at + 1);
    }

    private Token token(Token.Kind kind, int end) {
        Token token = new Token(kind, text.substring(at, end), at);
        at = end;
        return token;
    }

    private static boolean isQuote(char c) {
        return c == '\'' || c == '"';
    }

    /** @param from place of the opening quote */
    private Token quoted(Token.Kind kind, int from, char quote, boolean hasEscapes) {
        int i = from + 1;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (hasEscapes && c == '\\') {
                i += 2;
            } else if (c != quote) {
                i++;
            } else if (i + 1 < text.length() && text.charAt(i + 1) == quote) {
                i += 2;
            } else {
                return token(kind, i + 1);
            }
        }
        return token(Token.Kind.SYMBOL, text.length());
    }

    /** A raw string has neither escapes nor doubled quotes. */
    private Token raw(char quote) {
        int end = text.indexOf(quote, at + 2);
        if (end >= 0) {
            return token(Token.Kind.STRING, end + 1);
        }
        // The quote tells that it is not closed.
        at++;
        return token(Token.Kind.SYMBOL, text.length());
    }

    private void skipBlanksAndComments() {
        while (at < text.length()) {
            if (Character.isWhitespace(text.charAt(at)) || text.charAt(at) == '\u00a0') {
                at++;
            } else if (text.startsWith("--", at)) {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end + 1;
            } else if (text.startsWith("/*", at)) {
                skipBracketedComment();
            } else {
                return;
            }
        }
    }

    private void skipBracketedComment() {
        int depth = 0;
        while (at < text.length()) {
            if (text.startsWith("/*", at)) {
                depth++;
                at += 2;
            } else if (text.startsWith("*/", at)) {
                depth--;
                at += 2;
                if (depth == 0) {
                    return;
                }
            } else {
                at++;
            }
        }
    }
}
