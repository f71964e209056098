package org.sparkmlext.kernels.cpu.graph;

import java.util.ArrayList;
import java.util.List;
import org.sparkmlext.kernels.graph.RunKey;

/** One thing a program does. Made while tensors have no address yet, then bound, then run many times. */
abstract class Step {

    private final Label label;
    private final List<Tensor> reads = new ArrayList<>();
    private final List<Tensor> writes = new ArrayList<>();
    private final List<Tensor> results = new ArrayList<>();

    /**
     * For messages and profiles.
     *
     * @param layer name of the layer
     * @param what name of the op, or {@code reorder}
     * @param detail name of the kernel
     */
    record Label(String layer, String what, String detail) {

        static final String REORDER = "reorder";

        boolean isReorder() {
            return what.equals(REORDER);
        }
    }

    Step(Label label) {
        this.label = label;
    }

    final Label label() {
        return label;
    }

    final void reads(Tensor tensor) {
        reads.add(tensor);
    }

    final void writes(Tensor tensor) {
        writes.add(tensor);
    }

    /** Says that a written tensor holds numbers, in which NaN and infinity can be looked for. */
    final void results(Tensor tensor) {
        results.add(tensor);
    }

    /** Tensors with numbers that this step has written. */
    final List<Tensor> results() {
        return results;
    }

    /** Every tensor it touches. */
    final List<Tensor> tensors() {
        List<Tensor> all = new ArrayList<>(reads);
        all.addAll(writes);
        return all;
    }

    /** Takes the addresses of its tensors. */
    abstract void bind(Binding binding);

    abstract void run(RunKey key);
}
