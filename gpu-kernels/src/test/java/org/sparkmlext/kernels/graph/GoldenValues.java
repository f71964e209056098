package org.sparkmlext.kernels.graph;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Values of libtorch in the resources below {@code /golden}, and the numbers that they were made from. */
public final class GoldenValues {

    private GoldenValues() {}

    /** Between -1/2 and 1/2, exact in float32; the maker of the files has the same. */
    private static double number(int stream, int index) {
        long h = (index + 1) * 2654435761L + stream * 40503L * 65536;
        h ^= h >>> 13;
        h *= 0x9E3779B97F4A7C15L;
        return (h >>> 40 & 0xFFFF) / 65536.0 - 0.5;
    }

    /** What a parameter or input begins with: numbers of a stream, times {@code scale}, plus {@code shift}. */
    public static double[] numbers(int stream, int length, double scale, double shift) {
        double[] numbers = new double[length];
        Arrays.setAll(numbers, i -> scale * number(stream, i) + shift);
        return numbers;
    }

    /** The lines of a file by name: {@code gradient of conv1.weights} of the mean loss, {@code losses by sgd}, {@code losses by adam}. */
    public static Map<String, double[]> read(String file) {
        String text;
        try (InputStream stored = GoldenValues.class.getResourceAsStream("/golden/" + file)) {
            text = new String(stored.readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, double[]> golden = new LinkedHashMap<>();
        text.lines().forEach(line -> {
            String[] cells = line.split(",", -1);
            golden.put(
                    cells[0],
                    Arrays.stream(cells)
                            .skip(1)
                            .mapToDouble(Double::parseDouble)
                            .toArray());
        });
        return golden;
    }
}
