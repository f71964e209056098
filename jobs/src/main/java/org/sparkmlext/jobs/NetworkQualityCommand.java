package org.sparkmlext.jobs;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.jobs.bench.NetworkQuality;
import org.sparkmlext.jobs.bench.NetworkRecipe;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.input.NearestName;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes the published figures of networks' accuracy. */
@Command(
        name = "network-quality",
        description =
                "Trains networks on public sets of images, sequences and texts with several seeds and prints their accuracy, or the"
                        + " error of their forecasts: on a validation part of the training rows, or with --test on the test rows.")
final class NetworkQualityCommand implements Callable<Integer> {

    @Spec
    CommandSpec spec;

    @Mixin
    SessionOptions sessionOptions;

    @Option(names = "--recipes", split = ",", description = "Sets with settings (default: all).")
    @Nullable
    List<String> recipes;

    @Option(names = "--seeds", description = "Runs of each recipe, each with the next seed.", defaultValue = "1")
    int seeds;

    @Option(names = "--first-seed", description = "Seed of the first run.", defaultValue = "1")
    int firstSeed;

    @Option(names = "--test", description = "Train on all training rows and look at the test rows.")
    boolean onTest;

    @Option(names = "--set", description = "Param=value that replaces a recipe's; may be repeated.")
    Map<String, String> changed = new LinkedHashMap<>();

    @Option(names = "--data", description = "Directory of the public sets (default: SPARKMLEXT_DATA).")
    @Nullable
    String data;

    @Option(names = "--directory", description = "Unpacked images and texts.", defaultValue = "target/bench")
    Path directory = Path.of("target/bench");

    @Override
    public Integer call() {
        String directoryOfSets = data != null ? data : System.getenv("SPARKMLEXT_DATA");
        if (directoryOfSets == null) {
            throw new BadInputException("the directory of the public data sets is needed: --data, or SPARKMLEXT_DATA");
        }
        if (seeds < 1) {
            throw new BadInputException("--seeds must be at least 1, got " + seeds);
        }
        new NetworkQuality(
                        new NetworkQuality.Plan(
                                chosen(),
                                Path.of(directoryOfSets).toAbsolutePath(),
                                directory.toAbsolutePath(),
                                firstSeed,
                                seeds,
                                onTest,
                                changed),
                        Main.output(spec))
                .run(SessionOptions.session("spark-ml-ext bench network-quality"));
        return 0;
    }

    private List<NetworkRecipe> chosen() {
        List<NetworkRecipe> chosen = new ArrayList<>();
        for (String name : recipes == null ? NetworkRecipe.names() : recipes) {
            chosen.add(Arrays.stream(NetworkRecipe.values())
                    .filter(one -> one.text().equals(name))
                    .findFirst()
                    .orElseThrow(
                            () -> new BadInputException(NearestName.unknown("recipe", name, NetworkRecipe.names()))));
        }
        return chosen;
    }
}
