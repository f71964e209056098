package org.sparkmlext.kernels.graph;

import java.util.List;
import java.util.Optional;
import org.sparkmlext.kernels.Buffer;

/**
 * A graph compiled for one device: memory planned once, layouts chosen by the back end from end to end.
 *
 * <p>Driven by one thread at a time, which may be another one than compiled it. Buffers it hands out belong to it and die with it.
 * The same inputs and parameters give the same bits, run after run, for a fixed number of threads.
 */
public interface Program extends AutoCloseable {

    Graph graph();

    /**
     * The buffer of an input, in plain order, of type FLOAT, INT, LONG or BYTE as the graph says (NUMBER is written as FLOAT).
     *
     * @throws IllegalArgumentException if the graph has no such input; the message lists those it has
     */
    Buffer input(String name);

    /** The buffer of an output, FLOAT in plain order; overwritten by the next run. */
    Buffer output(String name);

    /** Takes over parameters and state from the model's memory; call after every change of them and before the first run. */
    void loadParameters();

    /**
     * Computes all nodes; a training graph overwrites {@link ModelMemory#additive}. Blocks until done.
     *
     * @throws org.sparkmlext.kernels.KernelException if the device fails; the message names the layer where the device can tell: what runs as
     *     one graph of launches fails as one
     */
    void run(RunKey key, AdditiveListener listener);

    /**
     * As {@link #run(RunKey, AdditiveListener)}, but a device that computes by itself may go on after the return. Whatever then reads what
     * the run writes waits for it, and so does every change of what it reads; what fails comes out there at the latest.
     */
    default void start(RunKey key, AdditiveListener listener) {
        run(key, listener);
    }

    /** Without a listener. */
    default void run(RunKey key) {
        run(key, AdditiveListener.NONE);
    }

    /**
     * Runs again with the inputs as they are, looks at every value and says where the first NaN or infinity came up, if any. Overwrites the
     * additive array as a run does.
     */
    Optional<NonFinite> findNonFinite(RunKey key);

    /** Bytes of memory the program holds, without the model's own. */
    long memoryBytes();

    /** Mean time of each step over some runs. */
    List<StepTime> profile(RunKey key, int runs);

    /** Frees the memory. Closing twice is allowed. */
    @Override
    void close();
}
