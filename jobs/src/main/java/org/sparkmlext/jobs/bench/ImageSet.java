package org.sparkmlext.jobs.bench;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.row_number;

import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.sparkmlext.data.ImageShape;
import org.sparkmlext.ml.feature.ImageAssembler;
import org.sparkmlext.ml.feature.ImageFolder;
import org.sparkmlext.ml.feature.ImageMetadata;

/** Public sets of images: columns {@code image} and {@code label}. */
public enum ImageSet implements NetworkSet {
    /** Handwritten digits of 8 x 8 pixels, 0 to 16, here times 15; the last fifth of the training file validates. */
    DIGITS("optdigits.tra.gz", "optdigits.tes.gz") {
        @Override
        public Parts read(SparkSession session, Path folder, Path work) throws IOException {
            List<Row> train = digits(folder.resolve("optdigits.tra.gz"));
            List<Row> test = digits(folder.resolve("optdigits.tes.gz"));
            return split(session, new ImageShape(8, 8, 1), train, train.size() / 5, test);
        }
    },

    /** Clothes, 28 x 28 grey; the last 10,000 of the 60,000 training images validate. */
    FASHION_MNIST(
            "train-images-idx3-ubyte.gz",
            "train-labels-idx1-ubyte.gz",
            "t10k-images-idx3-ubyte.gz",
            "t10k-labels-idx1-ubyte.gz") {
        @Override
        public Parts read(SparkSession session, Path folder, Path work) throws IOException {
            return split(session, new ImageShape(28, 28, 1), idx(folder, "train"), 10_000, idx(folder, "t10k"));
        }
    },

    /**
     * Hands that show digits: JPEG files in class folders, made 32 x 32 in colour. Of each class, ordered by file name, those whose
     * number leaves 4 when divided by 5 are the test set; those that leave 3 validate.
     */
    SIGN_LANGUAGE_DIGITS("sign-language-digits.tar.gz") {
        @Override
        public Parts read(SparkSession session, Path folder, Path work) throws IOException {
            Path unpacked = NetworkSet.unpacked(folder.resolve("sign-language-digits.tar.gz"), work, text());
            Dataset<Row> images = new ImageAssembler()
                    .setHeight(32)
                    .setWidth(32)
                    .setChannels(3)
                    .transform(ImageFolder.read(session, unpacked.toUri().toString()))
                    .withColumn(
                            "place",
                            row_number()
                                    .over(Window.partitionBy("className").orderBy("path"))
                                    .minus(1)
                                    .mod(5))
                    .select("image", "label", "place")
                    .persist();
            return new Parts(
                    images.where(col("place").lt(3)).drop("place"),
                    images.where(col("place").equalTo(3)).drop("place"),
                    images.where(col("place").equalTo(4)).drop("place"));
        }
    };

    private final List<String> files;

    ImageSet(String... files) {
        this.files = List.of(files);
    }

    /** The name on the command line: that of the folder. */
    @Override
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public String folder() {
        return text();
    }

    @Override
    public List<String> files() {
        return files;
    }

    @Override
    public NetworkTrial trial() {
        return new ClassTrial(false);
    }

    private static Parts split(
            SparkSession session, ImageShape shape, List<Row> train, int validationRows, List<Row> test) {
        int split = train.size() - validationRows;
        return new Parts(
                frame(session, shape, train.subList(0, split)),
                frame(session, shape, train.subList(split, train.size())),
                frame(session, shape, test));
    }

    private static Dataset<Row> frame(SparkSession session, ImageShape shape, List<Row> rows) {
        StructType schema = new StructType().add("image", DataTypes.BinaryType).add("label", DataTypes.DoubleType);
        return session.createDataFrame(new ArrayList<>(rows), schema)
                .withColumn("image", col("image").as("image", ImageMetadata.of(shape)));
    }

    private static List<Row> digits(Path file) throws IOException {
        List<Row> rows = new ArrayList<>();
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(NetworkSet.unzipped(file), StandardCharsets.US_ASCII))) {
            // The first line names the columns.
            reader.readLine();
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                String[] fields = line.split(",", -1);
                byte[] pixels = new byte[fields.length - 1];
                for (int pixel = 0; pixel < pixels.length; pixel++) {
                    pixels[pixel] = (byte) (15 * Integer.parseInt(fields[pixel].strip()));
                }
                rows.add(RowFactory.create(pixels, Double.valueOf(fields[pixels.length].strip())));
            }
        }
        return rows;
    }

    /** Images and labels of an idx pair: a header of 16 and of 8 bytes, then a byte a pixel and a byte a label. */
    private static List<Row> idx(Path folder, String part) throws IOException {
        byte[] images = behindHeader(folder.resolve(part + "-images-idx3-ubyte.gz"), 16);
        byte[] labels = behindHeader(folder.resolve(part + "-labels-idx1-ubyte.gz"), 8);
        int size = images.length / labels.length;
        List<Row> rows = new ArrayList<>();
        for (int row = 0; row < labels.length; row++) {
            rows.add(RowFactory.create(Arrays.copyOfRange(images, row * size, (row + 1) * size), (double) labels[row]));
        }
        return rows;
    }

    private static byte[] behindHeader(Path file, int header) throws IOException {
        try (DataInputStream in = new DataInputStream(NetworkSet.unzipped(file))) {
            in.skipNBytes(header);
            return in.readAllBytes();
        }
    }
}
