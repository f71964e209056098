package org.sparkmlext.ml.picture;

import java.util.Locale;

/**
 * An axis of numbers with round ticks: steps of 1, 2 or 5 times a power of ten.
 *
 * @param low value of the first tick
 * @param step from one tick to the next, above 0
 * @param ticks steps from the first tick to the last, at least 1
 */
public record ValueAxis(double low, double step, int ticks) {

    private static final int MOST_STEPS = 5;
    private static final int MOST_DIGITS = 6;

    /** The axis of which at most five steps, and what rounding adds, hold all values from the least to the most, both finite. */
    public static ValueAxis around(double least, double most) {
        double step = step(most > least ? most - least : Math.max(1e-9, Math.abs(most)));
        double low = Math.floor(least / step) * step;
        return new ValueAxis(low, step, Math.max(1, (int) Math.ceil((most - low) / step - 1e-9)));
    }

    private static double step(double span) {
        double power = Math.pow(10, Math.floor(Math.log10(span / MOST_STEPS)));
        for (int times : new int[] {1, 2, 5}) {
            if (times * power >= span / MOST_STEPS) {
                return times * power;
            }
        }
        return 10 * power;
    }

    /** Value of a tick, counted from 0. */
    public double tick(int tick) {
        return low + tick * step;
    }

    /** Where a value lies: 0 at the first tick, 1 at the last. */
    public double share(double value) {
        return (value - low) / (ticks * step);
    }

    /** A tick's number, with the digits that its step takes. */
    public String text(int tick) {
        int digits = (int) Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
        return digits > MOST_DIGITS
                ? String.format(Locale.ROOT, "%.3g", tick(tick))
                : String.format(Locale.ROOT, "%." + digits + "f", tick(tick));
    }

    /** Draws ticks and grid at the left of a panel. */
    public void draw(SvgDrawing drawing, int left, int right, int top, int height) {
        for (int tick = 0; tick <= ticks; tick++) {
            double y = top + height - (double) tick * height / ticks;
            drawing.gridLine(left, y, right, y);
            drawing.text(left - 8, y + 4, SvgDrawing.Anchor.END, text(tick));
        }
    }
}
