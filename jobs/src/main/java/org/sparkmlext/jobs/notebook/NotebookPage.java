package org.sparkmlext.jobs.notebook;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A notebook that ran as one page of HTML that needs nothing else: texts, code, tables, charts and pictures.
 *
 * @param steps one a paragraph, in order
 */
record NotebookPage(String name, List<NotebookRun.Step> steps) {

    private static final int SHOWN_ROWS = 15;
    private static final int PAGE_WIDTH = 1060;
    private static final int PAGE_COLUMNS = 12;
    private static final int MARGINS = 44;

    String html() {
        return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>" + Markdown.escaped(name)
                + "</title>\n<style>\n" + style() + "</style>\n</head>\n<body>\n<header>" + Markdown.escaped(name)
                + "</header>\n<main>\n"
                + steps.stream().map(NotebookPage::paragraph).collect(Collectors.joining())
                + "</main>\n</body>\n</html>\n";
    }

    private static String style() {
        try (InputStream in = NotebookPage.class.getResourceAsStream("page.css")) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks page.css");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException broken) {
            throw new UncheckedIOException("page.css cannot be read", broken);
        }
    }

    private static String paragraph(NotebookRun.Step step) {
        Paragraph paragraph = step.paragraph();
        StringBuilder html =
                new StringBuilder(String.format("<section style=\"grid-column: span %d\">%n", paragraph.columns()));
        if (!paragraph.title().isEmpty()) {
            html.append("<div class=\"title\">").append(Markdown.escaped(paragraph.title()));
            if (step.seconds() >= 0.1) {
                html.append(String.format(Locale.ROOT, "<span class=\"seconds\">%.1f s</span>", step.seconds()));
            }
            html.append("</div>\n");
        }
        if (paragraph.kind() == Paragraph.Kind.MARKDOWN) {
            html.append("<div class=\"words\">\n")
                    .append(Markdown.html(paragraph.body()))
                    .append("</div>\n");
        } else if (!paragraph.isCodeHidden()) {
            html.append("<pre class=\"code\">")
                    .append(CodeColours.html(paragraph.body(), paragraph.kind()))
                    .append("</pre>\n");
        }
        for (int i = 0; i < step.outputs().size(); i++) {
            html.append(output(step.outputs().get(i), paragraph.charts().get(i), paragraph.columns()));
        }
        return html.append("</section>\n").toString();
    }

    private static String output(Output output, @Nullable Chart chart, int columns) {
        if (output instanceof Output.Html piece) {
            return "<div class=\"picture\">" + piece.html() + "</div>\n";
        }
        if (output instanceof Output.Table table) {
            int width = PAGE_WIDTH * columns / PAGE_COLUMNS - MARGINS;
            return chart == null
                    ? table(table)
                    : "<div class=\"picture\">" + TableChart.svg(chart, table, width) + "</div>\n";
        }
        return "<pre class=\"text\">" + Markdown.escaped(output.text()) + "</pre>\n";
    }

    private static String table(Output.Table table) {
        StringBuilder html = new StringBuilder("<div class=\"table\"><table>\n");
        html.append(row(table.columns(), "th"));
        table.rows().stream().limit(SHOWN_ROWS).forEach(row -> html.append(row(row, "td")));
        html.append("</table></div>\n");
        if (table.rows().size() > SHOWN_ROWS) {
            html.append(String.format(
                    Locale.ROOT,
                    "<div class=\"more\">%d of %,d rows</div>%n",
                    SHOWN_ROWS,
                    table.rows().size()));
        }
        return html.toString();
    }

    private static String row(List<String> cells, String tag) {
        return cells.stream()
                .map(cell -> "<" + tag + (isNumber(cell) ? " class=\"number\"" : "") + ">" + Markdown.escaped(cell)
                        + "</" + tag + ">")
                .collect(Collectors.joining("", "<tr>", "</tr>\n"));
    }

    private static boolean isNumber(String cell) {
        return cell.matches("-?\\d[\\d,]*(\\.\\d+)?(E-?\\d+)?");
    }
}
