package org.sparkmlext.kernels.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.sealed.SealedBackend;

/** The reference obeys the contract that it is the measure of: on the sealed back end, in both precisions. */
class ReferenceGraphKernelsTest extends GraphKernelsContract {

    private final List<SealedBackend> opened = new ArrayList<>();

    @Override
    protected Backend open() {
        SealedBackend backend = new SealedBackend();
        opened.add(backend);
        return backend;
    }

    @AfterEach
    void nothingIsLeftOpen() {
        assertThat(opened).isNotEmpty().allMatch(backend -> backend.numOpenResources() == 0);
    }
}
