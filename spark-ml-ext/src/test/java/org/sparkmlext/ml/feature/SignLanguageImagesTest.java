package org.sparkmlext.ml.feature;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.RealData;

/** JPEG folders as cameras made them: ten classes, three files of 3024 x 3024 that lie on their side. */
@RealData
class SignLanguageImagesTest {

    private static final int TAR_BLOCK = 512;

    @TempDir
    private Path directory;

    private void unpack() throws IOException {
        Path file = RealData.Directory.file("sign-language-digits/sign-language-digits.tar.gz");
        try (DataInputStream in = new DataInputStream(new GZIPInputStream(Files.newInputStream(file)))) {
            byte[] header = in.readNBytes(TAR_BLOCK);
            while (header.length == TAR_BLOCK && header[0] != 0) {
                String name = new String(header, 0, 100, StandardCharsets.US_ASCII).split("\0")[0];
                int size = Integer.parseInt(new String(header, 124, 11, StandardCharsets.US_ASCII).trim(), 8);
                byte[] content = in.readNBytes((size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK);
                if (header[156] == '0') {
                    Path target = directory.resolve(name);
                    Files.createDirectories(target.getParent());
                    Files.write(target, java.util.Arrays.copyOf(content, size));
                }
                header = in.readNBytes(TAR_BLOCK);
            }
        }
    }

    private Path root() throws IOException {
        try (var folders = Files.walk(directory)) {
            return folders.filter(f -> f.endsWith("7") && Files.isDirectory(f))
                    .findFirst()
                    .orElseThrow()
                    .getParent();
        }
    }

    @Test
    void allFoldersBecomePixelsOfOneSize() throws IOException {
        unpack();
        Dataset<Row> files = ImageFolder.read(LocalSpark.session(), root().toString());
        assertThat(files.count()).isEqualTo(2062);
        assertThat(files.select("className").distinct().count()).isEqualTo(10);
        Dataset<Row> pixels = new ImageAssembler().setHeight(64).setWidth(64).transform(files);
        assertThat(pixels.where("length(image) = 64 * 64 * 3 and label = cast(className as double)")
                        .count())
                .isEqualTo(2062);
        List<Row> large = pixels.where(
                        "path like '%IMG_5874.JPG' or path like '%IMG_5935.JPG' or path like '%IMG_5978.JPG'")
                .orderBy("path")
                .select("path", "image", "content")
                .collectAsList();
        assertThat(large).hasSize(3);
        for (Row row : large) {
            JpegMarkers markers = JpegMarkers.read((byte[]) row.get(2));
            assertThat(markers.orientation().code()).isEqualTo(6);
        }
        picture(pixels.where("path like '%IMG_59%' and label >= 6")
                .limit(10)
                .union(pixels.where(
                        "path like '%IMG_5874.JPG' or path like '%IMG_5935.JPG' or path like '%IMG_5978.JPG'")));
    }

    /**
     * How new the test images of the set's own split are (of each class, by file name, every fifth): how many have one among the others that
     * is nearly the same. Grey, 32 x 32; the average hash has a bit a pixel of 8 x 8, whether it is brighter than the mean.
     */
    @Test
    void testImagesAreComparedWithTheOthers() throws IOException {
        unpack();
        List<Row> rows = new ImageAssembler()
                .setHeight(32)
                .setWidth(32)
                .setChannels(1)
                .transform(ImageFolder.read(LocalSpark.session(), root().toString()))
                .orderBy("className", "path")
                .select("className", "image", "content")
                .collectAsList();
        List<Row> test = new ArrayList<>();
        List<Row> others = new ArrayList<>();
        String before = "";
        int place = 0;
        for (Row row : rows) {
            place = row.getString(0).equals(before) ? place + 1 : 0;
            before = row.getString(0);
            (place % 5 == 4 ? test : others).add(row);
        }
        assertThat(test).hasSize(409);
        int copies = 0;
        int equalHashes = 0;
        int nearestIsOfClass = 0;
        double[] nearest = new double[test.size()];
        for (int t = 0; t < test.size(); t++) {
            byte[] image = (byte[]) test.get(t).get(1);
            nearest[t] = Double.POSITIVE_INFINITY;
            String found = "";
            boolean isCopy = false;
            boolean hasEqualHash = false;
            for (Row other : others) {
                byte[] otherImage = (byte[]) other.get(1);
                isCopy |= Arrays.equals((byte[]) test.get(t).get(2), (byte[]) other.get(2));
                hasEqualHash |= averageHash(image) == averageHash(otherImage);
                double distance = distance(image, otherImage);
                if (distance < nearest[t]) {
                    nearest[t] = distance;
                    found = other.getString(0);
                }
            }
            copies += isCopy ? 1 : 0;
            equalHashes += hasEqualHash ? 1 : 0;
            nearestIsOfClass += found.equals(test.get(t).getString(0)) ? 1 : 0;
        }
        Arrays.sort(nearest);
        System.out.printf(
                "[real data] sign-language-digits: of 409 test images %d are copies of others, %d have the average hash of one, %d have "
                        + "one of the right class nearest; the nearest is %.1f levels away at least, %.1f in the median%n",
                copies, equalHashes, nearestIsOfClass, nearest[0], nearest[nearest.length / 2]);
        // As docs/networks.md tells it.
        assertThat(copies).isZero();
        assertThat(equalHashes).isLessThan(10);
        assertThat(nearestIsOfClass).isBetween(280, 300);
        assertThat(nearest[0]).isGreaterThan(12);
        assertThat(nearest[nearest.length / 2]).isBetween(24.0, 26.0);
    }

    /** Root mean square of the differences of levels, 0 to 255. */
    private static double distance(byte[] a, byte[] b) {
        long squares = 0;
        for (int i = 0; i < a.length; i++) {
            int difference = (a[i] & 0xFF) - (b[i] & 0xFF);
            squares += (long) difference * difference;
        }
        return Math.sqrt((double) squares / a.length);
    }

    private static long averageHash(byte[] image) {
        int[] sums = new int[64];
        int all = 0;
        for (int i = 0; i < image.length; i++) {
            sums[i / 32 / 4 * 8 + i % 32 / 4] += image[i] & 0xFF;
            all += image[i] & 0xFF;
        }
        long hash = 0;
        for (int block = 0; block < 64; block++) {
            hash |= sums[block] * 64L > all ? 1L << block : 0;
        }
        return hash;
    }

    /** Writes a contact sheet to {@code target}, for people to look at. */
    private static void picture(Dataset<Row> images) throws IOException {
        List<Row> rows = images.select("image").collectAsList();
        BufferedImage sheet = new BufferedImage(64 * rows.size(), 64, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < rows.size(); i++) {
            PixelImage image = new PixelImage(64, 64, 3, (byte[]) rows.get(i).get(0));
            for (int p = 0; p < 64 * 64; p++) {
                sheet.setRGB(64 * i + p % 64, p / 64, DrawnImages.rgb(image, p % 64, p / 64));
            }
        }
        ImageIO.write(sheet, "png", Path.of("target", "sign-language.png").toFile());
    }
}
