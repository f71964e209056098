package org.sparkmlext.ml.feature;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
