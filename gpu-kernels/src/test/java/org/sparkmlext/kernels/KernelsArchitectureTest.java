package org.sparkmlext.kernels;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Who may see whom in the kernel module. */
class KernelsArchitectureTest {

    private static final String SPI = "org.sparkmlext.kernels";
    private static final String TREE = SPI + ".tree";
    private static final String GRAPH = SPI + ".graph";
    private static final String PLAN = GRAPH + ".plan";
    private static final String CPU = SPI + ".cpu";
    private static final String CPU_GRAPH = CPU + ".graph";
    private static final String CUDA = SPI + ".cuda";
    private static final String UNCHECKED = CPU + ".UncheckedCellAdder";
    /** oneDNN, and JNA for the one call that sets its threads. */
    private static final String[] ONEDNN = {"org.bytedeco..", "com.sun.jna.."};

    private static final String[] JDK = {"java..", "org.jspecify.annotations"};

    private static final JavaClasses MODULE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(SPI);

    @Test
    void rulesHaveClassesToLookAt() {
        assertThat(MODULE.contain(Backend.class)).isTrue();
        assertThat(MODULE.stream().map(JavaClass::getPackageName)).contains(SPI, TREE, GRAPH, CPU);
    }

    @Test
    void spiSeesTheJdkOnly() {
        classes()
                .that()
                .resideInAnyPackage(SPI, TREE, GRAPH, PLAN)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(JDK[0], JDK[1], SPI, TREE, GRAPH, PLAN)
                .check(MODULE);
    }

    @Test
    void cpuSeesTheSpiOnly() {
        classes()
                .that()
                .resideInAPackage(CPU + "..")
                .and()
                .doNotHaveFullyQualifiedName(UNCHECKED)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(JDK[0], JDK[1], SPI, TREE, GRAPH, PLAN, CPU + "..", ONEDNN[0], ONEDNN[1])
                .check(MODULE);
    }

    @Test
    void treesAndNetworksDoNotKnowEachOther() {
        noClasses()
                .that()
                .resideInAPackage(TREE)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(GRAPH)
                .check(MODULE);
        noClasses()
                .that()
                .resideInAPackage(GRAPH)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(TREE)
                .check(MODULE);
    }

    @Test
    void oneDnnOnlyInTheNetworksOfTheCpu() {
        noClasses()
                .that()
                .resideOutsideOfPackage(CPU_GRAPH)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ONEDNN[0])
                .check(MODULE);
    }

    /** Memory without bounds is for one small class, which must be there for the rule to mean anything. */
    @Test
    void oneClassSeesUncheckedMemory() {
        assertThat(MODULE.contain(UNCHECKED)).isTrue();
        classes()
                .that()
                .haveFullyQualifiedName(UNCHECKED)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(JDK[0], JDK[1], "sun.misc", CPU)
                .check(MODULE);
    }

    @Test
    void nobodyNamesABackend() {
        noClasses()
                .that()
                .resideOutsideOfPackages(CPU + "..", CUDA + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(CPU + "..", CUDA + "..")
                .check(MODULE);
    }

    @Test
    void jcudaOnlyInCuda() {
        noClasses()
                .that()
                .resideOutsideOfPackage(CUDA + "..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jcuda..")
                .check(MODULE);
    }

    @Test
    void onlyTheProviderOfABackendIsPublic() {
        classes()
                .that()
                .resideInAPackage(CPU + "..")
                .and()
                .haveModifier(JavaModifier.PUBLIC)
                .and()
                .doNotHaveFullyQualifiedName(CPU_GRAPH + ".CpuGraphKernels")
                .should()
                .beAssignableTo(BackendProvider.class)
                .check(MODULE);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching(SPI + ".(*)..").should().beFreeOfCycles().check(MODULE);
    }
}
