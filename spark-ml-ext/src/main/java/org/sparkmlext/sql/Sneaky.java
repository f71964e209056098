package org.sparkmlext.sql;

/** Throws what Scala throws unannounced, such as an AnalysisException, from where Java wants it declared. */
final class Sneaky {

    private Sneaky() {}

    /** Always throws; what it is said to return lets a caller write {@code throw raise(failure)}. */
    static RuntimeException raise(Throwable failure) {
        Sneaky.<RuntimeException>undeclared(failure);
        throw new AssertionError(failure);
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void undeclared(Throwable failure) throws E {
        throw (E) failure;
    }
}
