package org.sparkmlext.kernels.cuda.device;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.GpuProducts;
import org.sparkmlext.kernels.KernelException;

/** Handles and descriptions of a library, given back in the opposite order of their making. */
final class VendorObjects {

    /** What a code of a library says. */
    interface Errors {
        String text(int code);
    }

    /** Gives something back; says how that went, after which nothing is left to be done. */
    interface GiveBack {
        int of(Pointer made);
    }

    private record Made(Pointer pointer, GiveBack back) {}

    private final String library;
    private final Errors errors;
    private final Deque<Made> made = new ArrayDeque<>();

    VendorObjects(String library, Errors errors) {
        this.library = library;
        this.errors = errors;
    }

    /**
     * Something of the library.
     *
     * @throws KernelException if the library refuses it; what was made before is given back then
     */
    Pointer make(ToIntFunction<PointerByReference> how, GiveBack back, String doing) {
        PointerByReference reference = new PointerByReference();
        check(how.applyAsInt(reference), doing);
        Pointer pointer = reference.getValue();
        made.push(new Made(pointer, back));
        return pointer;
    }

    /** The same for what a call has told. */
    void check(int code, String doing) {
        if (code != 0) {
            free();
            throw failure(code, doing);
        }
    }

    KernelException failure(int code, String doing) {
        return new KernelException("cuda: " + library + ": " + doing + " failed: " + errors.text(code) + " (code "
                + code + "); set " + GpuProducts.SETTING + "=own to do without");
    }

    /** What some work gives that makes objects; if it fails, they are given back. */
    <T> T orFree(Supplier<T> work) {
        try {
            return work.get();
        } catch (RuntimeException | Error e) {
            free();
            throw e;
        }
    }

    void free() {
        while (!made.isEmpty()) {
            Made last = made.pop();
            last.back.of(last.pointer);
        }
    }

    /** A number in memory of the host, as libraries take factors. */
    static Memory number(float value) {
        Memory memory = new Memory(Float.BYTES);
        memory.setFloat(0, value);
        return memory;
    }

    static Pointer address(DeviceMemory memory) {
        return new Pointer(((StagedMemory) memory).rawAddress());
    }

    static @Nullable Pointer addressOrNull(@Nullable DeviceMemory memory) {
        return memory == null ? null : address(memory);
    }
}
