package org.sparkmlext.jobs.bench;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.sparkmlext.ml.input.BadInputException;

/**
 * Public sets on which quality is compared by cross-validation. Of a set with an official split only the training part is
 * used. A column of texts becomes codes 0, 1, ... in the order of the sorted texts; an empty field is missing.
 */
public enum QualitySet {
    ABALONE(Target.REAL, 0, "abalone/abalone.csv", ",", false, 8),
    CALIFORNIA_HOUSING(Target.REAL, 0, "california-housing/housing.tgz", ",", true, 8),
    HIGGS_7K(Target.BINARY, 2, "higgs-7k/binary.train.gz", "\t", false, 0),
    LIGHTGBM_MULTICLASS(Target.CLASSES, 5, "lightgbm-multiclass/multiclass.train.gz", "\t", false, 0),
    DIGITS(Target.CLASSES, 10, "digits/optdigits.tra.gz", ",", true, 64);

    /** What is predicted, and the metric that compares. */
    public enum Target {
        REAL("RMSE"),
        BINARY("log-loss"),
        CLASSES("log-loss");

        private final String metric;

        Target(String metric) {
            this.metric = metric;
        }

        public String metric() {
            return metric;
        }
    }

    private static final int TAR_BLOCK = 512;

    private final Target target;
    private final int classes;
    private final String file;
    private final String separator;
    private final boolean hasHeader;
    private final int labelColumn;

    QualitySet(Target target, int classes, String file, String separator, boolean hasHeader, int labelColumn) {
        this.target = target;
        this.classes = classes;
        this.file = file;
        this.separator = separator;
        this.hasHeader = hasHeader;
        this.labelColumn = labelColumn;
    }

    public static List<String> names() {
        return Arrays.stream(values()).map(QualitySet::text).toList();
    }

    /** The name on the command line: that of the folder. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public Target target() {
        return target;
    }

    /** Number of classes; 0 of a real target. */
    public int classes() {
        return classes;
    }

    /**
     * Reads the set.
     *
     * @param directory with a folder a set
     * @throws BadInputException if the file is not there
     */
    public FoldTable read(Path directory, int foldCount) {
        Path path = directory.resolve(file);
        if (!Files.isRegularFile(path)) {
            throw new BadInputException("data set '" + text() + "': " + path
                    + " does not exist; give the directory of the public sets with --data or in SPARKMLEXT_DATA");
        }
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(open(path), StandardCharsets.UTF_8))) {
            List<String[]> rows = new ArrayList<>();
            if (hasHeader) {
                reader.readLine();
            }
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!line.isBlank()) {
                    rows.add(line.split(separator, -1));
                }
            }
            return table(rows, foldCount);
        } catch (IOException broken) {
            throw new UncheckedIOException(path + " cannot be read", broken);
        }
    }

    private FoldTable table(List<String[]> rows, int foldCount) {
        int columns = rows.get(0).length - 1;
        float[] values = new float[rows.size() * columns];
        float[] labels = new float[rows.size()];
        for (int column = 0, feature = 0; column <= columns; column++) {
            float[] numbers = numbers(rows, column);
            if (column == labelColumn) {
                labels = numbers;
                continue;
            }
            for (int row = 0; row < numbers.length; row++) {
                values[row * columns + feature] = numbers[row];
            }
            feature++;
        }
        return FoldTable.dealt(columns, values, labels, foldCount);
    }

    private static float[] numbers(List<String[]> rows, int column) {
        TreeMap<String, Integer> codes = new TreeMap<>();
        for (String[] row : rows) {
            String field = row[column].strip();
            if (!field.isEmpty() && !field.matches("[-+]?[0-9.]+([eE][-+]?[0-9]+)?")) {
                codes.put(field, 0);
            }
        }
        int next = 0;
        for (String text : codes.keySet()) {
            codes.put(text, next++);
        }
        float[] numbers = new float[rows.size()];
        for (int row = 0; row < numbers.length; row++) {
            String field = rows.get(row)[column].strip();
            if (field.isEmpty()) {
                numbers[row] = Float.NaN;
            } else {
                Integer code = codes.get(field);
                numbers[row] = code == null ? Float.parseFloat(field) : code;
            }
        }
        return numbers;
    }

    private static InputStream open(Path path) throws IOException {
        InputStream raw = Files.newInputStream(path);
        String name = path.getFileName().toString();
        if (name.endsWith(".tgz")) {
            try (InputStream unpacked = new GZIPInputStream(raw)) {
                return onlyFileOfTar(unpacked, path);
            }
        }
        return name.endsWith(".gz") ? new GZIPInputStream(raw) : raw;
    }

    /** The first regular file: its size is the octal number at byte 124 of its header, its type the byte at 156. */
    private static InputStream onlyFileOfTar(InputStream tar, Path path) throws IOException {
        while (true) {
            byte[] header = tar.readNBytes(TAR_BLOCK);
            if (header.length < TAR_BLOCK || header[0] == 0) {
                throw new IOException(path + " holds no file");
            }
            String octal = new String(header, 124, 12, StandardCharsets.US_ASCII).replaceAll("[^0-7]", "");
            int size = octal.isEmpty() ? 0 : Integer.parseInt(octal, 8);
            byte[] content = tar.readNBytes((size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK);
            if (header[156] == '0' || header[156] == 0) {
                return new ByteArrayInputStream(content, 0, size);
            }
        }
    }
}
