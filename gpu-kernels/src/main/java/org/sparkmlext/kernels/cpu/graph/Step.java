package org.sparkmlext.kernels.cpu.graph;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.Pointer;
import org.sparkmlext.kernels.graph.RunKey;

/** One thing a program does. Made while tensors have no address yet, then bound, then run many times. */
abstract class Step {

    private final Label label;
    private final List<Tensor> reads = new ArrayList<>();
    private final List<Tensor> writes = new ArrayList<>();
    private final List<Tensor> results = new ArrayList<>();
    private final List<Numbers> numbers = new ArrayList<>();

    /** Numbers in memory, for one who looks at them when the tensors' descriptions are gone. */
    record Numbers(Pointer address, long bytes, memory.data_type type) {}

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

    /** What this step has written, as far as it is numbers. */
    final List<Numbers> numbers() {
        return numbers;
    }

    /** Every tensor it touches. */
    final List<Tensor> tensors() {
        List<Tensor> all = new ArrayList<>(reads);
        all.addAll(writes);
        return all;
    }

    /** Takes the addresses of its tensors. */
    final void bind(Binding binding) {
        for (Tensor result : results) {
            numbers.add(new Numbers(
                    result.storage().address(binding.arena()), result.desc().get_size(), result.type()));
        }
        prepare(binding);
    }

    abstract void prepare(Binding binding);

    abstract void run(RunKey key);
}
