package org.sparkmlext.ml.picture;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.sparkmlext.training.RoundReport;

/**
 * The course of a training run as a picture: a panel a kind of metric (loss, accuracy, ...), training and validation in one panel, rounds
 * to the right.
 */
public final class LearningCurve {

    private static final int WIDTH = 640;
    private static final int PANEL = 220;
    private static final int LEFT = 70;
    private static final int RIGHT = 150;
    private static final int TOP = 28;
    private static final int GAP = 44;

    private LearningCurve() {}

    /**
     * An SVG document; the same reports give the same text.
     *
     * @param rounds in order; a metric that some lack is drawn through those that have it
     * @param unit what a round is called: {@code round} or {@code epoch}
     */
    public static String svg(List<RoundReport> rounds, String unit) {
        List<List<String>> panels = panels(rounds);
        SvgDrawing drawing = new SvgDrawing(WIDTH, TOP + panels.size() * (PANEL + GAP) + 10);
        for (int p = 0; p < panels.size(); p++) {
            panel(rounds, unit, panels.get(p), TOP + p * (PANEL + GAP), drawing);
        }
        return drawing.document();
    }

    /** Names of metrics by what they measure, in the order in which they come, {@code train-} before {@code validation-}. */
    private static List<List<String>> panels(List<RoundReport> rounds) {
        Map<String, TreeSet<String>> kinds = new LinkedHashMap<>();
        for (RoundReport round : rounds) {
            for (String name : round.metrics().keySet()) {
                kinds.computeIfAbsent(name.replaceFirst("^(train|validation)-", ""), kind -> new TreeSet<>())
                        .add(name);
            }
        }
        List<List<String>> panels = new ArrayList<>();
        kinds.values().forEach(names -> panels.add(List.copyOf(names)));
        return panels;
    }

    private static void panel(List<RoundReport> rounds, String unit, List<String> names, int top, SvgDrawing drawing) {
        double[] finite = names.stream()
                .flatMap(name -> rounds.stream().map(round -> value(round, name)))
                .mapToDouble(Double::doubleValue)
                .filter(Double::isFinite)
                .sorted()
                .toArray();
        if (finite.length == 0) {
            return;
        }
        ValueAxis axis = ValueAxis.around(finite[0], finite[finite.length - 1]);
        int right = WIDTH - RIGHT;
        axis.draw(drawing, LEFT, right, top, PANEL);
        drawing.text(LEFT, top + PANEL + 18, SvgDrawing.Anchor.START, "1");
        drawing.text(right, top + PANEL + 18, SvgDrawing.Anchor.END, unit + " " + rounds.size());
        for (int n = 0; n < names.size(); n++) {
            String name = names.get(n);
            int[] measured = IntStream.range(0, rounds.size())
                    .filter(r -> rounds.get(r).metrics().containsKey(name))
                    .toArray();
            double[] xs = new double[measured.length];
            double[] ys = new double[measured.length];
            for (int i = 0; i < measured.length; i++) {
                xs[i] = LEFT + (rounds.size() == 1 ? 0.5 : measured[i] / (rounds.size() - 1.0)) * (right - LEFT);
                ys[i] = top + PANEL - axis.share(value(rounds.get(measured[i]), name)) * PANEL;
            }
            String colour = SvgDrawing.COLOURS.get(n % SvgDrawing.COLOURS.size());
            drawing.line(xs, ys, colour, 2, false);
            drawing.text(right + 10, top + 14 + 18 * n, SvgDrawing.Anchor.START, colour, name);
        }
    }

    private static double value(RoundReport round, String name) {
        Double value = round.metrics().get(name);
        return value == null ? Double.NaN : value;
    }
}
