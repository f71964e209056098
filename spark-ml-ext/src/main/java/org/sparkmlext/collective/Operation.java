package org.sparkmlext.collective;

/**
 * One collective operation as this rank asks for it.
 *
 * @param kind what to do
 * @param operand this rank's values
 * @param segments who owns which part
 * @param root the rank that broadcasts; 0 elsewhere
 */
record Operation(Kind kind, Operand operand, Segments segments, int root) {

    /** What an operation does; the ordinal travels in frames. */
    enum Kind {
        SUM("sum"),
        MAX("max"),
        REDUCE_SCATTER("reduceScatter"),
        ALL_GATHER("allGather"),
        BROADCAST("broadcast"),
        BARRIER("barrier"),
        OR("or");

        private final String title;

        Kind(String title) {
            this.title = title;
        }

        static String titleOf(byte code) {
            Kind[] all = values();
            return code >= 0 && code < all.length ? all[code].title : "unknown operation " + code;
        }

        /** Whether segments of all ranks are combined. */
        boolean reduces() {
            return this == SUM || this == MAX || this == OR || this == REDUCE_SCATTER;
        }

        /** Whether each rank's segment reaches all ranks in the end. */
        boolean gathers() {
            return this != REDUCE_SCATTER && this != BROADCAST;
        }
    }

    int elements() {
        return segments.total();
    }

    long bytes() {
        return (long) elements() * operand.elementBytes();
    }

    /** Whether another rank asks for the same. */
    boolean matches(Operation other) {
        return kind == other.kind
                && operand.elementCode() == other.operand.elementCode()
                && root == other.root
                && segments.sameAs(other.segments);
    }

    /** For messages: {@code sum of 20 int64}. */
    static String describe(byte kind, int elements, byte elementCode) {
        return Kind.titleOf(kind) + " of " + elements + " " + Operand.nameOf(elementCode);
    }

    @Override
    public String toString() {
        String text = describe((byte) kind.ordinal(), elements(), operand.elementCode());
        if (kind == Kind.BROADCAST) {
            return text + " from rank " + root;
        }
        return kind == Kind.REDUCE_SCATTER || kind == Kind.ALL_GATHER ? text + " (" + segments + ")" : text;
    }
}
