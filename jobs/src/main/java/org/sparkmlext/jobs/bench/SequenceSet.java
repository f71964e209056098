package org.sparkmlext.jobs.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Public sets of sequences: columns {@code sequence} and {@code label}, but for ETTh1, which is a table of events. */
public enum SequenceSet implements NetworkSet {
    /** Heart beats, 96 steps, normal or not. */
    ECG200("ucr-small", 0),
    /** A day's power demand, 24 hours: winter or summer. */
    ITALY_POWER_DEMAND("ucr-small", 1),
    /** Six kinds of control charts, 60 steps. */
    SYNTHETIC_CONTROL("ucr-small", 1),
    /** Outlines of bones, 80 steps: right or wrong. */
    PHALANGES_OUTLINES_CORRECT("ucr-small", 0),
    /** Radio signals of four anchors, 19 to 129 steps: does the user change rooms? Every fifth sequence tests, the ones before validate. */
    INDOOR_MOVEMENT("indoor-movement", 0),
    /** Hourly, columns {@code hour}, {@code part} and seven channels in deviations of the training part: 12 months train, 4 validate, 4 test. */
    ETTH1("etth1", 0),
    /** The same table, each channel forecast as a series of its own. */
    ETTH1_BY_CHANNEL("etth1", 0);

    /** The channels of {@link #ETTH1}. */
    public static final List<String> ETTH1_CHANNELS = List.of("HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT");

    private static final int HOURS_A_MONTH = 30 * 24;
    private static final String ZIP = "IndoorMovement.zip";

    private final String folder;
    /** The smallest label in the file; ours begin with 0. */
    private final int firstLabel;

    SequenceSet(String folder, int firstLabel) {
        this.folder = folder;
        this.firstLabel = firstLabel;
    }

    @Override
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public String folder() {
        return folder;
    }

    @Override
    public List<String> files() {
        return switch (this) {
            case INDOOR_MOVEMENT -> List.of(ZIP);
            case ETTH1, ETTH1_BY_CHANNEL -> List.of("ETTh1.csv.gz");
            default -> List.of(archiveName() + "_TRAIN.tsv.gz", archiveName() + "_TEST.tsv.gz");
        };
    }

    @Override
    public NetworkTrial trial() {
        return switch (this) {
            case ETTH1 -> new ForecastTrial(false);
            case ETTH1_BY_CHANNEL -> new ForecastTrial(true);
            default -> new ClassTrial(true);
        };
    }

    /** As the UCR archive writes it: {@code ItalyPowerDemand}. */
    private String archiveName() {
        return this == ECG200
                ? name()
                : Arrays.stream(name().split("_"))
                        .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
                        .reduce("", String::concat);
    }

    @Override
    public Parts read(SparkSession session, Path folder, Path work) throws IOException {
        return switch (this) {
            case INDOOR_MOVEMENT -> movements(session, folder.resolve(ZIP));
            case ETTH1, ETTH1_BY_CHANNEL -> transformer(session, folder.resolve("ETTh1.csv.gz"));
            default -> archive(session, folder);
        };
    }

    /** The last of every five training rows validates. */
    private Parts archive(SparkSession session, Path folder) throws IOException {
        List<Row> training = series(folder.resolve(archiveName() + "_TRAIN.tsv.gz"));
        return new Parts(
                frame(session, everyFifth(training, 4, false), DataTypes.DoubleType),
                frame(session, everyFifth(training, 4, true), DataTypes.DoubleType),
                frame(session, series(folder.resolve(archiveName() + "_TEST.tsv.gz")), DataTypes.DoubleType));
    }

