package org.sparkmlext.collective;

import java.util.stream.Stream;

/**
 * Ranks that call different operations.
 *
 * @param even what most ranks call
 * @param odd what rank 1 calls
 * @param words in the message on every rank
 */
record Disagreement(Call even, Call odd, String... words) {

    /** One operation of one rank. */
    interface Call {
        void call(Collective collective);
    }

    static Stream<Disagreement> all() {
        return Stream.of(
                new Disagreement(c -> c.sum(new long[10], 0, 10), c -> c.sum(new long[11], 0, 11), "10 int64", "11"),
                new Disagreement(c -> c.sum(new long[9], 0, 9), c -> c.sum(new float[9], 0, 9), "int64", "float32"),
                new Disagreement(c -> c.sum(new long[9], 0, 9), c -> c.max(new long[9], 0, 9), "sum", "max"),
                new Disagreement(c -> c.max(new long[9], 0, 9), c -> c.or(new long[9], 0, 9), "max", "or of 9"),
                new Disagreement(c -> c.barrier(), c -> c.sum(new long[0], 0, 0), "barrier", "sum of 0"),
                new Disagreement(
                        c -> c.reduceScatter(new long[9], new int[] {3, 6, 9}),
                        c -> c.reduceScatter(new long[9], new int[] {2, 6, 9}),
                        "reduceScatter",
                        "9 int64"),
                new Disagreement(
                        c -> c.sum(new float[100_000], 0, 100_000),
                        c -> c.sum(new float[90_000], 0, 90_000),
                        "100000",
                        "90000"));
    }

    @Override
    public String toString() {
        return String.join(" against ", words);
    }
}
