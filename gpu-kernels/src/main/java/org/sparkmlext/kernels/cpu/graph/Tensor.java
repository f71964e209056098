package org.sparkmlext.kernels.cpu.graph;

import org.bytedeco.dnnl.memory;

/** Values in memory: type, shape and layout as oneDNN describes them, and where they lie. */
record Tensor(memory.desc desc, Storage storage) {

    /** New memory for values of this description. */
    static Tensor of(memory.desc desc) {
        return new Tensor(desc, Storage.planned(desc.get_size()));
    }

    /** The same memory, described in another way. */
    Tensor as(memory.desc other) {
        return new Tensor(other, storage);
    }

    boolean has(memory.desc other) {
        return desc.equals(other);
    }

    memory.data_type type() {
        return desc.get_data_type();
    }
}
