package org.sparkmlext.jobs.notebook;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.sparkmlext.ml.input.BadInputException;

/**
 * A paragraph of a notebook.
 *
 * @param number from 1, as people count
 * @param title empty for none
 * @param body the text behind the directive
 * @param isCodeHidden whether readers see what it gives alone
 * @param columns of the page's 12 that it takes
 * @param charts how tables among its outputs are drawn, by the number of the output from 0
 */
public record Paragraph(
        int number,
        String title,
        Kind kind,
        String body,
        boolean isCodeHidden,
        int columns,
        Map<Integer, Chart> charts) {

    private static final Pattern DIRECTIVE = Pattern.compile("\\s*%([\\w.]+)(?:\\([^)]*\\))?");
    private static final int PAGE_COLUMNS = 12;

    /** What a directive asks for. */
    public enum Kind {
        MARKDOWN("md"),
        CONFIGURATION("spark.conf"),
        SCALA("spark"),
        SQL("spark.sql");

        private static final Map<String, Kind> BY_DIRECTIVE =
                new TreeMap<>(Map.of("spark.spark", SCALA, "sql", SQL, "conf", CONFIGURATION, "md.md", MARKDOWN));

        static {
            Arrays.stream(values()).forEach(kind -> BY_DIRECTIVE.put(kind.directive, kind));
        }

        private final String directive;

        Kind(String directive) {
            this.directive = directive;
        }
    }

    /**
     * Reads one.
     *
     * @throws BadInputException on a directive that is not run here
     */
    static Paragraph of(int number, JsonNode json) {
        String text = json.path("text").asText("");
        JsonNode config = json.path("config");
        String title = json.path("title").asText("").strip();
        Matcher directive = DIRECTIVE.matcher(text);
        Kind kind = Kind.SCALA;
        String body = text;
        if (directive.lookingAt()) {
            Kind found = Kind.BY_DIRECTIVE.get(directive.group(1));
            if (found == null) {
                throw new BadInputException("paragraph " + number + (title.isEmpty() ? "" : " '" + title + "'")
                        + " starts with %" + directive.group(1) + "; paragraphs that are run are "
                        + Arrays.stream(Kind.values())
                                .map(each -> "%" + each.directive)
                                .collect(Collectors.joining(", ")));
            }
            kind = found;
            body = text.substring(directive.end());
        }
        return new Paragraph(
                number,
                title,
                kind,
                body.strip(),
                config.path("editorHide").asBoolean(false),
                Math.min(PAGE_COLUMNS, Math.max(1, config.path("colWidth").asInt(PAGE_COLUMNS))),
                Chart.of(config));
    }

    /** {@code paragraph 4 'Train'}. */
    String name() {
        return "paragraph " + number + (title.isEmpty() ? "" : " '" + title + "'");
    }
}
