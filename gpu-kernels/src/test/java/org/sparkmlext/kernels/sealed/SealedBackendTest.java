package org.sparkmlext.kernels.sealed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.tree.RowPartition;
import org.sparkmlext.kernels.tree.RowRange;
import org.sparkmlext.kernels.tree.TreeKernelsContract;

/** The sealed back end obeys the same contract, and its memory says nothing to others. */
class SealedBackendTest {

    private static final BackendOptions OPTIONS = BackendOptions.threads(1);

    @Nested
    class Contract extends TreeKernelsContract {
        @Override
        protected Backend open() {
            return new SealedBackendProvider().open(OPTIONS);
        }
    }

    @Test
    void otherBackendsCannotReadIt() {
        try (SealedBackend sealed = new SealedBackendProvider().open(OPTIONS);
                Backend cpu = Backends.open("cpu", OPTIONS).backend();
                Buffer gradients = sealed.allocate(ElementType.LONG, 4);
                RowPartition partition = cpu.trees().allocatePartition(4)) {
            List<RowRange> leaves = List.of(new RowRange(0, 4));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> cpu.trees().leafSums(gradients, partition, leaves))
                    .withMessageContaining("another back end");
        }
    }

    @Test
    void isFoundByName() {
        try (Backend sealed = Backends.open("sealed", OPTIONS).backend()) {
            assertThat(sealed).isInstanceOf(SealedBackend.class);
        }
    }

    @Test
    void openResourcesAreCounted() {
        try (SealedBackend sealed = new SealedBackendProvider().open(OPTIONS)) {
            Buffer buffer = sealed.allocate(ElementType.INT, 3);
            RowPartition partition = sealed.trees().allocatePartition(3);
            assertThat(sealed.numOpenResources()).isEqualTo(2);
            buffer.close();
            buffer.close();
            partition.close();
            assertThat(sealed.numOpenResources()).isZero();
        }
    }

    @Test
    void memoryIsEnciphered() {
        try (SealedBackend sealed = new SealedBackendProvider().open(OPTIONS)) {
            SealedMemory one = new SealedMemory(sealed, "longs", 2);
            SealedMemory other = new SealedMemory(sealed, "longs", 2);
            one.set(0, 7);
            one.set(1, 7);
            other.set(0, 7);
            assertThat(one.get(0)).isEqualTo(one.get(1)).isEqualTo(other.get(0)).isEqualTo(7);
            assertThat(one.raw(0)).isNotEqualTo(7).isNotEqualTo(one.raw(1)).isNotEqualTo(other.raw(0));
        }
    }
}
