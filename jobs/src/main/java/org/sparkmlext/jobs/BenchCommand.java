package org.sparkmlext.jobs;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "bench", description = "Makes the published figures.")
final class BenchCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        throw new BadInputException("being written");
    }
}
