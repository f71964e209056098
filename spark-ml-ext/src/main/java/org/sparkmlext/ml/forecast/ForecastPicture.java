package org.sparkmlext.ml.forecast;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.TimeKind;
import org.sparkmlext.ml.picture.SvgDrawing;
import org.sparkmlext.ml.picture.TimeAxis;
import org.sparkmlext.ml.picture.ValueAxis;

/**
 * One forecast as a picture: what was known, what came, and what was forecast, with the interval of the model that has one.
 *
 * @param title stands above
 * @param times how times are shown
 * @param origin time of the last known row
 * @param actual history and what came
 * @param forecasts the first one is the heaviest line
 * @param band interval around one of the forecasts
 */
record ForecastPicture(
        String title,
        EventTimes times,
        long origin,
        Line actual,
        List<Line> forecasts,
        @Nullable Band band) {

    private static final int WIDTH = 860;
    private static final int PANEL = 300;
    private static final int LEFT = 70;
    private static final int RIGHT = 150;
    private static final int TOP = 40;
    private static final int BOTTOM = 50;
    private static final int LEGEND_ROW = 18;
    private static final int LEGEND_DASH = 22;
    private static final String ACTUAL_COLOUR = "#444";

    /**
     * A course of values.
     *
     * @param at times, rising
     * @param values one a time; NaN where there is none
     */
    record Line(String name, long[] at, double[] values) {}

    /** An interval; {@code forecast} is the place of its line. */
    record Band(int forecast, String name, long[] at, double[] low, double[] high) {}

    /** An SVG document; empty of lines where there is no finite value. */
    String svg() {
        int rows = 1 + forecasts.size() + (band == null ? 0 : 1);
        int panel = Math.max(PANEL, LEGEND_ROW * rows);
        SvgDrawing drawing = new SvgDrawing(WIDTH, TOP + panel + BOTTOM);
        drawing.text(LEFT, TOP - 18, SvgDrawing.Anchor.START, title);
        double[] values = values().filter(Double::isFinite).toArray();
        if (values.length == 0) {
            return drawing.document();
        }
        ValueAxis axis = ValueAxis.around(
                DoubleStream.of(values).min().getAsDouble(),
                DoubleStream.of(values).max().getAsDouble());
        axis.draw(drawing, LEFT, WIDTH - RIGHT, TOP, panel);
        Plane plane = new Plane(axis, panel, first(), last());
        drawTimes(drawing, plane);
        Band interval = band;
        if (interval != null) {
            drawing.band(
                    plane.xs(interval.at()),
                    plane.ys(interval.low()),
                    plane.ys(interval.high()),
                    colour(interval.forecast()));
        }
        drawing.line(plane.xs(actual.at()), plane.ys(actual.values()), ACTUAL_COLOUR, 1.5, false);
        for (int i = forecasts.size() - 1; i >= 0; i--) {
            Line line = forecasts.get(i);
            drawing.line(plane.xs(line.at()), plane.ys(line.values()), colour(i), i == 0 ? 2 : 1.5, i > 0);
        }
        drawLegend(drawing);
        return drawing.document();
    }

    private static String colour(int forecast) {
        return SvgDrawing.COLOURS.get(forecast % SvgDrawing.COLOURS.size());
    }

    private DoubleStream values() {
        DoubleStream all = DoubleStream.of(actual.values());
        for (Line line : forecasts) {
            all = DoubleStream.concat(all, DoubleStream.of(line.values()));
        }
        Band interval = band;
        return interval == null
                ? all
                : DoubleStream.concat(
                        all, DoubleStream.concat(DoubleStream.of(interval.low()), DoubleStream.of(interval.high())));
    }

    private List<long[]> allTimes() {
        List<long[]> all = new ArrayList<>(List.of(new long[] {origin}, actual.at()));
        forecasts.forEach(line -> all.add(line.at()));
        return all;
    }

    private long first() {
        return allTimes().stream()
                .filter(at -> at.length > 0)
                .mapToLong(at -> at[0])
                .min()
                .orElse(origin);
    }

    private long last() {
        return allTimes().stream()
                .filter(at -> at.length > 0)
                .mapToLong(at -> at[at.length - 1])
                .max()
                .orElse(origin);
    }

    /** From times and values to pixels. */
    private record Plane(ValueAxis axis, int panel, long from, long to) {
        double x(double time) {
            return LEFT + (to == from ? 0.5 : (time - from) / (to - (double) from)) * (WIDTH - RIGHT - LEFT);
        }

        double[] xs(long[] at) {
            double[] xs = new double[at.length];
            for (int i = 0; i < xs.length; i++) {
                xs[i] = x(at[i]);
            }
            return xs;
        }

        double[] ys(double[] values) {
            double[] ys = new double[values.length];
            for (int i = 0; i < ys.length; i++) {
                ys[i] = TOP + panel - axis.share(values[i]) * panel;
            }
            return ys;
        }
    }

    private void drawTimes(SvgDrawing drawing, Plane plane) {
        int bottom = TOP + plane.panel();
        if (times.kind() == TimeKind.NUMBER) {
            ValueAxis numbers = ValueAxis.around(plane.from(), plane.to());
            for (int tick = 0; tick <= numbers.ticks(); tick++) {
                if (numbers.tick(tick) >= plane.from() && numbers.tick(tick) <= plane.to()) {
                    drawTick(drawing, plane.x(numbers.tick(tick)), bottom, numbers.text(tick), "");
                }
            }
        } else {
            for (TimeAxis.Tick tick : TimeAxis.ticks(plane.from(), plane.to(), times.clock())) {
                drawTick(drawing, plane.x(tick.micros()), bottom, tick.text(), tick.context());
            }
        }
        double x = plane.x(origin);
        drawing.markLine(x, TOP, x, bottom);
        drawing.text(x, TOP - 4, SvgDrawing.Anchor.MIDDLE, "#666", "origin");
    }

    private static void drawTick(SvgDrawing drawing, double x, int bottom, String text, String context) {
        drawing.gridLine(x, bottom, x, bottom + 5);
        drawing.text(x, bottom + 18, SvgDrawing.Anchor.MIDDLE, text);
        if (!context.isEmpty()) {
            drawing.text(x, bottom + 34, SvgDrawing.Anchor.MIDDLE, "#666", context);
        }
    }

    private void drawLegend(SvgDrawing drawing) {
        int row = 0;
        legendLine(drawing, row++, ACTUAL_COLOUR, 1.5, false, actual.name());
        for (int i = 0; i < forecasts.size(); i++) {
            legendLine(
                    drawing,
                    row++,
                    colour(i),
                    i == 0 ? 2 : 1.5,
                    i > 0,
                    forecasts.get(i).name());
        }
        Band interval = band;
        if (interval != null) {
            double x = WIDTH - RIGHT + 10;
            double y = TOP + 10 + LEGEND_ROW * row;
            drawing.band(
                    new double[] {x, x + LEGEND_DASH},
                    new double[] {y + 5, y + 5},
                    new double[] {y - 5, y - 5},
                    colour(interval.forecast()));
            drawing.text(x + LEGEND_DASH + 6, y + 4, SvgDrawing.Anchor.START, interval.name());
        }
    }

    private static void legendLine(
            SvgDrawing drawing, int row, String colour, double width, boolean isDashed, String name) {
        double x = WIDTH - RIGHT + 10;
        double y = TOP + 10 + LEGEND_ROW * row;
        drawing.line(new double[] {x, x + LEGEND_DASH}, new double[] {y, y}, colour, width, isDashed);
        drawing.text(x + LEGEND_DASH + 6, y + 4, SvgDrawing.Anchor.START, name);
    }
}
