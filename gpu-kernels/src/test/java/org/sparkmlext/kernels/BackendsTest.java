package org.sparkmlext.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Discovery: auto falls back and says why, a name never does. */
class BackendsTest {

    private static final BackendOptions OPTIONS = BackendOptions.threads(1);

    /** Offers the real CPU back end, or nothing, under another name. */
    private record Offer(String name, int rank, Availability first) implements BackendProvider {
        /** Devices behind the first are as good as can be. */
        @Override
        public Availability availability(int ordinal) {
            return ordinal == 0 ? first : Availability.yes("device " + ordinal);
        }

        @Override
        public Backend open(BackendOptions options) {
            return Backends.open("cpu", options).backend();
        }

        @Override
        public String remark() {
            return "but " + name;
        }
    }

    private static final Offer FAST = new Offer("fast", 9, Availability.no("no such card"));
    private static final Offer SLOW = new Offer("slow", 1, Availability.yes("always"));

    @Test
    void autoFindsTheCpuOnThisClassPath() {
        Backends.Choice choice = Backends.open(Backends.AUTO, OPTIONS);
        try (Backend backend = choice.backend()) {
            assertThat(backend.name()).isEqualTo("cpu");
            assertThat(choice.reason()).startsWith("cpu");
        }
        assertThat(Backends.describeAll()).anyMatch(line -> line.matches("cpu: available, \\d+ cores"));
    }

    @Test
    void whatCanBeUsedIsDescribedWithWhatElseThereIsToSay() {
        assertThat(Backends.describeAll(device -> 0, List.of(FAST, SLOW)))
                .containsExactly("fast: not available, no such card", "slow: available, always; but slow");
    }

    @Test
    void autoFallsBackWithTheReason() {
        Backends.Choice choice = Backends.open(Backends.AUTO, OPTIONS, List.of(FAST, SLOW));
        choice.backend().close();
        assertThat(choice.reason()).isEqualTo("slow (fast: no such card)");
    }

    @Test
    void aNameNeverFallsBack() {
        assertThatThrownBy(() -> Backends.open("fast", OPTIONS, List.of(FAST, SLOW)))
                .isInstanceOf(KernelException.class)
                .hasMessageContaining("'fast'")
                .hasMessageContaining("no such card")
                .hasMessageContaining("'auto'");
    }

    @Test
    void theDeviceThatIsOpenedIsTheOneThatIsJudged() {
        BackendOptions second = new BackendOptions(1, 1);
        for (String device : List.of("fast", Backends.AUTO)) {
            Backends.Choice choice = Backends.open(device, second, List.of(FAST, SLOW));
            choice.backend().close();
            assertThat(choice.reason()).startsWith("fast");
        }
        assertThat(Backends.describeAll(device -> device.equals("fast") ? 1 : 0, List.of(FAST, SLOW)))
                .containsExactly("fast: available, device 1; but fast", "slow: available, always; but slow");
        assertThat(Backends.describeAll(
                        device -> {
                            throw new IllegalArgumentException("nobody knows which");
                        },
                        List.of(SLOW)))
                .containsExactly("slow: not available, nobody knows which");
    }

    @Test
    void whatAWorkerNeedsOneOfIsKnownWithoutTheDevice() {
        assertThat(Backends.resource("cuda")).isEqualTo("gpu");
        assertThat(Backends.resource("cpu")).isEmpty();
        assertThat(Backends.resource(Backends.AUTO))
                .as("the CPU has the highest rank")
                .isEmpty();
        assertThat(Backends.resource("toaster")).isEmpty();
    }

    @Test
    void aNameMayBeOfAnyRank() {
        Backends.Choice choice = Backends.open("slow", OPTIONS, List.of(FAST, SLOW));
        choice.backend().close();
        assertThat(choice.reason()).contains("by name");
    }

    @Test
    void anUnknownNameListsTheKnownOnes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Backends.open("gpu", OPTIONS, List.of(FAST, SLOW)))
                .withMessageContaining("'gpu'")
                .withMessageContaining("auto, fast, slow");
    }

    @Test
    void nothingToRunOnIsAnErrorWithReasons() {
        assertThatThrownBy(() -> Backends.open(Backends.AUTO, OPTIONS, List.of(FAST)))
                .isInstanceOf(KernelException.class)
                .hasMessageContaining("fast: no such card");
        assertThatThrownBy(() -> Backends.open(Backends.AUTO, OPTIONS, List.of()))
                .isInstanceOf(KernelException.class)
                .hasMessageContaining("none on the class path");
    }

    @Test
    void aBrokenEntryIsNamed(@TempDir Path folder) throws Exception {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(services.resolve(BackendProvider.class.getName()), "org.example.NotThere\n");
        try (URLClassLoader broken = withOwnKernels(folder)) {
            Class<?> backends = broken.loadClass(Backends.class.getName());
            assertThatThrownBy(() -> backends.getMethod("describeAll").invoke(null))
                    .cause()
                    .hasMessageContaining("META-INF/services")
                    .hasMessageContaining("org.example.NotThere");
        }
    }

    /** A loader that has its own copy of these classes and, first on its path, the given folder. */
    private static URLClassLoader withOwnKernels(Path first) throws IOException {
        URL classes = Backends.class.getProtectionDomain().getCodeSource().getLocation();
        URL[] path = {first.toUri().toURL(), classes};
        return new URLClassLoader(path, ClassLoader.getPlatformClassLoader());
    }

    @Test
    void optionsAreChecked() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BackendOptions.threads(0))
                .withMessageContaining("numThreads is 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BackendOptions(1, -1))
                .withMessageContaining("ordinal is -1");
    }
}
