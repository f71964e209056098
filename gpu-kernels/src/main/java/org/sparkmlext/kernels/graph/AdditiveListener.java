package org.sparkmlext.kernels.graph;

/** Hears which parts of {@link ModelMemory#additive} are complete while a program still computes, so that sums over ranks may start. */
@FunctionalInterface
public interface AdditiveListener {

    /** Pays no attention. */
    AdditiveListener NONE = (from, to) -> {};

    /**
     * {@code [from, to)} has its final values. Parts come in the same order in every run of graphs of the same network, are disjoint
     * and cover the array when the run ends; each comes as soon as it is complete, or together with some that follow where it costs a device
     * to be asked. Called by the thread that runs the program, which may compute on meanwhile: copy the part or begin its sum ({@link AdditiveSums}), and do
     * nothing else with the back end.
     */
    void complete(int from, int to);
}
