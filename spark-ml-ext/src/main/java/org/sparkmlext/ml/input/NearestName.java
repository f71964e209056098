package org.sparkmlext.ml.input;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Finds what was probably meant by a misspelt name. */
public final class NearestName {

    private NearestName() {}

    /**
     * The valid name with the smallest edit distance (case ignored), if that is at most a third of its length plus one;
     * ties go to the first in alphabetical order.
     */
    public static Optional<String> of(String got, Collection<String> valid) {
        String sought = got.toLowerCase(Locale.ROOT);
        return valid.stream()
                .filter(name -> distance(sought, name.toLowerCase(Locale.ROOT)) <= name.length() / 3 + 1)
                .min(Comparator.<String>comparingInt(name -> distance(sought, name.toLowerCase(Locale.ROOT)))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** {@code unknown KIND 'GOT'; did you mean 'NEAREST'? valid KINDs: ...}. */
    public static String unknown(String kind, String got, Collection<String> valid) {
        String hint =
                of(got, valid).map(name -> " did you mean '" + name + "'?").orElse("");
        return "unknown " + kind + " '" + got + "';" + hint + " valid " + kind + "s: "
                + valid.stream().sorted().collect(Collectors.joining(", "));
    }

    /** Levenshtein distance with adjacent transpositions counted as one edit (optimal string alignment). */
    static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            d[i][0] = i;
        }
        for (int j = 0; j <= b.length(); j++) {
            d[0][j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            for (int j = 1; j <= b.length(); j++) {
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j] + 1, d[i][j - 1] + 1), d[i - 1][j - 1] + change);
                boolean swapped =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
