package org.sparkmlext.jobs.bench;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Times several systems on the same data: round after round, in each round every system once, so that whatever changes on
 * the machine meets all of them.
 */
public final class Comparison {
    /** Which systems start from an archive of their classes (class data sharing of the JVM), made by a run that is not timed. */
    public enum Archives {
        /** None: every JVM reads and verifies its classes from jars. */
        NONE,
        /** Ours, as the launcher does it for its users by itself. */
        OURS,
        /** All alike. */
        ALL;

        boolean covers(BenchSystem system) {
            return this == ALL || (this == OURS && system.isOwn());
        }
    }

    private static final int TREES_OF_ARCHIVING = 2;

    private final Plan plan;
    private final PrintStream out;

    /**
     * @param systems in the order of each round
     * @param data folder of the generated set
     * @param set name of the set
     * @param trees boosting rounds
     * @param threads cores every system gets
     * @param heap of every JVM
     * @param archives which systems start from an archive of their classes
     * @param repeat runs of each system
     * @param quietSeconds longest wait for an idle machine before a run
     * @param limitSeconds longest run
     * @param peers folder of the peers' modules
     * @param work folder for logs and the runs' lines ({@code results.jsonl})
     */
    public record Plan(
            List<BenchSystem> systems,
            Path data,
            String set,
            int trees,
            int threads,
            String heap,
            Archives archives,
            int repeat,
            int quietSeconds,
            int limitSeconds,
            Path peers,
            Path work) {}

    public Comparison(Plan plan, PrintStream out) {
        this.plan = plan;
        this.out = out;
    }

    /**
     * Runs the plan; prints every run and at last the tables.
     *
     * @throws IllegalStateException at the end, if any run failed
     */
    public void run() {
        out.print(Machine.describe());
        out.println("set     " + plan.set() + ", " + plan.trees() + " trees, " + plan.threads() + " threads, -Xmx"
                + plan.heap() + ", " + plan.repeat() + " runs each, systems alternating; archives of classes: "
                + plan.archives().name().toLowerCase(Locale.ROOT));
        plan.systems().forEach(system -> out.println("system  " + system.name() + ": " + system.variant()));
        TimedProcess process = new TimedProcess(plan.peers(), plan.work(), plan.heap(), plan.limitSeconds());
        ResultTable table = new ResultTable();
        List<String> arguments = List.of(
                "data=" + plan.data().toAbsolutePath(),
                "set=" + plan.set(),
                "trees=" + plan.trees(),
                "threads=" + plan.threads());
        for (BenchSystem system : plan.systems()) {
            if (plan.archives().covers(system)) {
                List<String> few = new ArrayList<>(arguments);
                few.set(arguments.indexOf("trees=" + plan.trees()), "trees=" + TREES_OF_ARCHIVING);
                process.archiveClasses(system, few);
            }
        }
        List<String> failures = new AlternatingRuns(plan.repeat(), plan.quietSeconds(), plan.work(), out)
                .of(plan.systems(), system -> process.run(system, arguments), table::add);
        out.println();
        out.print(table.markdown());
        out.println();
        out.print(table.ratios(plan.systems()));
        out.println();
        out.println("Quiet: everything else on the machine used at most " + ResultTable.QUIET_CORES
                + " cores during the fit. fit is timed on cached input (systems called -direct: from Parquet); process is the whole"
                + " JVM; live_mb is what a collection leaves after the fit. A ratio's fit is ingest + fit.");
        AlternatingRuns.throwIfAny(failures, plan.repeat() * plan.systems().size());
    }
}
