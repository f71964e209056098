package org.sparkmlext.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.testing.LocalSpark;

/** Small notebooks, run for real. */
class NotebookCommandTest {

    @TempDir
    Path folder;

    /** A notebook has a session of its own. */
    @BeforeEach
    void stopTheTestsSession() {
        LocalSpark.stop();
    }

    /** Titles are the first words of the paragraphs. */
    private Path notebook(String... paragraphs) throws IOException {
        ObjectNode note = new ObjectMapper().createObjectNode().put("name", "folder/Small");
        ArrayNode list = note.putArray("paragraphs");
        for (String text : paragraphs) {
            ObjectNode paragraph = list.addObject().put("text", text);
            paragraph.put("title", text.replaceFirst("%[\\w.]+\\W+", "").split("[^\\w]", 2)[0]);
        }
        ObjectNode graph = ((ObjectNode) list.get(list.size() - 1))
                .putObject("config")
                .putObject("results")
                .putObject("1")
                .putObject("graph")
                .put("mode", "multiBarChart");
        graph.putArray("keys").addObject().put("name", "k");
        graph.putArray("groups");
        graph.putArray("values").addObject().put("name", "n").put("aggr", "sum");
        return Files.writeString(folder.resolve("small.zpln"), note.toString());
    }

    @Test
    void paragraphsShareOneInterpreterAndOneSession() throws IOException {
        Path page = folder.resolve("page.html");
        CommandRun run = CommandRun.of(
                "notebook",
                notebook(
                                "%md\n# Words\nof *every* kind",
                                "%spark.conf\n# a comment\nspark.sparkmlext.test  from the note\nzeppelin.x  left out",
                                "%spark\ncase class Pair(k: String, n: Long)",
                                "%spark\nval word = spark.conf.get(\"spark.sparkmlext.test\")",
                                "%spark\n// Goes to executors: the function and a class of this notebook.\n"
                                        + "val pairs = spark.range(6).map(i => Pair(if (i % 2 == 0) \"even\" else \"odd\", 10 * i))\n"
                                        + "pairs.createOrReplaceTempView(\"pairs\")\n"
                                        + "println(word)\nprintln(s\"%html <svg id='mine'/>\")",
                                "%spark\nz.show(pairs.filter(_.n > 20), 2)",
                                "%spark.sql\n-- two statements; one table each\nSELECT 'a;b' AS t;\nSELECT k, sum(n) AS n FROM pairs GROUP BY k")
                        .toString(),
                "--render=" + page);
        assertThat(run.code()).as(run.out() + run.err()).isZero();
        assertThat(run.out())
                .contains(
                        "== Small: paragraph 5 'Goes'",
                        "from the note",
                        "k     n",
                        "odd   30",
                        "even  60",
                        "odd   90",
                        "a;b")
                .contains("all 7 paragraphs are done")
                .doesNotContain("<svg", "defined class");
        assertThat(Files.readString(page))
                .contains("<h1>Words</h1>", "<svg id='mine'/>", "<span class=\"word\">val</span> pairs")
                .contains(
                        "<th>k</th><th>n</th>",
                        "<td>odd</td><td class=\"number\">30</td>",
                        ">even</text>",
                        "<title>Small</title>")
                .doesNotContain("src=\"http", "href=\"http", "<script");
    }

    @Test
    void theFirstParagraphThatFailsEndsItAndIsNamed() throws IOException {
        CommandRun run = CommandRun.of(
                "notebook",
                notebook(
                                "%spark\nval known = 1",
                                "%spark\nprintln(\"before\")\nassert(known == 2, \"known is \" + known)",
                                "%spark\nprintln(\"after\")")
                        .toString());
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err())
                .contains("notebook 'Small', paragraph 2 'println' failed:", "before", "assertion failed: known is 1");
        assertThat(run.out()).doesNotContain("after");
        assertThat(CommandRun.of(
                                "notebook",
                                notebook("%spark\nval a: Int = \"text\"").toString())
                        .err())
                .contains("paragraph 1 'val' failed:", "type mismatch");
        assertThat(CommandRun.of("notebook", notebook("%spark\nval a = (1 +").toString())
                        .err())
                .contains("paragraph 1 'val' failed:", "the code is incomplete");
        assertThat(CommandRun.of(
                                "notebook",
                                notebook("%spark.sql\nSELECT nothing FROM nowhere")
                                        .toString())
                        .err())
                .contains("paragraph 1 'SELECT' failed:", "nowhere");
    }

    @Test
    void whatIsNoNotebookIsBadInput() throws IOException {
        CommandRun.isRefused(CommandRun.of("notebook"), "name the notebook to run");
        CommandRun.isRefused(CommandRun.of("notebook", "absent.zpln"), "notebook absent.zpln does not exist");
        Path broken = Files.writeString(folder.resolve("broken.zpln"), "{\n\"name\": ");
        CommandRun.isRefused(CommandRun.of("notebook", broken.toString()), "is not JSON", "line 2");
        Path other = Files.writeString(folder.resolve("other.zpln"), "{\"cells\": []}");
        CommandRun.isRefused(CommandRun.of("notebook", other.toString()), "no 'paragraphs'");
        CommandRun.isRefused(
                CommandRun.of("notebook", notebook("%spark\n1", "%pyspark\n2").toString()),
                "paragraph 2 '2' starts with %pyspark",
                "%spark.sql");
    }
}
