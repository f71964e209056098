package org.sparkmlext.net.augmentation;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How images are changed at random before each step of training.
 *
 * <p>Text form: changes with their strengths, separated by commas, such as {@code flip,crop:4,rotate:15,contrast:0.2}. Their order
 * means nothing: an image is mirrored, turned and zoomed about its middle, moved, then its colours are changed, then a part is
 * erased. Where nothing of the image falls, it is black.
 *
 * @param strengths one a change; changes that are not there, or of strength 0, are not made
 */
public record Augmentation(Map<Change, Double> strengths) implements Serializable {

    /** Changes nothing. */
    public static final Augmentation NONE = new Augmentation(Map.of());

    /** A kind of change. */
    public enum Change {
        /** Mirrored left to right, with this probability; 0.5 where none is given. */
        FLIP("a probability from 0 to 1", 1, 0.5),
        /** Padded by so many pixels on each side and cut to its size anywhere: moved by whole pixels. */
        CROP("a whole number of pixels from 0 to 1024", 1024, Double.NaN),
        /** Turned by up to so many degrees in both directions. */
        ROTATE("degrees from 0 to 180", 180, Double.NaN),
        /** Enlarged or shrunk by up to this share: by a factor from 1 - z to 1 + z. */
        ZOOM("a share from 0 to 0.5", 0.5, Double.NaN),
        /** Moved by up to this share of its height and its width. */
        SHIFT("a share from 0 to 1", 1, Double.NaN),
        /** Distance from mid-grey (127.5) times 1 - c to 1 + c. */
        CONTRAST("a share from 0 to 1", 1, Double.NaN),
        /** Values times 1 - b to 1 + b, before the contrast. */
        BRIGHTNESS("a share from 0 to 1", 1, Double.NaN),
        /** Distance from the pixel's grey times 1 - s to 1 + s; of images of three channels. */
        SATURATION("a share from 0 to 1", 1, Double.NaN),
        /** With this probability a rectangle of 2 to 33 percent of the area becomes black (Zhong et al., "Random Erasing", 2017). */
        ERASE("a probability from 0 to 1", 1, Double.NaN);

        private final String allowed;
        private final double most;
        private final double usual;

        Change(String allowed, double most, double usual) {
            this.allowed = allowed;
            this.most = most;
            this.usual = usual;
        }

        private String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        private boolean isAllowed(double strength) {
            return strength >= 0 && strength <= most && (this != CROP || strength == Math.rint(strength));
        }
    }

    public Augmentation {
        EnumMap<Change, Double> ordered = new EnumMap<>(Change.class);
        ordered.putAll(strengths);
        ordered.forEach((change, strength) -> {
            if (!change.isAllowed(strength)) {
                throw new IllegalArgumentException("augmentation '" + change.text() + "' has the strength " + strength
                        + "; allowed: " + change.allowed);
            }
        });
        strengths = Collections.unmodifiableMap(ordered);
    }

    /**
     * Reads the text form; empty text is {@link #NONE}.
     *
     * @throws IllegalArgumentException if it is not one; says which part, and what is allowed
     */
    public static Augmentation parse(String text) {
        if (text.isBlank()) {
            return NONE;
        }
        Map<Change, Double> strengths = new EnumMap<>(Change.class);
        // With -1 an empty part at the end is kept, and refused.
        for (String part : List.of(text.split(",", -1))) {
            int colon = part.indexOf(':');
            String name = (colon < 0 ? part : part.substring(0, colon)).strip();
            Change change = change(name, text);
            double strength = colon < 0
                    ? change.usual
                    : strength(change, part.substring(colon + 1).strip(), text);
            if (Double.isNaN(strength)) {
                throw refused(text, "'" + name + "' has no strength; needed is '" + name + ":' and " + change.allowed);
            }
            if (strengths.put(change, strength) != null) {
                throw refused(text, "'" + name + "' is there twice; each change may be named once");
            }
        }
        return new Augmentation(strengths);
    }

    private static Change change(String name, String text) {
        return Arrays.stream(Change.values())
                .filter(change -> change.text().equals(name))
                .findFirst()
                .orElseThrow(() -> refused(
                        text,
                        "'" + name + "' is no change; allowed: "
                                + Arrays.stream(Change.values())
                                        .map(Change::text)
                                        .collect(Collectors.joining(", "))
                                + ", as in 'flip,crop:4,rotate:15'"));
    }

    private static double strength(Change change, String value, String text) {
        try {
            double strength = Double.parseDouble(value);
            if (change.isAllowed(strength)) {
                return strength;
            }
        } catch (NumberFormatException e) {
            // Told below, with the number that is no good.
        }
        throw refused(text, "'" + change.text() + "' has the strength '" + value + "'; allowed: " + change.allowed);
    }

    private static IllegalArgumentException refused(String text, String why) {
        return new IllegalArgumentException("augmentation is '" + text + "': " + why);
    }

    /** Strength of a change; 0 where it is not made. */
    public double strength(Change change) {
        return strengths.getOrDefault(change, 0.0);
    }

    /** Whether nothing is changed. */
    public boolean isNone() {
        return strengths.values().stream().allMatch(strength -> strength == 0);
    }

    /** The text form, changes in the order of {@link Change}. */
    @Override
    public String toString() {
        return strengths.entrySet().stream()
                .map(entry -> entry.getKey().text() + ":" + number(entry.getValue()))
                .collect(Collectors.joining(","));
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
