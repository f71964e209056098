package org.sparkmlext.jobs.notebook;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkmlext.ml.input.BadInputException;

/** Runs notebooks paragraph by paragraph, each in a session of its own, until one fails. */
public final class NotebookRun {

    private final Function<Map<String, String>, SparkSession> sessions;
    private final PrintStream out;

    /**
     * What a paragraph gave.
     *
     * @param seconds it took
     */
    record Step(Paragraph paragraph, List<Output> outputs, double seconds) {}

    /**
     * @param sessions starts a session with at least this configuration; none may be running
     * @param out where paragraphs are shown while they run
     */
    public NotebookRun(Function<Map<String, String>, SparkSession> sessions, PrintStream out) {
        this.sessions = sessions;
        this.out = out;
    }

    /**
     * Runs one, then stops its session.
     *
     * @return the notebook as a page of HTML, pictures included
     * @throws NotebookFailedException if a paragraph failed
     */
    public String run(Notebook notebook) {
        Map<String, String> configuration = new HashMap<>(notebook.configuration());
        configuration.put(ScalaInterpreter.CLASS_DIRECTORY, classDirectory());
        SparkSession session = sessions.apply(configuration);
        ParagraphOutput output = new ParagraphOutput(out);
        List<Step> steps = new ArrayList<>();
        try (ScalaInterpreter scala = interpreter(session, output)) {
            output.take();
            for (Paragraph paragraph : notebook.paragraphs()) {
                steps.add(run(notebook, paragraph, session, scala, output));
            }
        } finally {
            session.stop();
        }
        return new NotebookPage(notebook.name(), steps).html();
    }

    private static String classDirectory() {
        try {
            return Files.createTempDirectory("spark-ml-ext-notebook").toString();
        } catch (IOException full) {
            throw new UncheckedIOException("no directory can be made for the notebook's classes", full);
        }
    }

    private static ScalaInterpreter interpreter(SparkSession session, ParagraphOutput output) {
        try {
            return new ScalaInterpreter(session, output);
        } catch (NoClassDefFoundError absent) {
            throw new BadInputException(
                    "notebooks need Scala's compiler, which installations of Spark have among their jars: add scala-compiler and"
                            + " scala-reflect " + scala.util.Properties.versionNumberString()
                            + " to the class path of the driver",
                    absent);
        }
    }

    private Step run(
            Notebook notebook,
            Paragraph paragraph,
            SparkSession session,
            ScalaInterpreter scala,
            ParagraphOutput output) {
        if (paragraph.kind() == Paragraph.Kind.MARKDOWN || paragraph.kind() == Paragraph.Kind.CONFIGURATION) {
            return new Step(paragraph, List.of(), 0);
        }
        out.println("== " + notebook.name() + ": " + paragraph.name());
        long start = System.nanoTime();
        boolean isDone;
        if (paragraph.kind() == Paragraph.Kind.SCALA) {
            isDone = scala.run(paragraph.body());
        } else {
            isDone = query(paragraph.body(), session, output);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        List<Output> outputs = output.take();
        if (!isDone) {
            throw new NotebookFailedException(
                    notebook, paragraph, outputs.stream().map(Output::text).collect(Collectors.joining("\n")));
        }
        out.println(String.format(Locale.ROOT, "   (%.1f s)", seconds));
        return new Step(paragraph, outputs, seconds);
    }

    /** Runs statements up to the first that fails; the output has its message. */
    private static boolean query(String body, SparkSession session, ParagraphOutput output) {
        for (String statement : SqlStatements.of(body)) {
            try {
                Dataset<Row> result = session.sql(statement);
                if (result.columns().length > 0) {
                    output.add(NotebookContext.tableOf(result, NotebookContext.MOST_ROWS));
                }
                // Spark's SQL throws checked exceptions that no signature tells of.
            } catch (Exception wrong) {
                output.add(new Output.Text(wrong.getMessage() == null ? wrong.toString() : wrong.getMessage()));
                return false;
            }
        }
        return true;
    }
}
