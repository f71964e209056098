package org.sparkmlext.ml.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.apache.spark.ml.PipelineStage;
import org.junit.jupiter.api.Test;

/** No stage escapes {@link StageContract} or {@link TransformerContract}. */
class StageContractCoverageTest {

    @Test
    void everyConcreteStageHasAContractSuite() throws Exception {
        Set<Class<?>> covered = new HashSet<>();
        for (Class<?> suite : StageClasses.of(StageContract.class, StageContract.class)) {
            var constructor = suite.getDeclaredConstructor();
            constructor.setAccessible(true);
            StageContract<?, ?> contract = (StageContract<?, ?>) constructor.newInstance();
            covered.add(contract.newEstimator().getClass());
            covered.add(contract.modelClass());
        }
        for (Class<?> suite : StageClasses.of(TransformerContract.class, TransformerContract.class)) {
            var constructor = suite.getDeclaredConstructor();
            constructor.setAccessible(true);
            TransformerContract<?> contract = (TransformerContract<?>) constructor.newInstance();
            covered.add(contract.newTransformer().getClass());
        }
        assertThat(covered)
                .isNotEmpty()
                .containsExactlyInAnyOrderElementsOf(StageClasses.of(PipelineStage.class, FittedClassifier.class));
    }
}
