package org.sparkmlext.jobs.notebook;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a running paragraph prints, cut where a line starts with one of Zeppelin's display directives: {@code %html}, {@code %table},
 * {@code %text}. Lines of text are shown at once, so that the course of a training is seen while it trains. Any thread may print.
 */
final class ParagraphOutput extends OutputStream {

    private static final Pattern DIRECTIVE = Pattern.compile("%(html|table|text|angular)\\b ?");

    private final PrintStream echo;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final StringBuilder block = new StringBuilder();
    private final List<Output> outputs = new ArrayList<>();
    private String kind = "text";

    /** @param echo where text is shown while it comes */
    ParagraphOutput(PrintStream echo) {
        this.echo = echo;
    }

    @Override
    public synchronized void write(int value) {
        if (value == '\n') {
            endLine();
        } else if (value != '\r') {
            line.write(value);
        }
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            write(bytes[i]);
        }
    }

    private void endLine() {
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        Matcher directive = DIRECTIVE.matcher(text);
        if (directive.lookingAt()) {
            endBlock();
            kind = directive.group(1);
            text = text.substring(directive.end());
            if (text.isBlank()) {
                return;
            }
        }
        block.append(text).append('\n');
        if (kind.equals("text")) {
            echo.println(text);
        }
    }

    private void endBlock() {
        String text = block.toString();
        if (!text.isBlank()) {
            switch (kind) {
                case "text" -> outputs.add(new Output.Text(text.stripTrailing()));
                case "table" -> add(Output.Table.parse(text));
                default -> add(new Output.Html(text.strip()));
            }
        }
        block.setLength(0);
        kind = "text";
    }

    /** Adds an output that was not printed. */
    synchronized void add(Output output) {
        outputs.add(output);
        echo.println(output.text());
    }

    /** All outputs since the last call, in order. */
    synchronized List<Output> take() {
        if (line.size() > 0) {
            endLine();
        }
        endBlock();
        List<Output> taken = List.copyOf(outputs);
        outputs.clear();
        return taken;
    }
}
