package org.sparkmlext.ml.feature;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.sql.api.java.UDF1;
import org.jspecify.annotations.Nullable;
import scala.collection.Seq;

/** The numbers of a text's tokens. */
final class TokenStep implements UDF1<@Nullable Seq<String>, float @Nullable []> {
    private static final long serialVersionUID = 1L;

    private final String[] vocabulary;
    private final int maxLength;
    private final boolean skipsUnknown;
    /** Made where it is used: a map is larger than the list when it travels. */
    private transient volatile @Nullable Map<String, Integer> numbers;

    /** @param maxLength of more numbers the last so many stay; 0 for all */
    TokenStep(String[] vocabulary, int maxLength, boolean skipsUnknown) {
        this.vocabulary = vocabulary.clone();
        this.maxLength = maxLength;
        this.skipsUnknown = skipsUnknown;
    }

    @Override
    public float @Nullable [] call(@Nullable Seq<String> tokens) {
        if (tokens == null) {
            return null;
        }
        Map<String, Integer> known = numbers();
        float[] found = new float[tokens.size()];
        int length = 0;
        for (int i = 0; i < found.length; i++) {
            int number = known.getOrDefault(tokens.apply(i), 0);
            if (number > 0 || !skipsUnknown) {
                found[length++] = number;
            }
        }
        if (length == 0) {
            return new float[1];
        }
        int from = maxLength == 0 ? 0 : Math.max(0, length - maxLength);
        return Arrays.copyOfRange(found, from, length);
    }

    private Map<String, Integer> numbers() {
        Map<String, Integer> made = numbers;
        if (made == null) {
            made = new HashMap<>();
            for (int i = 0; i < vocabulary.length; i++) {
                made.put(vocabulary[i], i + 1);
            }
            numbers = made;
        }
        return made;
    }
}
