package org.sparkmlext.jobs.notebook;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.picture.SvgDrawing;
import org.sparkmlext.ml.picture.ValueAxis;

/** A table drawn as its paragraph's {@link Chart} says: grouped bars or lines over the keys in the order in which they come. */
final class TableChart {

    private static final int HEIGHT = 260;
    private static final int LEFT = 64;
    private static final int RIGHT = 16;
    private static final int TOP = 34;
    private static final int BOTTOM = 34;
    private static final int TILTED_BOTTOM = 92;
    private static final int LETTER = 7;
    private static final int LEGEND_DASH = 14;
    private static final double GAP_SHARE = 0.25;

    private final Chart chart;
    private final int width;
    private final Set<String> keys = new LinkedHashSet<>();
    private final Map<String, Series> series = new LinkedHashMap<>();

    /** Numbers of one colour by key. */
    private record Series(String aggregate, Map<String, DoubleSummaryStatistics> numbers) {

        DoubleSummaryStatistics of(String key) {
            return numbers.computeIfAbsent(key, each -> new DoubleSummaryStatistics());
        }

        /** NaN where there is none. */
        double value(String key) {
            DoubleSummaryStatistics all = of(key);
            if (all.getCount() == 0) {
                return Double.NaN;
            }
            return switch (aggregate) {
                case "avg" -> all.getAverage();
                case "min" -> all.getMin();
                case "max" -> all.getMax();
                case "count" -> all.getCount();
                default -> all.getSum();
            };
        }
    }

    private TableChart(Chart chart, Output.Table table, int width) {
        this.chart = chart;
        this.width = width;
        List<Integer> keyPlaces = places(table, chart.keys());
        List<Integer> groupPlaces = places(table, chart.groups());
        for (Chart.Value value : chart.values()) {
            int place = place(table, value.column());
            for (List<String> row : table.rows()) {
                String key = cells(row, keyPlaces);
                String group = cells(row, groupPlaces);
                String name = group.isEmpty()
                        ? value.column()
                        : chart.values().size() == 1 ? group : group + " " + value.column();
                keys.add(key);
                number(
                        row.get(place),
                        series.computeIfAbsent(name, each -> new Series(value.aggregate(), new HashMap<>()))
                                .of(key));
            }
        }
    }

    /**
     * The picture.
     *
     * @param width in pixels
     * @throws BadInputException if the chart names a column that the table lacks
     */
    static String svg(Chart chart, Output.Table table, int width) {
        return new TableChart(chart, table, width).draw();
    }

    private static void number(String cell, DoubleSummaryStatistics into) {
        try {
            double value = Double.parseDouble(cell);
            if (Double.isFinite(value)) {
                into.accept(value);
            }
        } catch (NumberFormatException notOne) {
            // Nulls and texts leave a gap, as in Zeppelin.
            return;
        }
    }

    private static List<Integer> places(Output.Table table, List<String> columns) {
        return columns.stream().map(column -> place(table, column)).toList();
    }

    private static int place(Output.Table table, String column) {
        int place = table.columns().indexOf(column);
        if (place < 0) {
            throw new BadInputException(
                    "the chart draws column '" + column + "'; the table has " + String.join(", ", table.columns()));
        }
        return place;
    }

    private static String cells(List<String> row, List<Integer> places) {
        return places.stream().map(row::get).collect(Collectors.joining(" "));
    }

    private String draw() {
        List<String> names = new ArrayList<>(keys);
        int longest = names.stream().mapToInt(String::length).max().orElse(0);
        double step = (width - LEFT - RIGHT) / (double) Math.max(1, names.size());
        // Every label that has room; texts stand tilted where they would run into each other.
        int numbers = 1;
        boolean isTilted = false;
        if (longest * LETTER > step) {
            isTilted = !isNumeric(names);
            numbers = (int) Math.ceil(isTilted ? 16 / step : (longest + 1) * LETTER / step);
        }
        int bottom = isTilted ? TILTED_BOTTOM : BOTTOM;
        SvgDrawing drawing = new SvgDrawing(width, HEIGHT + bottom - BOTTOM);
        double[] all = series.values().stream()
                .flatMapToDouble(each -> names.stream().mapToDouble(each::value))
                .filter(Double::isFinite)
                .toArray();
        if (all.length == 0) {
            return drawing.document();
        }
        DoubleSummaryStatistics range = Arrays.stream(all).summaryStatistics();
        boolean isBars = chart.kind() == Chart.Kind.BARS;
        ValueAxis axis = ValueAxis.around(
                isBars ? Math.min(0, range.getMin()) : range.getMin(),
                isBars ? Math.max(0, range.getMax()) : range.getMax());
        int panel = HEIGHT - TOP - BOTTOM;
        axis.draw(drawing, LEFT, width - RIGHT, TOP, panel);
        int place = 0;
        for (Series each : series.values()) {
            String colour = SvgDrawing.COLOURS.get(place % SvgDrawing.COLOURS.size());
            double[] ys = names.stream()
                    .mapToDouble(key -> TOP + panel - axis.share(each.value(key)) * panel)
                    .toArray();
            if (isBars) {
                drawBars(drawing, ys, TOP + panel - axis.share(0) * panel, step, place, colour);
            } else {
                double[] xs = new double[ys.length];
                for (int i = 0; i < xs.length; i++) {
                    xs[i] = LEFT + (i + 0.5) * step;
                }
                drawing.line(xs, ys, colour, 2, false);
            }
            place++;
        }
        for (int i = 0; i < names.size(); i += numbers) {
            drawing.label(LEFT + (i + 0.5) * step, TOP + panel + 18, isTilted, names.get(i));
        }
        drawLegend(drawing);
        return drawing.document();
    }

    private static boolean isNumeric(List<String> names) {
        return names.stream().allMatch(name -> name.matches("-?[\\d.]+"));
    }

    private void drawBars(SvgDrawing drawing, double[] ys, double zero, double step, int place, String colour) {
        double bar = step * (1 - GAP_SHARE) / series.size();
        for (int i = 0; i < ys.length; i++) {
            if (Double.isFinite(ys[i])) {
                double x = LEFT + (i + GAP_SHARE / 2) * step + place * bar;
                drawing.bar(x, Math.min(zero, ys[i]), bar, Math.abs(zero - ys[i]), colour);
            }
        }
    }

    private void drawLegend(SvgDrawing drawing) {
        double x = LEFT;
        int place = 0;
        for (String name : series.keySet()) {
            String colour = SvgDrawing.COLOURS.get(place++ % SvgDrawing.COLOURS.size());
            drawing.bar(x, 10, LEGEND_DASH, 10, colour);
            drawing.text(x + LEGEND_DASH + 5, 19, SvgDrawing.Anchor.START, name);
            x += LEGEND_DASH + 22 + name.length() * LETTER;
        }
    }
}
