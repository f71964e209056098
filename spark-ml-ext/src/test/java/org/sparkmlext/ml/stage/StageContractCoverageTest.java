package org.sparkmlext.ml.stage;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.ml.PipelineStage;
import org.junit.jupiter.api.Test;

/** No stage escapes {@link StageContract}. */
class StageContractCoverageTest {

    @Test
    void everyConcreteStageHasAContractSuite() throws Exception {
        var classes = new ClassFileImporter().importPackages("org.sparkmlext.ml");
        Set<String> stages = classes.stream()
                .filter(c -> c.isAssignableTo(PipelineStage.class) && isConcrete(c))
                .map(JavaClass::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> covered = new TreeSet<>();
        for (JavaClass suite : classes) {
            if (suite.isAssignableTo(StageContract.class) && isConcrete(suite)) {
                var constructor = suite.reflect().getDeclaredConstructor();
                constructor.setAccessible(true);
                StageContract<?, ?> contract = (StageContract<?, ?>) constructor.newInstance();
                covered.add(contract.newEstimator().getClass().getName());
                covered.add(contract.modelClass().getName());
            }
        }
        assertThat(stages).isNotEmpty();
        assertThat(covered).isEqualTo(stages);
    }

    private static boolean isConcrete(JavaClass c) {
        return !c.getModifiers().contains(JavaModifier.ABSTRACT);
    }
}
