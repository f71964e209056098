package org.sparkmlext.jobs.notebook;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The part of Markdown that notebooks use as HTML: headings, paragraphs, lists, tables, fenced code; bold, italic, code, links. */
final class Markdown {

    private static final Pattern BULLET = Pattern.compile("[-*] +(.*)");
    private static final Pattern NUMBER = Pattern.compile("\\d+\\. +(.*)");
    private static final Pattern HEADING = Pattern.compile("(#{1,4}) +(.*)");
    private static final Pattern TABLE_RULE = Pattern.compile("\\|?[ :|-]+\\|?");

    private final List<String> lines;
    private final StringBuilder html = new StringBuilder();
    private int at;

    private Markdown(String text) {
        this.lines = text.lines().toList();
    }

    /** The text as HTML; tags in it are shown as they stand. */
    static String html(String text) {
        Markdown markdown = new Markdown(text);
        while (markdown.at < markdown.lines.size()) {
            markdown.block();
        }
        return markdown.html.toString();
    }

    private void block() {
        String line = lines.get(at).strip();
        var heading = HEADING.matcher(line);
        if (line.isEmpty()) {
            at++;
        } else if (heading.matches()) {
            int level = heading.group(1).length();
            html.append(String.format("<h%d>%s</h%d>%n", level, spans(heading.group(2)), level));
            at++;
        } else if (line.startsWith("```")) {
            code();
        } else if (line.startsWith("|")) {
            table();
        } else if (BULLET.matcher(line).matches()) {
            list(BULLET, "ul");
        } else if (NUMBER.matcher(line).matches()) {
            list(NUMBER, "ol");
        } else {
            html.append("<p>").append(spans(paragraph())).append("</p>\n");
        }
    }

    private String paragraph() {
        List<String> text = new ArrayList<>();
        while (at < lines.size() && !startsBlock(lines.get(at).strip())) {
            text.add(lines.get(at++).strip());
        }
        return String.join(" ", text);
    }

    private static boolean startsBlock(String line) {
        return line.isEmpty()
                || line.startsWith("```")
                || line.startsWith("|")
                || BULLET.matcher(line).matches()
                || NUMBER.matcher(line).matches()
                || HEADING.matcher(line).matches();
    }

    private void code() {
        List<String> text = new ArrayList<>();
        at++;
        while (at < lines.size() && !lines.get(at).strip().startsWith("```")) {
            text.add(lines.get(at++));
        }
        at++;
        html.append("<pre>").append(escaped(String.join("\n", text))).append("</pre>\n");
    }

    private void list(Pattern mark, String tag) {
        html.append('<').append(tag).append(">\n");
        while (at < lines.size()) {
            var item = mark.matcher(lines.get(at).strip());
            if (!item.matches()) {
                break;
            }
            at++;
            // Lines that follow belong to the item until another block starts.
            String more = paragraph();
            html.append("<li>")
                    .append(spans(more.isEmpty() ? item.group(1) : item.group(1) + " " + more))
                    .append("</li>\n");
        }
        html.append("</").append(tag).append(">\n");
    }

    private void table() {
        List<String> rows = new ArrayList<>();
        while (at < lines.size() && lines.get(at).strip().startsWith("|")) {
            rows.add(lines.get(at++).strip());
        }
        html.append("<table>\n");
        for (int i = 0; i < rows.size(); i++) {
            if (!TABLE_RULE.matcher(rows.get(i)).matches()) {
                String tag = i == 0 ? "th" : "td";
                html.append("<tr>")
                        .append(Arrays.stream(
                                        rows.get(i).replaceAll("^\\||\\|$", "").split("\\|", -1))
                                .map(cell -> "<" + tag + ">" + spans(cell.strip()) + "</" + tag + ">")
                                .collect(Collectors.joining()))
                        .append("</tr>\n");
            }
        }
        html.append("</table>\n");
    }

    /** Bold, italic, links, and code, in which the others are not looked for. */
    private static String spans(String text) {
        String[] parts = text.split("`", -1);
        StringBuilder spans = new StringBuilder();
        for (int i = 0; i < parts.length; i++) {
            String part = escaped(parts[i]);
            if (i % 2 == 1 && i + 1 < parts.length) {
                spans.append("<code>").append(part).append("</code>");
            } else {
                spans.append(i % 2 == 1 ? "`" : "")
                        .append(part.replaceAll("\\[([^\\]]+)\\]\\(([^) ]+)\\)", "<a href=\"$2\">$1</a>")
                                .replaceAll("\\*\\*(.+?)\\*\\*", "<b>$1</b>")
                                .replaceAll("(?<!\\w)\\*(\\S(?:.*?\\S)?)\\*(?!\\w)", "<i>$1</i>"));
            }
        }
        return spans.toString();
    }

    /** Text that HTML shows as it stands. */
    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
