package org.sparkmlext.jobs.notebook;

import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import scala.Console$;
import scala.jdk.javaapi.CollectionConverters;
import scala.tools.nsc.Settings;
import scala.tools.nsc.interpreter.IMain;
import scala.tools.nsc.interpreter.Results;
import scala.tools.nsc.interpreter.shell.ReplReporterImpl;

/**
 * One Scala interpreter over a session, as Spark's shell and Zeppelin have it: what a paragraph defines, later ones see, and executors
 * load the classes of its functions from the driver. Needs scala-compiler of Spark's own Scala version. For one thread.
 */
final class ScalaInterpreter implements AutoCloseable {

    /** Where Spark looks for classes made by an interpreter; to be set before its context starts. */
    static final String CLASS_DIRECTORY = "spark.repl.class.outputDir";

    private static final List<String> IMPORTS = List.of(
            "import org.apache.spark.SparkContext._",
            "import spark.implicits._",
            "import spark.sql",
            "import org.apache.spark.sql.functions._");

    private final IMain interpreter;
    private final PrintStream out;

    /**
     * Binds {@code spark}, {@code sc} and {@code z}, and imports what Zeppelin imports.
     *
     * @param session one whose context was started with {@link #CLASS_DIRECTORY}
     * @param output where code prints, and errors are told
     */
    ScalaInterpreter(SparkSession session, OutputStream output) {
        Path classes = Path.of(session.sparkContext().getConf().get(CLASS_DIRECTORY));
        List<String> arguments = new ArrayList<>(
                List.of("-usejavacp", "-nowarn", "-Yrepl-class-based", "-Yrepl-outdir", classes.toString()));
        // Under spark-submit the job jar is not in the class path of the JVM.
        ownJar().ifPresent(jar -> arguments.addAll(List.of("-classpath", jar.toString())));
        Settings settings = new Settings(error -> {
            throw new IllegalStateException("Scala interpreter: " + error);
        });
        settings.processArguments(CollectionConverters.asScala(arguments).toList(), true);
        this.out = new PrintStream(output, true, StandardCharsets.UTF_8);
        ReplReporterImpl reporter = new ReplReporterImpl(settings, new PrintWriter(out, true));
        this.interpreter =
                new IMain(settings, scala.Option.apply(ScalaInterpreter.class.getClassLoader()), settings, reporter);
        // What an expression gives is not shown, as with zeppelin.spark.printREPLOutput=false.
        reporter.togglePrintResults();
        bind("spark", SparkSession.class, session);
        bind("sc", org.apache.spark.SparkContext.class, session.sparkContext());
        bind("z", NotebookContext.class, new NotebookContext(out));
        if (!run(String.join("\n", IMPORTS))) {
            throw new IllegalStateException("the Scala interpreter cannot import " + IMPORTS);
        }
    }

    private static Optional<Path> ownJar() {
        CodeSource source = ScalaInterpreter.class.getProtectionDomain().getCodeSource();
        try {
            return source == null
                    ? Optional.empty()
                    : Optional.of(Path.of(source.getLocation().toURI()));
        } catch (URISyntaxException odd) {
            throw new IllegalStateException(odd);
        }
    }

    private void bind(String name, Class<?> type, Object value) {
        // Transient: a function of the notebook that names it goes to executors without it.
        Results.Result result = interpreter.bind(
                name,
                type.getName(),
                value,
                CollectionConverters.asScala(List.of("@transient")).toList());
        if (!isSuccess(result)) {
            throw new IllegalStateException("the Scala interpreter cannot bind " + name + ", a " + type.getName());
        }
    }

    /**
     * Runs code.
     *
     * @return whether it compiled and ended without an exception; if not, the output tells why
     */
    boolean run(String code) {
        PrintStream before = System.out;
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(interpreter.classLoader());
        System.setOut(out);
        try {
            Results.Result result = Console$.MODULE$.withOut(out, () -> interpreter.interpret(code));
            if (result.toString().equals("Incomplete")) {
                out.println("the code is incomplete: a bracket, a quote or a block is open at its end");
            }
            return isSuccess(result);
        } finally {
            System.setOut(before);
            Thread.currentThread().setContextClassLoader(loader);
            out.flush();
        }
    }

    private static boolean isSuccess(Results.Result result) {
        return result.toString().equals("Success");
    }

    @Override
    public void close() {
        interpreter.close();
    }
}
