package org.sparkmlext.ml.doctor;

/**
 * One thing that was looked at.
 *
 * @param level how it is
 * @param check what was looked at, in a word or two
 * @param text what was found
 * @param remedy the setting to change, or what else to do; empty where nothing needs to be done
 */
public record Finding(Level level, String check, String text, String remedy) {

    /** How a thing is. */
    public enum Level {
        /** As it should be, or of no matter. */
        OK,
        /** Works, but not as well as it could, or not everything does. */
        WARN,
        /** Keeps a fit from running. */
        FAIL
    }

    static Finding ok(String check, String text) {
        return new Finding(Level.OK, check, text, "");
    }

    static Finding warn(String check, String text, String remedy) {
        return new Finding(Level.WARN, check, text, remedy);
    }

    static Finding fail(String check, String text, String remedy) {
        return new Finding(Level.FAIL, check, text, remedy);
    }
}
