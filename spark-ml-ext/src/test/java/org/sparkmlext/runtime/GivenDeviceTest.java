package org.sparkmlext.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GivenDeviceTest {

    @Test
    void anAddressIsANumber() {
        assertThat(new GivenDevice("gpu", "3", true).ordinal()).isEqualTo(3);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new GivenDevice("gpu", "GPU-8f6d", true).ordinal())
                .withMessageContaining("the gpu 'GPU-8f6d'")
                .withMessageContaining("conf/gpu-discovery.sh");
    }

    @Test
    void aDeviceThatNoTaskIsToldOfIsRefusedWithTheSetting() {
        GivenDevice given = new GivenDevice("gpu", GivenDevice.UNKNOWN, false);
        assertThat(given.key("h")).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(given::ordinal)
                .withMessageContaining("spark.executor.resource.gpu.amount")
                .withMessageContaining("Set spark.task.resource.gpu.amount before");
    }

    @Test
    void outsideOfATaskItIsTheFirst() {
        assertThat(GivenDevice.ordinal(null, "cuda")).isZero();
    }

    @Test
    void whatNeedsNoDeviceSharesNone() {
        assertThat(new GivenDevice("", "0", false).key("h")).isEmpty();
        assertThat(new GivenDevice("", "0", false).text()).isEmpty();
        assertThat(new GivenDevice("gpu", "1", true).key("h")).isEqualTo("gpu 1 of h");
    }

    /** The script that clusters run, where CUDA_VISIBLE_DEVICES says what there is. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            4         | {"name": "gpu", "addresses": ["0"]}
            2,3,7     | {"name": "gpu", "addresses": ["0", "1", "2"]}
            GPU-1,GPU-2 | {"name": "gpu", "addresses": ["0", "1"]}""")
    void visibleDevicesAreCountedFromZero(String visible, String found) throws Exception {
        Process script = discovery(visible);
        assertThat(text(script)).isEqualTo(found);
        assertThat(script.exitValue()).isZero();
    }

    @Test
    void noVisibleDeviceIsAnError() throws Exception {
        Process script = discovery("");
        assertThat(text(script)).isEqualTo("gpu-discovery.sh: no GPU is visible here");
        assertThat(script.exitValue()).isEqualTo(1);
    }

    private static Process discovery(String visible) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(Path.of("..", "conf", "gpu-discovery.sh").toString()).redirectErrorStream(true);
        builder.environment().put("CUDA_VISIBLE_DEVICES", visible);
        return builder.start();
    }

    private static String text(Process script) throws Exception {
        String text = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(script.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return text;
    }
}
