package org.sparkmlext.testing;

/** The executors of this JVM's {@code local-cluster}, each a process of its own. */
public final class ExecutorProcesses {

    private ExecutorProcesses() {}

    /** Ends one of them as {@code kill -9} does; returns whether there was one. */
    public static boolean killOne() {
        return ProcessHandle.current()
                .descendants()
                .filter(p -> p.info().commandLine().orElse("").contains("CoarseGrainedExecutorBackend"))
                .findFirst()
                .map(ProcessHandle::destroyForcibly)
                .orElse(false);
    }
}
