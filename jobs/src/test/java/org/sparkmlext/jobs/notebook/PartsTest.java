package org.sparkmlext.jobs.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.sparkmlext.ml.input.BadInputException;

/** What a run and its page are made of, without Spark. */
class PartsTest {

    @Test
    void statementsEndAtSemicolonsThatAreNotQuoted() {
        assertThat(SqlStatements.of("select 1; -- a; b\nselect 'x;''y', \"a\\\";b\", `c;d` /* ; */;\n\n;"))
                .containsExactly("select 1", "select 'x;''y', \"a\\\";b\", `c;d` /* ; */");
        assertThat(SqlStatements.of("-- nothing\n")).isEmpty();
    }

    @Test
    void whatIsPrintedIsCutAtDisplayDirectives() {
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        ParagraphOutput output = new ParagraphOutput(new PrintStream(shown, true, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(output, true, StandardCharsets.UTF_8);
        out.print("one\ntw");
        out.print("o\n%html <svg>\n<g/>\n</svg>\n%table a\tb\n1\tx\n2\n%text \nthree: 5 %html\n\u00fcber");
        assertThat(output.take())
                .containsExactly(
                        new Output.Text("one\ntwo"),
                        new Output.Html("<svg>\n<g/>\n</svg>"),
                        new Output.Table(List.of("a", "b"), List.of(List.of("1", "x"), List.of("2", ""))),
                        new Output.Text("three: 5 %html\n\u00fcber"));
        assertThat(output.take()).isEmpty();
        assertThat(shown.toString(StandardCharsets.UTF_8))
                .contains("one\ntwo\n", "a  b", "1  x", "\u00fcber")
                .doesNotContain("svg");
    }

    @Test
    void markdownBecomesHtml() {
        assertThat(Markdown.html(
                        "# A & B\nof *two* **words** and `a*b*c <d>`\n- one\n  goes on\n- [two](x.md)\n\n1. first\n"))
                .isEqualToNormalizingNewlines("<h1>A &amp; B</h1>\n"
                        + "<p>of <i>two</i> <b>words</b> and <code>a*b*c &lt;d&gt;</code></p>\n"
                        + "<ul>\n<li>one goes on</li>\n<li><a href=\"x.md\">two</a></li>\n</ul>\n"
                        + "<ol>\n<li>first</li>\n</ol>\n");
        assertThat(Markdown.html("| a | b |\n|---|---|\n| 1 | 2 |\n\n```\nx < y\n```"))
                .contains("<tr><th>a</th><th>b</th></tr>", "<tr><td>1</td><td>2</td></tr>", "<pre>x &lt; y</pre>");
        assertThat(Markdown.html("2 * 3 * 4 and a `b")).contains("2 * 3 * 4 and a `b");
    }

    @Test
    void codeIsMarked() {
        assertThat(CodeColours.html("val a = \"import <b>\" // class\n", Paragraph.Kind.SCALA))
                .isEqualTo(
                        "<span class=\"word\">val</span> a = <span class=\"text\">&quot;import &lt;b&gt;&quot;</span>"
                                + " <span class=\"comment\">// class</span>\n");
        assertThat(CodeColours.html("SELECT 10 FROM selected", Paragraph.Kind.SQL))
                .isEqualTo("<span class=\"word\">SELECT</span> <span class=\"number\">10</span>"
                        + " <span class=\"word\">FROM</span> selected");
    }

    private static List<Double> heights(String svg) {
        return Pattern.compile("height=\"([\\d.]+)\" fill=\"#")
                .matcher(svg)
                .results()
                .map(bar -> Double.valueOf(bar.group(1)))
                .filter(height -> height != 10)
                .toList();
    }

    private static final Output.Table SALES = new Output.Table(
            List.of("month", "shop", "sold"),
            List.of(
                    List.of("May", "north", "10"),
                    List.of("May", "south", "20"),
                    List.of("June", "north", "40"),
                    List.of("June", "north", "20"),
                    List.of("June", "south", "null")));

    private static Chart chart(Chart.Kind kind, String aggregate, String... groups) {
        return new Chart(kind, List.of("month"), List.of(groups), List.of(new Chart.Value("sold", aggregate)));
    }

    @Test
    void barsAreAsHighAsTheirNumbers() {
        List<Double> sums = heights(TableChart.svg(chart(Chart.Kind.BARS, "sum", "shop"), SALES, 600));
        // By series: north of May and June, south of May; June's south is unknown.
        assertThat(sums).hasSize(3);
        assertThat(sums.get(1) / sums.get(0)).isBetween(5.95, 6.05);
        assertThat(sums.get(2) / sums.get(0)).isBetween(1.98, 2.02);
        List<Double> means = heights(TableChart.svg(chart(Chart.Kind.BARS, "avg"), SALES, 600));
        assertThat(means).hasSize(2);
        assertThat(means.get(1) / means.get(0)).isBetween(1.98, 2.02);
    }

    @Test
    void linesBreakWhereANumberIsMissing() {
        String svg = TableChart.svg(chart(Chart.Kind.LINES, "sum", "shop"), SALES, 600);
        assertThat(svg)
                .contains(">north</text>", ">south</text>", ">May</text>", ">June</text>")
                .doesNotContain("NaN");
        assertThat(svg.split("<polyline", -1)).hasSize(3);
    }

    @Test
    void aChartOfAColumnThatIsNotThereSaysWhichAre() {
        Chart wrong = new Chart(Chart.Kind.BARS, List.of("year"), List.of(), List.of(new Chart.Value("sold", "sum")));
        assertThatThrownBy(() -> TableChart.svg(wrong, SALES, 600))
                .isInstanceOf(BadInputException.class)
                .hasMessage("the chart draws column 'year'; the table has month, shop, sold");
    }
}
