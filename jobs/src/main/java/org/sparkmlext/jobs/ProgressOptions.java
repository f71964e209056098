package org.sparkmlext.jobs;

import java.io.PrintStream;
import org.sparkmlext.ml.training.Algorithm;
import org.sparkmlext.training.TrainingListener;
import picocli.CommandLine.Option;

/** How the course of training is shown. */
final class ProgressOptions {
    /** Set by the launcher, which can see whether standard output is a terminal. */
    private static final String TERMINAL_VARIABLE = "SPARK_ML_EXT_TERMINAL";

    enum Style {
        AUTO,
        TERMINAL,
        PLAIN,
        NONE
    }

    @Option(
            names = "--progress",
            description = "auto, terminal (one line, rewritten), plain (a line a round or epoch) or none.",
            defaultValue = "AUTO")
    Style style = Style.AUTO;

    TrainingListener listener(PrintStream out, Algorithm algorithm) {
        if (style == Style.NONE) {
            return new TrainingListener() {};
        }
        return new LiveProgress(out, algorithm.isNetwork() ? "epoch" : "round", isTerminal(), System::nanoTime);
    }

    /** Whether a line may be rewritten. */
    boolean isTerminal() {
        return style == Style.TERMINAL || (style == Style.AUTO && "1".equals(System.getenv(TERMINAL_VARIABLE)));
    }
}
