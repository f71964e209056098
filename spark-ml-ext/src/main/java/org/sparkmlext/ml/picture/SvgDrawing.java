package org.sparkmlext.ml.picture;

import java.util.List;
import java.util.Locale;

/**
 * An SVG document in the making, in the one style of this project's pictures. Coordinates are pixels from the upper left corner; what is
 * drawn later lies above. The same calls give the same text. Not for several threads.
 */
public final class SvgDrawing {

    /** Colours of lines, the most important one first. */
    public static final List<String> COLOURS =
            List.of("#1f5fa8", "#c8551b", "#4d8a3a", "#8a5fb0", "#b8902a", "#3a9a9a", "#b04a6e");

    private static final String GRID = "#ddd";

    private final StringBuilder out = new StringBuilder();

    /** An empty picture on white. */
    public SvgDrawing(int width, int height) {
        out.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
                        + "font-family=\"sans-serif\" font-size=\"12\">%n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
                width,
                height,
                width,
                height));
    }

    /** Which end of a text lies at its place. */
    public enum Anchor {
        START,
        MIDDLE,
        END
    }

    /** A thin line of the grid. */
    public void gridLine(double x1, double y1, double x2, double y2) {
        out.append(String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>%n",
                x1,
                y1,
                x2,
                y2,
                GRID));
    }

    /** A dashed line that marks a place. */
    public void markLine(double x1, double y1, double x2, double y2) {
        out.append(String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#888\" stroke-dasharray=\"4 3\"/>%n",
                x1,
                y1,
                x2,
                y2));
    }

    /** Black text; y is its base line. */
    public void text(double x, double y, Anchor anchor, String text) {
        text(x, y, anchor, "black", text);
    }

    public void text(double x, double y, Anchor anchor, String colour, String text) {
        out.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\"%s%s>%s</text>%n",
                x,
                y,
                anchor == Anchor.START ? "" : " text-anchor=\"" + anchor.name().toLowerCase(Locale.ROOT) + "\"",
                colour.equals("black") ? "" : " fill=\"" + colour + "\"",
                escaped(text)));
    }

    /**
     * A line through points; it is broken where a y is not finite.
     *
     * @param xs as many as ys
     */
    public void line(double[] xs, double[] ys, String colour, double width, boolean isDashed) {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i <= xs.length; i++) {
            if (i < xs.length && Double.isFinite(ys[i])) {
                points.append(String.format(Locale.ROOT, "%.1f,%.1f ", xs[i], ys[i]));
            } else if (points.length() > 0) {
                out.append(String.format(
                        Locale.ROOT,
                        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%s\"%s/>%n",
                        points.toString().strip(),
                        colour,
                        width == Math.rint(width) ? Long.toString((long) width) : Double.toString(width),
                        isDashed ? " stroke-dasharray=\"6 3\"" : ""));
                points.setLength(0);
            }
        }
    }

    /** A filled rectangle; x and y are its upper left corner. */
    public void bar(double x, double y, double width, double height, String colour) {
        out.append(String.format(
                Locale.ROOT,
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>%n",
                x,
                y,
                width,
                height,
                colour));
    }

    /** Black text below a place of a horizontal axis: centred there, or tilted and ending there. */
    public void label(double x, double y, boolean isTilted, String text) {
        if (isTilted) {
            out.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\" transform=\"rotate(-35 %.1f %.1f)\">%s</text>%n",
                    x,
                    y,
                    x,
                    y,
                    escaped(text)));
        } else {
            text(x, y, Anchor.MIDDLE, text);
        }
    }

    /** The area between two lines, see-through; points of which one y is not finite are left out. */
    public void band(double[] xs, double[] lower, double[] upper, String colour) {
        StringBuilder there = new StringBuilder();
        StringBuilder back = new StringBuilder();
        for (int i = 0; i < xs.length; i++) {
            if (Double.isFinite(lower[i]) && Double.isFinite(upper[i])) {
                there.append(String.format(Locale.ROOT, "%.1f,%.1f ", xs[i], upper[i]));
                back.insert(0, String.format(Locale.ROOT, "%.1f,%.1f ", xs[i], lower[i]));
            }
        }
        if (there.length() > 0) {
            out.append(String.format(
                    Locale.ROOT,
                    "<polygon points=\"%s\" fill=\"%s\" fill-opacity=\"0.18\"/>%n",
                    there.append(back).toString().strip(),
                    colour));
        }
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    /** The whole document. */
    public String document() {
        return out + "</svg>\n";
    }
}
