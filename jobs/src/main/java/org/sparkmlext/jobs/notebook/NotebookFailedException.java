package org.sparkmlext.jobs.notebook;

import java.util.Arrays;

/** A paragraph of a notebook failed. The message names notebook and paragraph, and ends with what it printed. */
public final class NotebookFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final int SHOWN_LINES = 40;

    NotebookFailedException(Notebook notebook, Paragraph paragraph, String output) {
        super("notebook '" + notebook.name() + "', " + paragraph.name() + " failed:\n" + firstLines(output));
    }

    /** Of an exception's trace the first lines say what is wrong. */
    private static String firstLines(String output) {
        String[] lines = output.strip().split("\n", -1);
        return lines.length <= SHOWN_LINES
                ? output.strip()
                : String.join("\n", Arrays.copyOf(lines, SHOWN_LINES)) + "\n... " + (lines.length - SHOWN_LINES)
                        + " more lines";
    }
}