    private static List<Row> everyFifth(List<Row> rows, int place, boolean isThere) {
        List<Row> chosen = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            if ((i % 5 == place) == isThere) {
                chosen.add(rows.get(i));
            }
        }
        return chosen;
    }

    /** A line a series: the label, then its values. */
    private List<Row> series(Path file) throws IOException {
        List<Row> rows = new ArrayList<>();
        for (String line : lines(file)) {
            double[] values = Arrays.stream(line.split("\t"))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
            rows.add(RowFactory.create(
                    Arrays.stream(values, 1, values.length).boxed().toList(), values[0] - firstLabel));
        }
        return rows;
    }

    private static List<String> lines(Path file) throws IOException {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(NetworkSet.unzipped(file), StandardCharsets.US_ASCII))) {
            return reader.lines().toList();
        }
    }

    private static Dataset<Row> frame(SparkSession session, List<Row> rows, DataType step) {
        StructType schema = new StructType()
                .add("sequence", DataTypes.createArrayType(step))
                .add("label", DataTypes.DoubleType);
        return session.createDataFrame(new ArrayList<>(rows), schema).persist();
    }

    private static Parts movements(SparkSession session, Path file) throws IOException {
        List<Row> rows = new ArrayList<>();
        try (ZipFile zip = new ZipFile(file.toFile())) {
            for (String target : lines(zip, "dataset/MovementAAL_target.csv")) {
                String[] fields = target.split(",");
                List<List<Double>> steps = new ArrayList<>();
                for (String line : lines(zip, "dataset/MovementAAL_RSS_" + fields[0].strip() + ".csv")) {
                    steps.add(Arrays.stream(line.split(","))
                            .map(number -> Double.valueOf(number.strip()))
                            .toList());
                }
                rows.add(RowFactory.create(steps, Double.parseDouble(fields[1].strip()) > 0 ? 1.0 : 0.0));
            }
        }
        List<Row> test = everyFifth(rows, 4, true);
        List<Row> others = new ArrayList<>();
        List<Row> validation = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            if (i % 5 == 3) {
                validation.add(rows.get(i));
            } else if (i % 5 != 4) {
                others.add(rows.get(i));
            }
        }
        DataType step = DataTypes.createArrayType(DataTypes.DoubleType);
        return new Parts(frame(session, others, step), frame(session, validation, step), frame(session, test, step));
    }

    /** Lines of a file, without the first, which names the columns with a '#'. */
    private static List<String> lines(ZipFile zip, String name) throws IOException {
        ZipEntry entry = zip.getEntry(name);
        if (entry == null) {
            throw new IOException(zip.getName() + " has no " + name);
        }
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(zip.getInputStream(entry), StandardCharsets.US_ASCII))) {
            return reader.lines()
                    .filter(line -> !line.startsWith("#") && !line.isBlank())
                    .toList();
        }
    }

    private static Parts transformer(SparkSession session, Path file) throws IOException {
        List<String> lines = lines(file);
        int training = 12 * HOURS_A_MONTH;
        int validation = 16 * HOURS_A_MONTH;
        int test = 20 * HOURS_A_MONTH;
        double[][] hours = lines.subList(1, 1 + test).stream()
                .map(line -> Arrays.stream(line.split(","))
                        .skip(1)
                        .mapToDouble(Double::parseDouble)
                        .toArray())
                .toArray(double[][]::new);
        for (int channel = 0; channel < ETTH1_CHANNELS.size(); channel++) {
            standardise(hours, channel, training);
        }
        return new Parts(
                hours(session, hours, 0, training),
                hours(session, hours, training, validation),
                hours(session, hours, validation, test));
    }

    /** By mean and deviation of the training hours. */
    private static void standardise(double[][] hours, int channel, int training) {
        double mean = Arrays.stream(hours, 0, training)
                .mapToDouble(h -> h[channel])
                .average()
                .orElseThrow();
        double variance = Arrays.stream(hours, 0, training)
                .mapToDouble(h -> (h[channel] - mean) * (h[channel] - mean))
                .average()
                .orElseThrow();
        for (double[] hour : hours) {
            hour[channel] = (hour[channel] - mean) / Math.sqrt(variance);
        }
    }

    private static Dataset<Row> hours(SparkSession session, double[][] hours, int from, int to) {
        StructType schema = new StructType().add("hour", DataTypes.LongType);
        for (String channel : ETTH1_CHANNELS) {
            schema = schema.add(channel, DataTypes.DoubleType);
        }
        List<Row> rows = new ArrayList<>();
        for (int hour = from; hour < to; hour++) {
            Object[] values = new Object[1 + ETTH1_CHANNELS.size()];
            values[0] = (long) hour;
            for (int channel = 0; channel < ETTH1_CHANNELS.size(); channel++) {
                values[1 + channel] = hours[hour][channel];
            }
            rows.add(RowFactory.create(values));
        }
        return session.createDataFrame(rows, schema).persist();
    }
}
