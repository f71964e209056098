package org.sparkmlext.ml.neural;

import java.util.ArrayList;
import java.util.List;
import org.sparkmlext.ml.picture.SvgDrawing;
import org.sparkmlext.ml.picture.ValueAxis;
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
        SvgDrawing drawing = new SvgDrawing(WIDTH, TOP + panels.size() * (PANEL + GAP) + 10);
        for (int p = 0; p < panels.size(); p++) {
            panel(epochs, panels.get(p), TOP + p * (PANEL + GAP), drawing);
        }
        return drawing.document();
    }

    private static void panel(List<RoundReport> epochs, List<String> names, int top, SvgDrawing drawing) {
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
        ValueAxis axis = ValueAxis.around(least, most);
        int right = WIDTH - RIGHT;
        axis.draw(drawing, LEFT, right, top, PANEL);
        drawing.text(LEFT, top + PANEL + 18, SvgDrawing.Anchor.START, "1");
        drawing.text(right, top + PANEL + 18, SvgDrawing.Anchor.END, "epoch " + epochs.size());
        for (int n = 0; n < names.size(); n++) {
            double[] xs = new double[epochs.size()];
            double[] ys = new double[epochs.size()];
            for (int e = 0; e < epochs.size(); e++) {
                xs[e] = LEFT + (epochs.size() == 1 ? 0.5 : e / (epochs.size() - 1.0)) * (right - LEFT);
                ys[e] = top + PANEL - axis.share(value(epochs.get(e), names.get(n))) * PANEL;
            }
            String colour = SvgDrawing.COLOURS.get(n);
            drawing.line(xs, ys, colour, 2, false);
            drawing.text(right + 10, top + 14 + 18 * n, SvgDrawing.Anchor.START, colour, names.get(n));
        }
    }

    private static double value(RoundReport epoch, String name) {
        Double value = epoch.metrics().get(name);
        return value == null ? Double.NaN : value;
    }
}
