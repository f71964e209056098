package org.sparkmlext.kernels.cpu.graph;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.graph.RunKey;

/** A step computed in Java. */
final class JavaStep extends Step {

    private final Function<Binding, Work> binder;
    private @Nullable Work work;

    /** What it does when it runs. */
    interface Work {
        void run(RunKey key);
    }

    /** @param binder called once, when the tensors have addresses */
    JavaStep(Label label, Function<Binding, Work> binder) {
        super(label);
        this.binder = binder;
    }

    JavaStep read(Tensor tensor) {
        reads(tensor);
        return this;
    }

    /** A tensor that is written and holds numbers. */
    JavaStep write(Tensor tensor) {
        results(tensor);
        writes(tensor);
        return this;
    }

    /** A tensor that is written and holds something else. */
    JavaStep writeOpaque(Tensor tensor) {
        writes(tensor);
        return this;
    }

    @Override
    void prepare(Binding binding) {
        work = binder.apply(binding);
    }

    @Override
    void run(RunKey key) {
        Work bound = work;
        if (bound == null) {
            throw new IllegalStateException(label() + " was not bound");
        }
        bound.run(key);
    }
}
