package org.sparkmlext.jobs.bench;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Times several ways to train the same networks on the same machine, alternating. */
public final class NetworkComparison {

    /** Steps of an epoch through Spark, so that one takes some seconds and its end weighs little. */
    private static final int VGG_STEPS = 16;

    private static final int SMALL_STEPS = 128;

    private final Plan plan;
    private final PrintStream out;

    /**
     * @param systems in the order of each round
     * @param networks names, see {@link NetworkSystem#NETWORKS}
     * @param batch rows of a step over all ranks
     * @param warmSeconds of steps before those that count; through Spark it is the first epoch
     * @param seconds of steps that count
     * @param epochs through Spark, the first included
     * @param epochSteps steps of such an epoch; null: so many that it takes some seconds
     * @param heap of every JVM
     * @param repeat runs of each system
     * @param quietSeconds longest wait for an idle machine before a run
     * @param limitSeconds longest run
     * @param peers folder of the peers' modules
     * @param work folder for logs and the runs' lines ({@code results.jsonl})
     */
    public record Plan(
            List<NetworkSystem> systems,
            List<String> networks,
            int batch,
            int warmSeconds,
            int seconds,
            int epochs,
            @Nullable Integer epochSteps,
            String heap,
            int repeat,
            int quietSeconds,
            int limitSeconds,
            Path peers,
            Path work) {

        public Plan {
            systems = List.copyOf(systems);
            networks = List.copyOf(networks);
        }
    }

    public NetworkComparison(Plan plan, PrintStream out) {
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
        out.println("step    forward, backward, Adam on a batch of " + plan.batch() + " held in memory; "
                + plan.repeat()
                + " runs each, systems alternating; " + plan.warmSeconds() + " s unwatched, then " + plan.seconds()
                + " s in windows of half a second; through Spark " + plan.epochs() + " epochs, the first unwatched");
        plan.systems().forEach(system -> out.println("system  " + system.name() + ": " + system.variant()));
        List<NetworkSystem> timed = new ArrayList<>();
        for (String network : plan.networks()) {
            plan.systems().stream()
                    .filter(system -> system.trains(network))
                    .forEach(system -> timed.add(system.on(network)));
        }
        TimedProcess process = new TimedProcess(plan.peers(), plan.work(), plan.heap(), plan.limitSeconds());
        NetworkTable table = new NetworkTable();
        List<String> failures = new AlternatingRuns(plan.repeat(), plan.quietSeconds(), plan.work(), out)
                .of(timed, system -> process.run(system, arguments(system)), table::add);
        out.println();
        out.print(table.markdown());
        out.println();
        out.print(table.ratios());
        out.println();
        out.println(
                "Quiet: everything else on the machine used at most " + ResultTable.QUIET_CORES
                        + " cores meanwhile. step ms is the median of a run's windows (through Spark: epochs), and of the runs'.");
        AlternatingRuns.throwIfAny(failures, plan.repeat() * timed.size());
    }

    /**
     * The same as {@code bench networks --device cuda}, without Spark. Arguments, all {@code name=value}, with their defaults:
     * {@code networks=vgg-cifar,lstm-attention batch=512 warm=5 seconds=5 repeat=3 heap=6g limit=300 peers=jobs/peers
     * directory=target/bench}, {@code systems=} a list (the usual ones).
     */
    public static void main(String[] args) {
        RunArguments arguments = new RunArguments(args);
        String systems = arguments.text("systems", String.join(",", NetworkSystem.usual("cuda")));
        List<NetworkSystem> chosen = new ArrayList<>();
        for (String name : systems.split(",", -1)) {
            NetworkSystem system = NetworkSystem.all().get(name);
            if (system == null) {
                throw new IllegalArgumentException("system is '" + name + "'; known are "
                        + NetworkSystem.all().keySet());
            }
            chosen.add(system);
        }
        new NetworkComparison(
                        new Plan(
                                chosen,
                                List.of(arguments
                                        .text("networks", "vgg-cifar,lstm-attention")
                                        .split(",", -1)),
                                Integer.parseInt(arguments.text("batch", "512")),
                                Integer.parseInt(arguments.text("warm", "5")),
                                Integer.parseInt(arguments.text("seconds", "5")),
                                2,
                                null,
                                arguments.text("heap", "6g"),
                                Integer.parseInt(arguments.text("repeat", "3")),
                                0,
                                Integer.parseInt(arguments.text("limit", "300")),
                                Path.of(arguments.text("peers", "jobs/peers")),
                                Path.of(arguments.text("directory", "target/bench"))),
                        System.out)
                .run();
    }

    private List<String> arguments(NetworkSystem system) {
        int usual = system.name().endsWith("." + NetworkSystem.NETWORKS.get(0)) ? VGG_STEPS : SMALL_STEPS;
        int steps = plan.epochSteps() == null ? usual : plan.epochSteps();
        return List.of(
                "batch=" + plan.batch(),
                "warm=" + plan.warmSeconds(),
                "seconds=" + plan.seconds(),
                "steps=" + steps,
                "epochs=" + plan.epochs());
    }
}
