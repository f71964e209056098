package org.sparkmlext.ml.forecast;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.sparkmlext.data.SeriesColumns;

/** Figures of a backtest as text. */
final class BacktestText {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final MathContext DIGITS = new MathContext(5);

    private BacktestText() {}

    static String table(List<String> models, ForecastMetrics metrics) {
        List<ForecastFigures> figures = models.stream().map(metrics::overall).toList();
        boolean hasQuantiles = figures.stream().anyMatch(f -> !f.quantiles().isEmpty());
        List<List<String>> lines = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("model", "MAE", "RMSE", "MSE", "MAPE", "sMAPE", "MASE"));
        if (hasQuantiles) {
            head.addAll(List.of("pinball", "coverage"));
        }
        lines.add(head);
        for (int m = 0; m < models.size(); m++) {
            ForecastFigures f = figures.get(m);
            List<String> line = new ArrayList<>(List.of(
                    models.get(m),
                    number(f.mae()),
                    number(f.rmse()),
                    number(f.mse()),
                    share(f.mape()),
                    share(f.smape()),
                    number(f.mase())));
            if (hasQuantiles) {
                line.add(number(f.pinball()));
                line.add(
                        f.intervals().isEmpty()
                                ? "-"
                                : share(f.intervals().get(0).coverage()) + " of "
                                        + share(f.intervals().get(0).nominal()));
            }
            lines.add(line);
        }
        return aligned(lines) + notes(models, figures);
    }

    private static String aligned(List<List<String>> lines) {
        int[] widths = new int[lines.get(0).size()];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            text.append(line.get(0)).append(" ".repeat(widths[0] - line.get(0).length()));
            for (int i = 1; i < widths.length; i++) {
                text.append("  ")
                        .append(" ".repeat(widths[i] - line.get(i).length()))
                        .append(line.get(i));
            }
            text.append('\n');
        }
        return text.toString();
    }

    /** What was left out, so that nobody compares what cannot be compared. */
    private static String notes(List<String> models, List<ForecastFigures> figures) {
        ForecastFigures first = figures.get(0);
        long points = first.count() + first.missingForecasts();
        StringBuilder text = new StringBuilder(points + " points");
        if (first.missingActuals() > 0) {
            text.append(", ").append(first.missingActuals()).append(" more without an actual");
        }
        text.append('\n');
        for (int m = 0; m < models.size(); m++) {
            ForecastFigures f = figures.get(m);
            if (f.missingForecasts() > 0) {
                text.append(models.get(m))
                        .append(" has no forecast for ")
                        .append(f.missingForecasts())
                        .append(" of them: its figures are not of the same points as the others'\n");
            }
        }
        long zeros =
                figures.stream().mapToLong(ForecastFigures::zeroActuals).max().orElse(0);
        if (zeros > 0) {
            text.append("MAPE leaves out ").append(zeros).append(" points whose actual is 0\n");
        }
        long unscaled =
                figures.stream().mapToLong(ForecastFigures::unscaled).max().orElse(0);
        if (unscaled > 0) {
            text.append("MASE leaves out ")
                    .append(unscaled)
                    .append(" points of series that are constant or no longer than a season before the first origin\n");
        }
        return text.toString();
    }

    private static String number(double value) {
        if (Double.isNaN(value)) {
            return "-";
        }
        return value != 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e9)
                ? String.format(Locale.ROOT, "%.4e", value)
                : new BigDecimal(value).round(DIGITS).toPlainString();
    }

    private static String share(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.2f %%", 100 * value);
    }

    static String json(List<String> models, ForecastMetrics metrics, SeriesColumns columns, int horizon) {
        ObjectNode root = JSON.createObjectNode();
        root.put("horizon", horizon);
        columns.channels().forEach(root.putArray("targets")::add);
        ArrayNode all = root.putArray("models");
        for (String model : models) {
            ObjectNode node = all.addObject();
            node.put("model", model);
            write(metrics.overall(model), node.putObject("overall"));
            ObjectNode targets = node.putObject("byTarget");
            metrics.byTargets(model).forEach((target, figures) -> write(figures, targets.putObject(target)));
            ArrayNode steps = node.putArray("bySteps");
            metrics.bySteps(model).forEach((step, figures) -> {
                ObjectNode one = steps.addObject();
                one.put("step", step);
                write(figures, one);
            });
        }
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a tree of numbers and texts cannot be written", impossible);
        }
    }

    private static void write(ForecastFigures f, ObjectNode to) {
        to.put("count", f.count());
        to.put("missingActuals", f.missingActuals());
        to.put("missingForecasts", f.missingForecasts());
        put("mae", f.mae(), to);
        put("mse", f.mse(), to);
        put("rmse", f.rmse(), to);
        put("mape", f.mape(), to);
        to.put("zeroActuals", f.zeroActuals());
        put("smape", f.smape(), to);
        put("mase", f.mase(), to);
        to.put("unscaled", f.unscaled());
        if (!f.quantiles().isEmpty()) {
            put("pinball", f.pinball(), to);
            ArrayNode quantiles = to.putArray("quantiles");
            for (ForecastFigures.Quantile quantile : f.quantiles()) {
                ObjectNode one = quantiles.addObject();
                put("level", quantile.level(), one);
                put("pinball", quantile.pinball(), one);
                put("below", quantile.below(), one);
            }
            ArrayNode intervals = to.putArray("intervals");
            for (ForecastFigures.Interval interval : f.intervals()) {
                ObjectNode one = intervals.addObject();
                put("nominal", interval.nominal(), one);
                put("coverage", interval.coverage(), one);
                put("width", interval.width(), one);
            }
        }
    }

    /** JSON has no NaN. */
    private static void put(String name, double value, ObjectNode to) {
        if (Double.isNaN(value)) {
            to.putNull(name);
        } else {
            to.put(name, value);
        }
    }
}
