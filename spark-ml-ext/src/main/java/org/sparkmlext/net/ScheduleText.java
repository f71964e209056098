package org.sparkmlext.net;

import java.math.BigDecimal;
import org.sparkmlext.net.Schedule.Constant;
import org.sparkmlext.net.Schedule.Cosine;
import org.sparkmlext.net.Schedule.Exponential;
import org.sparkmlext.net.Schedule.OneCycle;
import org.sparkmlext.net.Schedule.Plateau;
import org.sparkmlext.net.Schedule.Stepwise;
import org.sparkmlext.net.Schedule.WarmUp;

/**
 * Schedules as text: {@code constant}; {@code step:EPOCHS:FACTOR}; {@code exponential:FACTOR}; {@code cosine} or {@code cosine:LAST};
 * {@code one-cycle} or {@code one-cycle:RISE:START:END} (0.3, 25 and 10000 where nothing is given); {@code plateau} or {@code
 * plateau:FACTOR:PATIENCE} (0.1 and 10); and {@code warm-up:EPOCHS+} before any of them but one-cycle.
 */
public final class ScheduleText {

    private static final String FORMS = "allowed: constant, step:EPOCHS:FACTOR, exponential:FACTOR, cosine[:LAST],"
            + " one-cycle[:RISE:START:END], plateau[:FACTOR:PATIENCE], warm-up:EPOCHS+ before one of them"
            + " (step:30:0.1, warm-up:2+cosine)";

    private ScheduleText() {}

    /** @throws IllegalArgumentException if the text is no schedule; the message lists the forms */
    public static Schedule parse(String text) {
        try {
            int plus = text.indexOf('+');
            String[] first = (plus < 0 ? text : text.substring(0, plus)).split(":", -1);
            if (!first[0].equals("warm-up")) {
                return plus < 0 ? plain(first) : fail("nothing but a warm-up stands before '+'");
            }
            if (plus < 0 || first.length != 2) {
                return fail("a warm-up is written warm-up:EPOCHS+OTHER");
            }
            return new WarmUp(real(first[1]), plain(text.substring(plus + 1).split(":", -1)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("schedule '" + text + "': " + e.getMessage() + "; " + FORMS, e);
        }
    }

    private static Schedule plain(String[] parts) {
        String form = parts[0] + "/" + (parts.length - 1);
        return switch (form) {
            case "constant/0" -> new Constant();
            case "step/2" -> new Stepwise(whole(parts[1]), real(parts[2]));
            case "exponential/1" -> new Exponential(real(parts[1]));
            case "cosine/0" -> new Cosine(0);
            case "cosine/1" -> new Cosine(real(parts[1]));
            case "one-cycle/0" -> new OneCycle(0.3, 25, 10_000);
            case "one-cycle/3" -> new OneCycle(real(parts[1]), real(parts[2]), real(parts[3]));
            case "plateau/0" -> new Plateau(0.1, 10);
            case "plateau/2" -> new Plateau(real(parts[1]), whole(parts[2]));
            default -> fail("unknown name or number of values");
        };
    }

    private static Schedule fail(String why) {
        throw new IllegalArgumentException(why);
    }

    private static int whole(String text) {
        if (!text.matches("[0-9]{1,9}")) {
            fail("'" + text + "' is no whole number");
        }
        return Integer.parseInt(text);
    }

    private static double real(String text) {
        if (!text.matches("[0-9]{1,9}(\\.[0-9]{1,15})?([eE]-?[0-9]{1,2})?")) {
            fail("'" + text + "' is no number");
        }
        return Double.parseDouble(text);
    }

    /** As few digits as give the number back: {@code 25}, {@code 0.1}. */
    static String number(double value) {
        return Double.isFinite(value)
                ? new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString()
                : Double.toString(value);
    }
}
