package org.sparkmlext.kernels.cpu.graph;

import java.util.ArrayDeque;
import java.util.Deque;
import org.bytedeco.javacpp.Pointer;

/** JavaCPP's objects that outlive the scope they are made in; freed in the opposite order. */
final class NativeObjects implements AutoCloseable {

    private final Deque<Pointer> kept = new ArrayDeque<>();

    <P extends Pointer> P keep(P pointer) {
        pointer.retainReference();
        kept.push(pointer);
        return pointer;
    }

    @Override
    public void close() {
        while (!kept.isEmpty()) {
            kept.pop().releaseReference();
        }
    }
}
