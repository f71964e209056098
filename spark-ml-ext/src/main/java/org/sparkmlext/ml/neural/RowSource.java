package org.sparkmlext.ml.neural;

import java.io.Serializable;
import java.util.Iterator;
import org.apache.spark.sql.Row;

/** Takes what a network reads out of the rows of a partition. */
interface RowSource extends Serializable {

    /** Values that the network reads of a row. */
    int width();

    /** Whether they are unsigned bytes, else floats. */
    boolean takesBytes();

    /** Whether nulls stand for a row that cannot be scored, else NaN throughout. */
    boolean givesNulls();

    /** Begins with the rows of a partition. */
    Cursor open(Iterator<Row> rows);

    /** Where a partition is read; used by one thread. */
    interface Cursor {

        /** Goes to the next row that comes out; false where there is none. */
        boolean next();

        /** The row that predictions are appended to. */
        Row row();

        /**
         * Copies what the network reads to {@code bytes} or {@code floats}, whichever it takes, from {@code at} on.
         *
         * @return steps of a sequence, 1 of rows without steps; 0 where the row cannot be scored
         */
        int copy(byte[] bytes, float[] floats, int at);
    }
}
