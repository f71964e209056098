package org.sparkmlext.jobs.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A main class to time, in a process of its own. */
public interface TimedSystem {

    /** In tables, on the command line and as the name of its log. */
    String name();

    /** Folder below {@code jobs/peers} of the peer, or of the Spark that ours runs on; empty for ours on the Spark of this process. */
    String module();

    /** Main class of one run; or a script in the module's folder, whose name ends in {@code .py}. */
    String mainClass();

    /** Whether it runs in Python, not in a JVM. */
    default boolean isScript() {
        return mainClass().endsWith(".py");
    }

    /** {@code key=value} beyond those every run gets. */
    List<String> arguments();

    /** What distinguishes it, for the table's notes. */
    String variant();

    /** Whether it is ours. */
    boolean isOwn();

    /** What stands before {@code java}, such as a command that binds the process to a core; mostly nothing. */
    default List<String> launcher() {
        return List.of();
    }

    /**
     * Options of its JVM beyond those that all have.
     *
     * @param target the module's build folder; that of the log for ours
     */
    default List<String> javaOptions(Path target) {
        return List.of();
    }

    /**
     * Environment variables beyond this process's.
     *
     * @param work folder that runs may write to
     */
    default Map<String, String> environment(Path work) {
        return Map.of();
    }
}
