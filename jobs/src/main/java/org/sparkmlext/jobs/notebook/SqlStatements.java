package org.sparkmlext.jobs.notebook;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts a text of SQL at the semicolons outside of literals, quoted names and comments. */
final class SqlStatements {

    private static final Pattern TOKEN = Pattern.compile(
            "--[^\\n]*" // to the end of the line
                    + "|/\\*(?s:.*?)(?:\\*/|$)"
                    + "|'(?:[^'\\\\]|\\\\(?s:.))*(?:'|$)"
                    + "|\"(?:[^\"\\\\]|\\\\(?s:.))*(?:\"|$)"
                    + "|`[^`]*(?:`|$)"
                    + "|;"
                    + "|(?s:.)");

    private SqlStatements() {}

    /** The statements, without comments in front of and between them. */
    static List<String> of(String text) {
        List<String> statements = new ArrayList<>();
        StringBuilder statement = new StringBuilder();
        Matcher tokens = TOKEN.matcher(text);
        while (tokens.find()) {
            String token = tokens.group();
            if (token.equals(";")) {
                add(statement, statements);
            } else if (token.startsWith("--")) {
                statement.append(' ');
            } else {
                statement.append(token);
            }
        }
        add(statement, statements);
        return statements;
    }

    private static void add(StringBuilder statement, List<String> statements) {
        String text = statement.toString().strip();
        if (!text.isEmpty()) {
            statements.add(text);
        }
        statement.setLength(0);
    }
}
