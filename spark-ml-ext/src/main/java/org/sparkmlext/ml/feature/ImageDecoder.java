package org.sparkmlext.ml.feature;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Decodes image files in the formats of the JDK (JPEG, PNG, GIF, BMP, TIFF, WBMP) to grey or RGB of 8 bits. Of a file of several
 * images the first one counts.
 *
 * <p>Samples are taken as stored: colour profiles and gamma are not applied, as in Pillow and TensorFlow; alpha is dropped; 16 bits
 * are rounded to 8. A JPEG is turned upright by its EXIF orientation.
 */
final class ImageDecoder {

    /** Most pixels of an image: more is a mistake, or somebody who wants the executor's memory. */
    private static final int MAX_PIXELS = 1 << 28;

    private ImageDecoder() {}

    /** @throws BrokenImageException if the file is no image, is damaged or ends early, or is too large */
    static PixelImage decode(byte[] file) throws BrokenImageException {
        boolean isJpeg = JpegMarkers.isJpeg(file);
        JpegMarkers markers = isJpeg ? JpegMarkers.read(file) : null;
        if (markers != null && markers.isTruncated()) {
            // The JDK's reader fills what is missing with grey and says nothing.
            throw new BrokenImageException("the JPEG file of " + file.length + " bytes ends before its pixels do");
        }
        // Never a cache on the disk, which is the JDK's default.
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new BrokenImageException("the " + file.length
                        + " bytes are no image that can be read; allowed: JPEG, PNG, GIF, BMP, TIFF, WBMP");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(in, true, true);
                PixelImage image = decode(reader, markers);
                return markers == null ? image : markers.orientation().upright(image);
            } finally {
                reader.dispose();
            }
        } catch (BrokenImageException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // Readers of the JDK let any exception out of a damaged file.
            throw new BrokenImageException(
                    "the image file of " + file.length + " bytes is damaged: " + e.getMessage(), e);
        }
    }

    private static PixelImage decode(ImageReader reader, @Nullable JpegMarkers markers) throws IOException {
        long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
        if (pixels > MAX_PIXELS) {
            throw new BrokenImageException("the image is of " + reader.getHeight(0) + " x " + reader.getWidth(0)
                    + " pixels; allowed: at most " + MAX_PIXELS + " in all. Shrink the file");
        }
        if (markers != null && markers.components() == 4) {
            // Of inks some versions of the JDK make colours, others throw; all of them give the samples.
            return Samples.ofCmyk(reader.readRaster(0, null), markers.adobeTransform());
        }
        BufferedImage image = reader.read(0);
        return Samples.of(image);
    }
}
