package org.sparkmlext.sql;

/**
 * A piece of a statement.
 *
 * @param text as it was written, quotes included; of {@link Kind#END} empty
 * @param start place of its first character in the statement
 */
record Token(Kind kind, String text, int start) {

    /** What tokens are. */
    enum Kind {
        /** An identifier or keyword. */
        WORD,
        /** An identifier in backquotes. */
        QUOTED,
        STRING,
        /** A number without a sign. */
        NUMBER,
        /** Any other character; also a quote that nothing closes, with all that follows. */
        SYMBOL,
        END
    }

    /** Place of the first character behind it. */
    int end() {
        return start + text.length();
    }

    boolean isKeyword(String keyword) {
        return kind == Kind.WORD && text.equalsIgnoreCase(keyword);
    }

    boolean isSymbol(String symbol) {
        return kind == Kind.SYMBOL && text.equals(symbol);
    }

    /** Whether it is a quote that nothing closes. */
    boolean isUnclosed() {
        return kind == Kind.SYMBOL && (text.startsWith("'") || text.startsWith("\"") || text.startsWith("`"));
    }

    /** An identifier without its backquotes. */
    String identifier() {
        return kind == Kind.QUOTED ? text.substring(1, text.length() - 1).replace("``", "`") : text;
    }
}
