package org.sparkmlext.jobs;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.jobs.notebook.Notebook;
import org.sparkmlext.jobs.notebook.NotebookRun;
import org.sparkmlext.ml.input.BadInputException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a Zeppelin notebook without Zeppelin. */
@Command(
        name = "notebook",
        description =
                "Runs the %%spark and %%spark.sql paragraphs of a Zeppelin notebook; the first that fails ends it.")
final class NotebookCommand implements Callable<Integer> {

    @Spec
    CommandSpec spec;

    @Mixin
    SessionOptions sessionOptions;

    @Parameters(paramLabel = "FILE", description = "Notebook (.zpln).", arity = "0..1")
    @Nullable
    String file;

    @Option(names = "--render", description = "File to write the notebook to as one page of HTML, results included.")
    @Nullable
    String render;

    @Override
    public Integer call() throws IOException {
        if (file == null) {
            throw new BadInputException("name the notebook to run: notebook FILE.zpln");
        }
        PrintStream out = Main.output(spec);
        Notebook notebook = Notebook.read(file, SessionOptions.hadoop());
        String page = new NotebookRun(
                        configuration -> SessionOptions.session("spark-ml-ext notebook", configuration), out)
                .run(notebook);
        if (render != null) {
            Path to = new Path(render);
            try (FSDataOutputStream sink =
                    to.getFileSystem(SessionOptions.hadoop()).create(to, true)) {
                sink.write(page.getBytes(StandardCharsets.UTF_8));
            }
            out.println("written to " + render);
        }
        out.println("notebook '" + notebook.name() + "': all "
                + notebook.paragraphs().size() + " paragraphs are done");
        return 0;
    }
}
