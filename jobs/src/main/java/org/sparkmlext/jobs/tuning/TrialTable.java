package org.sparkmlext.jobs.tuning;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.training.TrialReport;

/**
 * The results of a search, kept as a CSV file that is whole after every turn: {@code trial,rung,params,metric,value,rounds,seconds,
 * status}, trials counted from 1.
 */
public final class TrialTable {
    private static final String HEADER = "trial,rung,params,metric,value,rounds,seconds,status";
    private static final String OK = "ok";
    private static final String FAILED = "failed: ";

    /**
     * A line.
     *
     * @param params of the trial, as {@link #text} writes them
     * @param status {@code ok}, or {@code failed: } and why
     */
    public record Line(TrialReport report, String params, String metric, String status) {

        public boolean isOk() {
            return status.equals(OK);
        }

        private String csv() {
            return String.format(
                    Locale.ROOT,
                    "%d,%d,%s,%s,%s,%d,%.3f,%s",
                    report.trial() + 1,
                    report.rung() + 1,
                    quoted(params),
                    metric,
                    isOk() ? Double.toString(report.value()) : "",
                    report.rounds(),
                    report.seconds(),
                    quoted(status));
        }
    }

    private final Path path;
    private final FileSystem files;
    private final List<Line> lines = new ArrayList<>();

    private TrialTable(Path path, FileSystem files) {
        this.path = path;
        this.files = files;
    }

    /**
     * Claims a file before any work is done for it.
     *
     * @param resumes whether the results in it, if it exists, are read and kept
     * @param overwrites whether one that exists is replaced
     * @throws BadInputException if it exists and is to be neither, or cannot be read
     */
    public static TrialTable open(String name, boolean resumes, boolean overwrites, Configuration configuration) {
        try {
            Path path = new Path(name);
            FileSystem files = path.getFileSystem(configuration);
            TrialTable table = new TrialTable(files.makeQualified(path), files);
            if (files.exists(path) && resumes) {
                table.load();
            } else if (files.exists(path) && !overwrites) {
                throw new BadInputException("results '" + name
                        + "' exist already; give --resume to go on from them, --overwrite, or another path");
            }
            return table;
        } catch (IOException | IllegalArgumentException unreachable) {
            throw new BadInputException(
                    "results '" + name + "' cannot be used: " + unreachable.getMessage(), unreachable);
        }
    }

    /** Params of a trial in a line of their own: {@code learningRate=0.1 maxLeaves=31}. */
    public static String text(Map<String, String> params) {
        return params.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(" "));
    }

    public Path path() {
        return path;
    }

    public List<Line> lines() {
        return List.copyOf(lines);
    }

    public void add(TrialReport report, Map<String, String> params, String metric) {
        add(new Line(report, text(params), metric, OK));
    }

    public void addFailed(int trial, Map<String, String> params, String metric, String message) {
        add(new Line(new TrialReport(trial, 0, 0, Double.NaN, 0), text(params), metric, FAILED + message));
    }

    private void add(Line line) {
        lines.add(line);
        write();
    }

    /** Written beside its place and put there, so that a search that is cut off leaves a whole file. */
    private void write() {
        Path incomplete = new Path(path.getParent(), "." + path.getName() + ".incomplete");
        try {
            try (OutputStream out = files.create(incomplete, true)) {
                String text = lines.stream().map(Line::csv).collect(Collectors.joining("\n", HEADER + "\n", "\n"));
                out.write(text.getBytes(StandardCharsets.UTF_8));
            }
            files.delete(path, false);
            if (!files.rename(incomplete, path)) {
                throw new IOException("cannot rename " + incomplete + " to " + path);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot write '" + path + "': " + failed.getMessage(), failed);
        }
    }

    private void load() throws IOException {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(files.open(path), StandardCharsets.UTF_8))) {
            String header = in.readLine();
            if (!HEADER.equals(header)) {
                throw new BadInputException("results '" + path + "' cannot be gone on from: the first line is '"
                        + header + "', not '" + HEADER + "'; give another path");
            }
            int number = 1;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                number++;
                lines.add(parse(line, number));
            }
        }
    }

    private Line parse(String line, int number) {
        List<String> fields = fields(line);
        try {
            if (fields.size() == 8) {
                TrialReport report = new TrialReport(
                        Integer.parseInt(fields.get(0)) - 1,
                        Integer.parseInt(fields.get(1)) - 1,
                        Integer.parseInt(fields.get(5)),
                        fields.get(4).isEmpty() ? Double.NaN : Double.parseDouble(fields.get(4)),
                        Double.parseDouble(fields.get(6)));
                return new Line(report, fields.get(2), fields.get(3), fields.get(7));
            }
        } catch (NumberFormatException damaged) {
            throw new BadInputException(
                    "results '" + path + "' are damaged at line " + number + ": " + damaged.getMessage(), damaged);
        }
        throw new BadInputException("results '" + path + "' are damaged at line " + number + ": " + fields.size()
                + " fields, needed are 8");
    }

    private static String quoted(String text) {
        String plain = text.replace('\n', ' ').replace('\r', ' ');
        return plain.matches("[^\",]*") ? plain : "\"" + plain.replace("\"", "\"\"") + "\"";
    }

    private static List<String> fields(String line) {
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean isQuoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"') {
                boolean isEscaped = isQuoted && i + 1 < line.length() && line.charAt(i + 1) == '"';
                if (isEscaped) {
                    field.append('"');
                    i++;
                } else {
                    isQuoted = !isQuoted;
                }
            } else if (c == ',' && !isQuoted) {
                fields.add(field.toString());
                field.setLength(0);
            } else {
                field.append(c);
            }
        }
        fields.add(field.toString());
        return fields;
    }
}
