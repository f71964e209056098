package org.sparkmlext.kernels.cpu.graph;

import org.bytedeco.dnnl.memory;
import org.sparkmlext.kernels.graph.Value;

/**
 * A value of floats in plain order that a primitive makes in a layout of its own, possibly under another shape: gradients of weights.
 *
 * @param made what the primitive writes
 * @param plain where the value lies in the end; the same where the primitive's layout is plain
 * @param view how the primitive sees what lies there
 */
record PlainResult(Compilation c, Value value, Tensor made, Tensor plain, memory.desc view) {

    static PlainResult of(Compilation c, Value value, memory.desc desc) {
        return of(c, value, desc, Layouts.plain(Layouts.F32, Layouts.sizes(desc)));
    }

    /** @param view plain order of the value under the sizes and axes of the primitive */
    static PlainResult of(Compilation c, Value value, memory.desc desc, memory.desc view) {
        Tensor plain = c.makePlain(value);
        boolean isPlain = desc.equals(view);
        return new PlainResult(c, value, isPlain ? plain.as(desc) : Tensor.of(desc), plain, view);
    }

    /** To be called after the primitive's step was added. */
    void define() {
        if (made.storage() != plain.storage()) {
            c.steps().reorder(made, plain.as(view));
        }
        c.values().define(value, plain);
    }
}
