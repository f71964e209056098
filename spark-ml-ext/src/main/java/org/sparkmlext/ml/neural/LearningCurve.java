package org.sparkmlext.ml.neural;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.sparkmlext.training.RoundReport;

/**
 * The course of a training run as a picture: a panel each for loss, accuracy and errors, as far as they were measured; training and
 * validation in one panel, epochs to the right.
 */
final class LearningCurve {

    private static final int WIDTH = 640;
    private static final int PANEL = 220;
    private static final int LEFT = 70;
    private static final int RIGHT = 150;
    private static final int TOP = 28;
    private static final int GAP = 44;
    private static final String[] COLOURS = {"#1f5fa8", "#c8551b"};

    private LearningCurve() {}

    /** An SVG document; the same reports give the same text. */
    static String svg(List<RoundReport> epochs) {
        List<List<String>> panels = new ArrayList<>();
        for (String kind : List.of("loss", "accuracy", "rmse", "mae")) {
            List<String> names = List.of("train-" + kind, "validation-" + kind).stream()
                    .filter(name -> epochs.stream().allMatch(e -> e.metrics().containsKey(name)))
                    .toList();
            if (!names.isEmpty() && !epochs.isEmpty()) {
                panels.add(names);
            }
        }
        int height = TOP + panels.size() * (PANEL + GAP) + 10;
        StringBuilder out = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
                        + "font-family=\"sans-serif\" font-size=\"12\">%n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
                WIDTH,
                height,
                WIDTH,
                height));
        for (int p = 0; p < panels.size(); p++) {
            panel(epochs, panels.get(p), TOP + p * (PANEL + GAP), out);
        }
        return out.append("</svg>\n").toString();
    }

    private static void panel(List<RoundReport> epochs, List<String> names, int top, StringBuilder out) {
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (RoundReport epoch : epochs) {
            for (String name : names) {
                double value = value(epoch, name);
                if (Double.isFinite(value)) {
                    least = Math.min(least, value);
                    most = Math.max(most, value);
                }
            }
        }
        if (!(least <= most)) {
            return;
        }
        double step = step(most > least ? most - least : Math.max(1e-9, Math.abs(most)));
        double low = Math.floor(least / step) * step;
        int ticks = Math.max(1, (int) Math.ceil((most - low) / step - 1e-9));
        double span = ticks * step;
        for (int tick = 0; tick <= ticks; tick++) {
            double y = top + PANEL - (double) tick * PANEL / ticks;
            out.append(String.format(
                    Locale.ROOT,
                    "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#ddd\"/>"
                            + "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>%n",
                    LEFT,
                    y,
                    WIDTH - RIGHT,
                    y,
                    LEFT - 8,
                    y + 4,
                    tickText(low + tick * step, step)));
        }
        int last = epochs.size();
        out.append(String.format(
                Locale.ROOT,
                "<text x=\"%d\" y=\"%d\">1</text><text x=\"%d\" y=\"%d\" text-anchor=\"end\">epoch %d</text>%n",
                LEFT,
                top + PANEL + 18,
                WIDTH - RIGHT,
                top + PANEL + 18,
                last));
        for (int n = 0; n < names.size(); n++) {
            StringBuilder points = new StringBuilder();
            double lastY = top;
            for (int e = 0; e < epochs.size(); e++) {
                double value = value(epochs.get(e), names.get(n));
                if (Double.isFinite(value)) {
                    double x = LEFT + (epochs.size() == 1 ? 0.5 : e / (epochs.size() - 1.0)) * (WIDTH - LEFT - RIGHT);
                    lastY = top + PANEL - (value - low) / span * PANEL;
                    points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, lastY));
                }
            }
            out.append(String.format(
                    Locale.ROOT,
                    "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>%n"
                            + "<text x=\"%d\" y=\"%d\" fill=\"%s\">%s</text>%n",
                    points.toString().strip(),
                    COLOURS[n],
                    WIDTH - RIGHT + 10,
                    top + 14 + 18 * n,
                    COLOURS[n],
                    names.get(n)));
        }
    }

    /** The round number, 1, 2 or 5 times a power of ten, of which at most five make the span. */
    private static double step(double span) {
        double power = Math.pow(10, Math.floor(Math.log10(span / 5)));
        for (int times : new int[] {1, 2, 5}) {
            if (times * power >= span / 5) {
                return times * power;
            }
        }
        return 10 * power;
    }

    private static String tickText(double value, double step) {
        int digits = (int) Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
        return digits > 6
                ? String.format(Locale.ROOT, "%.3g", value)
                : String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    private static double value(RoundReport epoch, String name) {
        Double value = epoch.metrics().get(name);
        return value == null ? Double.NaN : value;
    }
}
