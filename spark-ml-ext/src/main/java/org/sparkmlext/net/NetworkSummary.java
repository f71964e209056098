package org.sparkmlext.net;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.net.Architecture.Extent;

/** The table of {@link Architecture#summary}. */
final class NetworkSummary {

    /** The column of numbers. */
    private static final int NUMBERS = 3;

    private NetworkSummary() {}

    static String of(Architecture network, @Nullable String freezeUntil) {
        List<Step> steps = network.steps();
        int firstTrained = freezeUntil == null ? 0 : network.indexOf(freezeUntil) + 1;
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.of("layer", "kind", "output", "parameters", "", "reads"));
        lines.add(List.of(
                Architecture.INPUT,
                network.input().kind(),
                network.shape(Architecture.INPUT).toString(),
                "",
                "",
                ""));
        String previous = Architecture.INPUT;
        long frozen = 0;
        long states = 0;
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            Extent size = network.size(i);
            String kind = step.layer().kind();
            boolean isFrozen = i < firstTrained;
            frozen += isFrozen ? size.parameters() : 0;
            states += size.states();
            lines.add(List.of(
                    step.name(),
                    kind.substring(kind.lastIndexOf('.') + 1),
                    network.shape(step.name()).toString(),
                    size.parameters() == 0 ? "" : grouped(size.parameters()),
                    isFrozen && size.parameters() > 0 ? "frozen" : "",
                    step.inputs().equals(List.of(previous)) ? "" : String.join(", ", step.inputs())));
            previous = step.name();
        }
        long total = network.numParameters();
        return network.input().describe() + "\n" + table(lines) + grouped(total) + " parameters"
                + (frozen == 0 ? "" : ", " + grouped(total - frozen) + " trained and " + grouped(frozen) + " frozen")
                + (states == 0 ? "" : "; " + grouped(states) + " running statistics")
                + "\n";
    }

    private static String grouped(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** Columns as wide as their longest cell, those with a heading alone left out; numbers to the right. */
    private static String table(List<List<String>> lines) {
        int[] widths = new int[lines.get(0).size()];
        for (int c = 0; c < widths.length; c++) {
            boolean isEmpty = true;
            for (List<String> line : lines) {
                widths[c] = Math.max(widths[c], line.get(c).length());
                isEmpty &= line == lines.get(0) || line.get(c).isEmpty();
            }
            widths[c] = isEmpty ? 0 : widths[c];
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            StringBuilder text = new StringBuilder();
            for (int c = 0; c < widths.length; c++) {
                if (widths[c] > 0) {
                    String cell = lines.get(i).get(c);
                    String blanks = " ".repeat(widths[c] - cell.length());
                    text.append(c == NUMBERS ? blanks + cell : cell + blanks).append("  ");
                }
            }
            out.append(text.toString().stripTrailing()).append('\n');
            if (i == 0) {
                out.append("-".repeat(text.toString().stripTrailing().length())).append('\n');
            }
        }
        return out.toString();
    }
}
