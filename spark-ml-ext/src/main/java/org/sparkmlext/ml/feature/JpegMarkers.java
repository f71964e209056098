package org.sparkmlext.ml.feature;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What the segments of a JPEG file tell beside its pixels (ITU-T T.81 annex B; Exif 2.3 section 4.5; Adobe technical note 5116).
 * Damaged or absent segments tell nothing: the pixels may be good all the same.
 */
final class JpegMarkers {

    private static final int START_OF_IMAGE = 0xD8;
    private static final int END_OF_IMAGE = 0xD9;
    private static final int START_OF_SCAN = 0xDA;
    private static final int APP1 = 0xE1;
    private static final int APP14 = 0xEE;
    private static final byte[] EXIF = "Exif\0\0".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] ADOBE = "Adobe".getBytes(StandardCharsets.ISO_8859_1);
    private static final int ORIENTATION_TAG = 0x0112;
    private static final int SHORT_TYPE = 3;
    private static final int ENTRY_BYTES = 12;

    private final byte[] file;
    private ExifOrientation orientation = ExifOrientation.UPRIGHT;
    private int adobeTransform = -1;
    private int components = -1;
    private int scan = -1;

    private JpegMarkers(byte[] file) {
        this.file = file;
    }

    static boolean isJpeg(byte[] file) {
        return file.length > 2 && unsigned(file[0]) == 0xFF && unsigned(file[1]) == START_OF_IMAGE;
    }

    /** Reads the segments before the first scan of a file that {@link #isJpeg}. */
    static JpegMarkers read(byte[] file) {
        JpegMarkers markers = new JpegMarkers(file);
        markers.readSegments();
        return markers;
    }

    /** How the camera was held; upright where nothing is said. */
    ExifOrientation orientation() {
        return orientation;
    }

    /** Channels of the pixels; -1 where no frame says so. */
    int components() {
        return components;
    }

    /** How Adobe says that four channels are stored: 0 CMYK, 2 YCCK; -1 where Adobe says nothing. */
    int adobeTransform() {
        return adobeTransform;
    }

    /** Whether the file ends before its pixels do: the end marker, which compressed pixels cannot contain, is missing. */
    boolean isTruncated() {
        if (scan < 0) {
            return true;
        }
        for (int at = scan; at + 1 < file.length; at++) {
            if (unsigned(file[at]) == 0xFF && unsigned(file[at + 1]) == END_OF_IMAGE) {
                return false;
            }
        }
        return true;
    }

    private void readSegments() {
        int at = 2;
        while (at + 4 <= file.length) {
            if (unsigned(file[at]) != 0xFF) {
                return;
            }
            int marker = unsigned(file[at + 1]);
            if (marker == 0xFF) {
                // Fill byte.
                at++;
                continue;
            }
            int length = (unsigned(file[at + 2]) << 8) | unsigned(file[at + 3]);
            int from = at + 4;
            int to = at + 2 + length;
            if (length < 2 || to > file.length) {
                return;
            }
            if (marker == START_OF_SCAN) {
                scan = to;
                return;
            }
            if (isStartOfFrame(marker) && to - from >= 6) {
                components = unsigned(file[from + 5]);
            }
            if (marker == APP1 && startsWith(from, to, EXIF)) {
                readExif(from + EXIF.length, to);
            } else if (marker == APP14 && startsWith(from, to, ADOBE) && to - from >= 12) {
                adobeTransform = unsigned(file[from + 11]);
            }
            at = to;
        }
    }

    private static boolean isStartOfFrame(int marker) {
        // Between the frames lie huffman tables, an extension, and arithmetic coding's conditioning.
        return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    }

    private boolean startsWith(int from, int to, byte[] name) {
        return to - from >= name.length && Arrays.equals(file, from, from + name.length, name, 0, name.length);
    }

    private void readExif(int from, int to) {
        ByteBuffer tiff = ByteBuffer.wrap(file, from, to - from).slice();
        if (tiff.limit() < 8) {
            return;
        }
        tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        long directory = Integer.toUnsignedLong(tiff.getInt(4));
        if (tiff.getShort(2) != 42 || directory + 2 > tiff.limit()) {
            return;
        }
        int entries = Short.toUnsignedInt(tiff.getShort((int) directory));
        for (int e = 0; e < entries; e++) {
            long entry = directory + 2 + (long) e * ENTRY_BYTES;
            if (entry + ENTRY_BYTES > tiff.limit()) {
                return;
            }
            int at = (int) entry;
            if (Short.toUnsignedInt(tiff.getShort(at)) == ORIENTATION_TAG && tiff.getShort(at + 2) == SHORT_TYPE) {
                int code = Short.toUnsignedInt(tiff.getShort(at + 8));
                orientation = code >= 1 && code <= 8 ? new ExifOrientation(code) : ExifOrientation.UPRIGHT;
                return;
            }
        }
    }

    private static int unsigned(byte value) {
        return Byte.toUnsignedInt(value);
    }
}
