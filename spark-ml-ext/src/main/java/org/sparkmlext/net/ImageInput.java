package org.sparkmlext.net;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.sparkmlext.kernels.graph.Element;
import org.sparkmlext.kernels.graph.GraphBuilder;
import org.sparkmlext.kernels.graph.Image;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.TensorType;
import org.sparkmlext.kernels.graph.Value;
import org.sparkmlext.net.layer.FieldWriter;
import org.sparkmlext.net.layer.JsonFields;

/**
 * Images, rows of height x width x channels as they are stored; the first layer sees channels x height x width, each pixel
 * {@code x * scale[c] + shift[c]}.
 *
 * @param scale one a channel; 1/255 by default for bytes, 1 for floats
 * @param shift one a channel; 0 by default
 */
public record ImageInput(int height, int width, int channels, Pixels pixels, List<Float> scale, List<Float> shift)
        implements NetworkInput {

    static final String KIND = "image";

    /** The number of channels may be a stranger's word, and lists are made that long. */
    private static final int MAX_CHANNELS = 65_536;

    /** What a pixel is stored as. */
    public enum Pixels {
        /** Unsigned, 0 to 255. */
        BYTE,
        FLOAT;

        private String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        private float defaultScale() {
            return this == BYTE ? 1 / 255f : 1;
        }
    }

    public ImageInput {
        if (height < 1 || width < 1 || channels < 1 || channels > MAX_CHANNELS) {
            throw new IllegalArgumentException("an image is " + height + " high, " + width + " wide and has " + channels
                    + " channels; all must be at least 1, channels at most " + MAX_CHANNELS);
        }
        if (scale.size() != channels || shift.size() != channels) {
            throw new IllegalArgumentException("there are " + scale.size() + " scales and " + shift.size()
                    + " shifts for " + channels + " channels; each channel needs one");
        }
        scale = List.copyOf(scale);
        shift = List.copyOf(shift);
        if (!scale.stream().allMatch(Float::isFinite) || !shift.stream().allMatch(Float::isFinite)) {
            throw new IllegalArgumentException("scales are " + scale + " and shifts " + shift + "; all must be finite");
        }
    }

    /** Images of a size, their pixels scaled as by default. */
    public static ImageInput of(int height, int width, int channels, Pixels pixels) {
        int length = Math.max(channels, 0);
        return new ImageInput(
                height,
                width,
                channels,
                pixels,
                Collections.nCopies(length, pixels.defaultScale()),
                Collections.nCopies(length, 0f));
    }

    /** Bytes become 0 to 1. */
    public static ImageInput bytes(int height, int width, int channels) {
        return of(height, width, channels, Pixels.BYTE);
    }

    /** Floats stay as they are. */
    public static ImageInput floats(int height, int width, int channels) {
        return of(height, width, channels, Pixels.FLOAT);
    }

    /**
     * Pixels minus a mean, divided by a standard deviation, both of pixels between 0 and 1 where they are bytes.
     *
     * @param mean one a channel, or one for all
     * @param deviation likewise, above 0
     */
    public ImageInput standardised(float[] mean, float[] deviation) {
        List<Float> scales = new ArrayList<>();
        List<Float> shifts = new ArrayList<>();
        for (int c = 0; c < channels; c++) {
            float divisor = ofChannel(deviation, c);
            if (!(divisor > 0)) {
                throw new IllegalArgumentException(
                        "deviations are " + Arrays.toString(deviation) + "; all must be above 0");
            }
            scales.add(pixels.defaultScale() / divisor);
            shifts.add(-ofChannel(mean, c) / divisor);
        }
        return new ImageInput(height, width, channels, pixels, scales, shifts);
    }

    private float ofChannel(float[] values, int channel) {
        if (values.length != 1 && values.length != channels) {
            throw new IllegalArgumentException(
                    "there are " + values.length + " values for " + channels + " channels; allowed: 1 or " + channels);
        }
        return values[values.length == 1 ? 0 : channel];
    }

    static ImageInput read(JsonFields fields) {
        int height = fields.integer("height");
        int width = fields.integer("width");
        int channels = fields.integer("channels");
        String text = fields.text("pixels", Pixels.BYTE.text());
        Pixels pixels = Arrays.stream(Pixels.values())
                .filter(p -> p.text().equals(text))
                .findFirst()
                .orElseThrow(() -> fields.fault("has pixels '" + text + "'; allowed: 'byte', 'float'"));
        List<Float> scale = fields.numbers("scale", List.of(pixels.defaultScale()));
        List<Float> shift = fields.numbers("shift", List.of(0f));
        return new ImageInput(
                height, width, channels, pixels, forChannels(scale, channels), forChannels(shift, channels));
    }

    private static List<Float> forChannels(List<Float> values, int channels) {
        return values.size() == 1 && channels > 1 ? Collections.nCopies(channels, values.get(0)) : values;
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public void write(FieldWriter fields) {
        fields.put("height", height)
                .put("width", width)
                .put("channels", channels)
                .put("pixels", pixels.text())
                .put("scale", scale)
                .put("shift", shift);
    }

    @Override
    public TensorType type(int rows) {
        return new TensorType(
                pixels == Pixels.BYTE ? Element.BYTE : Element.FLOAT, Shape.of(rows, height, width, channels));
    }

    @Override
    public Value lower(GraphBuilder graph) {
        return graph.add(new Image(scale, shift), graph.input(NetworkGraphs.INPUT, type(graph.rows())));
    }

    @Override
    public String describe() {
        return "image " + height + "x" + width + "x" + channels + " of " + pixels.text() + "s";
    }
}
