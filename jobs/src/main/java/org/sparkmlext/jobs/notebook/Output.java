package org.sparkmlext.jobs.notebook;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** A part of what a paragraph gave, of Zeppelin's kinds. */
sealed interface Output {

    /** For a terminal. */
    String text();

    /** Plain lines. */
    record Text(String text) implements Output {}

    /** A piece of a page. */
    record Html(String html) implements Output {

        @Override
        public String text() {
            return "(a picture, see --render)";
        }
    }

    /**
     * A table.
     *
     * @param rows of as many cells as there are columns
     */
    record Table(List<String> columns, List<List<String>> rows) implements Output {

        private static final int SHOWN_ROWS = 20;
        private static final int SHOWN_WIDTH = 40;

        /** From lines of cells between tabs, the names first. */
        static Table parse(String text) {
            List<List<String>> lines = text.lines()
                    .filter(line -> !line.isBlank())
                    .map(line -> Arrays.asList(line.split("\t", -1)))
                    .toList();
            return lines.isEmpty() ? new Table(List.of(), List.of()) : new Table(lines.get(0), rest(lines));
        }

        private static List<List<String>> rest(List<List<String>> lines) {
            int width = lines.get(0).size();
            List<List<String>> rows = new ArrayList<>();
            for (List<String> line : lines.subList(1, lines.size())) {
                List<String> cells = new ArrayList<>(line.subList(0, Math.min(width, line.size())));
                while (cells.size() < width) {
                    cells.add("");
                }
                rows.add(cells);
            }
            return rows;
        }

        /** The first rows, columns below each other. */
        @Override
        public String text() {
            List<List<String>> shown = new ArrayList<>(List.of(columns));
            shown.addAll(rows.subList(0, Math.min(SHOWN_ROWS, rows.size())));
            int[] widths = new int[columns.size()];
            shown.forEach(line -> {
                for (int i = 0; i < widths.length; i++) {
                    widths[i] = Math.max(widths[i], cut(line.get(i)).length());
                }
            });
            String table = shown.stream()
                    .map(line -> {
                        StringBuilder text = new StringBuilder();
                        for (int i = 0; i < widths.length; i++) {
                            String cell = cut(line.get(i));
                            text.append(i == 0 ? "" : "  ").append(cell).append(" ".repeat(widths[i] - cell.length()));
                        }
                        return text.toString().stripTrailing();
                    })
                    .collect(Collectors.joining("\n"));
            return rows.size() > SHOWN_ROWS ? table + "\n... " + rows.size() + " rows" : table;
        }

        private static String cut(String cell) {
            return cell.length() > SHOWN_WIDTH ? cell.substring(0, SHOWN_WIDTH - 3) + "..." : cell;
        }
    }
}
