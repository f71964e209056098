package org.sparkmlext.kernels.cpu.graph;

import java.nio.ByteBuffer;
import java.util.function.IntConsumer;
import java.util.function.ObjIntConsumer;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.stream;

/**
 * What steps need to become runnable.
 *
 * @param loop runs an item for each number below a count, on several threads
 */
record Binding(
        engine engine, stream stream, NativeMemory arena, NativeObjects objects, ObjIntConsumer<IntConsumer> loop) {

    /** The library's object for a tensor. */
    memory memory(Tensor tensor) {
        return objects.keep(new memory(tensor.desc(), engine, tensor.storage().address(arena)));
    }

    /** The bytes of a tensor; less than 2 GiB. */
    ByteBuffer bytes(Tensor tensor) {
        return NativeMemory.view(tensor.storage().address(arena), tensor.desc().get_size());
    }
}
