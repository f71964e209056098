package org.sparkmlext.net.layer;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.sparkmlext.data.JsonText;
import org.sparkmlext.kernels.graph.Activation;
import org.sparkmlext.kernels.graph.Activation.Function;

/**
 * Activation functions by name: {@code linear} (none), and those of {@link Function} in small letters with hyphens. Two take a
 * number: {@code leaky-relu:0.01} (the slope below 0; 0.01 as in PyTorch) and {@code elu:1} (the scale; 1 as in Keras).
 */
public final class ActivationText {

    /** No function: {@code y = x}. */
    public static final String LINEAR = "linear";

    private ActivationText() {}

    /** All names, with the numbers that are taken where none is given. */
    public static List<String> names() {
        return Stream.concat(
                        Stream.of(LINEAR),
                        Arrays.stream(Function.values()).map(f -> text(new Activation(f, defaultAlpha(f)))))
                .toList();
    }

    /**
     * The op, or empty for {@code linear}.
     *
     * @throws IllegalArgumentException if there is no such function; the message lists them
     */
    public static Optional<Activation> parse(String text) {
        if (text.equals(LINEAR)) {
            return Optional.empty();
        }
        int colon = text.indexOf(':');
        String name = colon < 0 ? text : text.substring(0, colon);
        for (Function function : Function.values()) {
            if (name.equals(name(function))) {
                return Optional.of(new Activation(
                        function, colon < 0 ? defaultAlpha(function) : number(text, text.substring(colon + 1))));
            }
        }
        throw new IllegalArgumentException("unknown activation '" + text + "'; known are " + names());
    }

    /** The one way to write it: {@code leaky-relu} becomes {@code leaky-relu:0.01}. */
    static String canonical(String text) {
        return parse(text).map(ActivationText::text).orElse(LINEAR);
    }

    private static String text(Activation activation) {
        String name = name(activation.function());
        return defaultAlpha(activation.function()) == 0 ? name : name + ":" + JsonText.shortest(activation.alpha());
    }

    private static String name(Function function) {
        return function.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static float defaultAlpha(Function function) {
        return switch (function) {
            case LEAKY_RELU -> 0.01f;
            case ELU -> 1;
            default -> 0;
        };
    }

    private static float number(String text, String digits) {
        try {
            return Float.parseFloat(digits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "activation '" + text + "': '" + digits + "' is no number; known are " + names(), e);
        }
    }
}
