package org.sparkmlext.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NetworkSystemTest {

    private static final Map<String, NetworkSystem> ALL = NetworkSystem.all();

    @Test
    void theUsualSystemsAreKnown() {
        assertThat(ALL.keySet()).containsAll(NetworkSystem.usual("cpu")).containsAll(NetworkSystem.usual("cuda"));
    }

    @Test
    void everySystemOfARatioIsKnown() {
        assertThat(NetworkTable.systems()).isNotEmpty().isSubsetOf(ALL.keySet());
    }

    @Test
    void withANetworkASystemHasItInNameAndArguments() {
        NetworkSystem system = ALL.get("ours-2x1-bfloat16").on("small-cnn");
        assertThat(system.name()).isEqualTo("ours-2x1-bfloat16.small-cnn");
        assertThat(system.arguments()).contains("ranks=2", "threads=1", "precision=bfloat16", "network=small-cnn");
        assertThat(system.isOwn()).isTrue();
    }

    @Test
    void onlyTheBaseOfScalingIsBoundToACore() {
        ALL.forEach((name, system) -> assertThat(system.launcher().isEmpty()).isEqualTo(!name.contains("1x1")));
    }

    @Test
    void dl4jTrainsTheSmallNetworkOnly() {
        assertThat(ALL.get("dl4j").trains("vgg-cifar")).isFalse();
        assertThat(ALL.get("dl4j").trains("small-cnn")).isTrue();
        assertThat(NetworkSystem.usual("cpu").stream()
                        .filter(name -> ALL.get(name).trains("lstm-attention")))
                .containsExactly(
                        "ours-1x2-float32",
                        "ours-2x1-float32",
                        "spark-local-2x1-float32",
                        "spark-local-1x2-float32",
                        "spark-cluster-2x1-float32",
                        "libtorch-contiguous-float32",
                        "ours-1x2-bfloat16",
                        "libtorch-bytedeco-channels_last-bfloat16");
        assertThat(ALL.get("dl4j").isOwn()).isFalse();
    }

    @Test
    void systemsOfAGpuAreUsualThereAlone() {
        assertThat(NetworkSystem.usual("cpu")).noneMatch(name -> name.contains("cuda") || name.contains("gpu"));
        assertThat(NetworkSystem.usual("cuda")).allMatch(name -> name.contains("cuda") || name.contains("gpu"));
        assertThat(NetworkSystem.usual("cuda").stream()
                        .filter(name -> ALL.get(name).trains("lstm-attention")))
                .contains("ours-cuda-bfloat16", "torch-gpu-graph-bfloat16", "torch-gpu-graph-float16")
                .doesNotContain("torch-gpu-compiled-bfloat16");
        assertThat(NetworkSystem.usual("cuda").stream()
                        .filter(name -> ALL.get(name).trains("vgg-cifar")))
                .contains("ours-cuda-bfloat16", "torch-gpu-eager-bfloat16", "torch-gpu-compiled-bfloat16")
                .doesNotContain("torch-gpu-graph-float16");
        assertThat(ALL.get("ours-cuda-bfloat16").on("vgg-cifar").arguments())
                .contains("device=cuda", "precision=bfloat16", "network=vgg-cifar");
        assertThat(ALL.get("ours-cuda-libraries-bfloat16").on("vgg-cifar").arguments())
                .contains("device=cuda", "precision=bfloat16", "products=auto");
        assertThat(ALL.get("torch-gpu-graph-bfloat16").isScript()).isTrue();
    }

    @Test
    void theLibraryOfPyTorchIsFoundBeforeThatOfTheBindings() {
        assertThat(ALL.get("libtorch-contiguous-float32").javaOptions(Path.of("target")))
                .contains("-Dorg.bytedeco.javacpp.pathsFirst=true", "-Djava.library.path=" + Path.of("target/native"));
        assertThat(ALL.get("libtorch-bytedeco-channels_last-bfloat16").javaOptions(Path.of("target")))
                .isEmpty();
    }

    @Test
    void libtorchKeepsItsMemoryBetweenSteps() {
        ALL.forEach(
                (name, system) -> assertThat(system.environment(Path.of("work")).keySet())
                        .as(name)
                        .matches(keys -> keys.contains("MALLOC_MMAP_THRESHOLD_") == name.startsWith("libtorch")));
    }

    @Test
    void bothNetworksCanBeBuilt() {
        // The counts of libtorch's twins: the same weights, biases, scales and shifts.
        assertThat(BenchNetworks.named("vgg-cifar").summary()).contains("3,251,018 parameters");
        assertThat(BenchNetworks.named("small-cnn").summary()).contains("1,625,866 parameters");
    }
}
