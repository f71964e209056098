package org.sparkmlext.kernels.cpu.graph;

import java.nio.IntBuffer;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.graph.Node;

/**
 * Goes over the rows of a batch on several threads, each row with its length.
 *
 * @param lengths INT N, or null where every row has all steps
 */
record RowLoop(Node node, @Nullable Tensor lengths, int rows, int steps) {

    /** More parts than threads, so that one that is late does not hold up the others. */
    private static final int PARTS = 8;

    /** What is done with a row of a given length; rows come on any thread, each once. */
    interface OnRow {
        void run(int row, int length);
    }

    /** Work that checks all lengths, then goes over the rows. */
    JavaStep.Work work(Binding binding, OnRow onRow) {
        IntBuffer given = lengths == null ? null : binding.bytes(lengths).asIntBuffer();
        int parts = Math.min(PARTS, rows);
        int[] checked = new int[rows];
        return key -> {
            check(given, checked);
            binding.loop()
                    .accept(
                            part -> {
                                int end = (int) ((long) rows * (part + 1) / parts);
                                for (int row = (int) ((long) rows * part / parts); row < end; row++) {
                                    onRow.run(row, checked[row]);
                                }
                            },
                            parts);
        };
    }

    /** Reads the lengths as the caller gave them. */
    void check(@Nullable IntBuffer given, int[] checked) {
        for (int row = 0; row < rows; row++) {
            int length = given == null ? steps : given.get(row);
            if (length < 0 || length > steps) {
                throw new IllegalArgumentException("layer '" + node.layer() + "': row " + row
                        + " of the batch has length " + length + "; allowed are 0 to " + steps);
            }
            checked[row] = length;
        }
    }

    /** Says that a step reads the lengths. */
    JavaStep readBy(JavaStep step) {
        return lengths == null ? step : step.read(lengths);
    }
}
