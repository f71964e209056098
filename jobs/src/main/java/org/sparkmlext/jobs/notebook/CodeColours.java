package org.sparkmlext.jobs.notebook;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Code as HTML with keywords, literals and comments marked. */
final class CodeColours {

    private static final String SCALA_WORDS =
            "val|var|def|import|new|if|else|for|yield|case|class|object|match|extends|with|true"
                    + "|false|null|throw|try|catch|finally|override|lazy|while|type|private";
    private static final String SQL_WORDS =
            "select|from|where|group|by|order|having|as|and|or|not|in|is|null|case|when|then|else"
                    + "|end|join|left|inner|on|using|with|union|all|distinct|limit|create|replace|temporary|view|table|model|options|drop"
                    + "|show|describe|extended|evaluate|explain|models|between|over|partition|desc|asc|true|false|if|exists|interval|values"
                    + "|set|cast|insert|into|like|refresh|lateral|tablesample|filter|within|version";

    private static final Pattern SCALA = Pattern.compile(
            "(?<comment>//[^\\n]*|/\\*(?s:.*?)\\*/)|(?<text>\"\"\"(?s:.*?)\"\"\"|\"(?:[^\"\\\\\\n]|\\\\.)*\")"
                    + "|(?<word>\\b(?:" + SCALA_WORDS + ")\\b)|(?<number>\\b\\d[\\d_.]*\\b)");
    private static final Pattern SQL = Pattern.compile("(?<comment>--[^\\n]*|/\\*(?s:.*?)\\*/)"
            + "|(?<text>'(?:[^'\\\\]|\\\\.)*'|\"(?:[^\"\\\\]|\\\\.)*\")"
            + "|(?<word>(?i)\\b(?:" + SQL_WORDS + ")\\b)|(?<number>\\b\\d[\\d_.]*\\b)");
    private static final Pattern CONFIGURATION =
            Pattern.compile("(?<comment>(?m)^\\s*#.*$)|(?<word>(?m)^\\s*[\\w.]+)|(?<text>(?!))|(?<number>(?!))");

    private CodeColours() {}

    /** The code as spans of the classes {@code comment}, {@code text}, {@code word}, {@code number}. */
    static String html(String code, Paragraph.Kind kind) {
        Pattern tokens = switch (kind) {
            case SCALA -> SCALA;
            case SQL -> SQL;
            case CONFIGURATION, MARKDOWN -> CONFIGURATION;
        };
        StringBuilder html = new StringBuilder();
        Matcher token = tokens.matcher(code);
        int end = 0;
        while (token.find()) {
            html.append(Markdown.escaped(code.substring(end, token.start())));
            for (String name : new String[] {"comment", "text", "word", "number"}) {
                if (token.group(name) != null) {
                    html.append("<span class=\"")
                            .append(name)
                            .append("\">")
                            .append(Markdown.escaped(token.group()))
                            .append("</span>");
                }
            }
            end = token.end();
        }
        return html.append(Markdown.escaped(code.substring(end))).toString();
    }
}
