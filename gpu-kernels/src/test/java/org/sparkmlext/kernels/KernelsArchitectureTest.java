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
    private static final String CPU = SPI + ".cpu";
    private static final String CUDA = SPI + ".cuda";
    private static final String UNCHECKED = CPU + ".UncheckedCellAdder";
    private static final String[] JDK = {"java..", "org.jspecify.annotations"};

    private static final JavaClasses MODULE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(SPI);

    @Test
    void rulesHaveClassesToLookAt() {
        assertThat(MODULE.contain(Backend.class)).isTrue();
        assertThat(MODULE.stream().map(JavaClass::getPackageName)).contains(SPI, TREE, CPU);
    }

    @Test
    void spiSeesTheJdkOnly() {
        classes()
                .that()
                .resideInAnyPackage(SPI, TREE)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(JDK[0], JDK[1], SPI, TREE)
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
                .resideInAnyPackage(JDK[0], JDK[1], SPI, TREE, CPU + "..")
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
                .should()
                .beAssignableTo(BackendProvider.class)
                .check(MODULE);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching(SPI + ".(*)..").should().beFreeOfCycles().check(MODULE);
    }
}
