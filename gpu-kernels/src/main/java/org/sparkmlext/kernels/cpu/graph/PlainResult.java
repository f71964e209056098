package org.sparkmlext.kernels.cpu.graph;

import org.bytedeco.dnnl.memory;
import org.sparkmlext.kernels.graph.Value;

/**
 * A value of floats in plain order that a primitive makes in a layout of its own, possibly under another shape: gradients of weights.
 *
 * @param made what the primitive writes
 * @param plain where the value lies in the end; the same where the primitive's layout is plain
 */
record PlainResult(Compilation c, Value value, Tensor made, Tensor plain) {

    static PlainResult of(Compilation c, Value value, memory.desc desc) {
        Tensor plain = c.makePlain(value);
        boolean isPlain = Layouts.isPlain(desc);
        return new PlainResult(c, value, isPlain ? plain.as(desc) : Tensor.of(desc), plain);
    }

    /** To be called after the primitive's step was added. */
    void define() {
        if (made.storage() != plain.storage()) {
            c.steps().reorder(made, plain.as(Layouts.plain(Layouts.F32, Layouts.sizes(made.desc()))));
        }
        c.values().define(value, plain);
    }
}
