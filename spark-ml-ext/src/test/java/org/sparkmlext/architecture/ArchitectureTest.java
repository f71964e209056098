package org.sparkmlext.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sparkmlext.data.RowReader;

/** Who may see whom in this module: each arrow of the design is one test. */
class ArchitectureTest {

    private static final String OURS = "org.sparkmlext.";
    private static final String[] KERNEL_SPI = {OURS + "kernels", OURS + "kernels.tree", OURS + "kernels.graph"};
    private static final String[] JDK = {"java..", "javax..", "jdk.net..", "org.jspecify.."};

    /** This module's own classes, whether they lie in a folder or in a jar. */
    private static final JavaClasses MODULE = new ClassFileImporter()
            .importUrl(RowReader.class.getProtectionDomain().getCodeSource().getLocation());

    /** The classes of {@code data} that see Spark SQL. */
    private static final DescribedPredicate<JavaClass> READ_ROWS = DescribedPredicate.describe(
            "read rows of Spark SQL",
            c -> c.getPackageName().equals(OURS + "data")
                    && (outermost(c).endsWith("Reader")
                            || List.of("SeriesTable", "TableScan").contains(outermost(c))));

    /** Simple name of the class that a class lies in, or of itself. */
    private static String outermost(JavaClass c) {
        String name = c.getName().substring(c.getPackageName().length() + 1);
        return name.contains("$") ? name.substring(0, name.indexOf('$')) : name;
    }

    private static String[] packages(String... names) {
        List<String> all = new ArrayList<>(List.of(JDK));
        for (String name : names) {
            all.add(OURS + name + "..");
        }
        return all.toArray(String[]::new);
    }

    private static String[] withKernels(String... names) {
        List<String> all = new ArrayList<>(List.of(packages(names)));
        all.addAll(List.of(KERNEL_SPI));
        return all.toArray(String[]::new);
    }

    private static void onlySees(String from, String... to) {
        classes()
                .that()
                .resideInAPackage(OURS + from + "..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(to)
                .check(MODULE);
    }

    @Test
    void theRulesHaveClassesToLookAt() {
        for (String name : List.of(
                "ml.boosting",
                "ml.evaluation",
                "ml.feature",
                "ml.forecast",
                "ml.input",
                "ml.neural",
                "ml.picture",
                "ml.stage",
                "ml.table",
                "ml.training",
                "runtime",
                "sql",
                "training",
                "collective",
                "data",
                "tree",
                "net",
                "net.layer")) {
            assertThat(MODULE.stream().anyMatch(c -> c.getPackageName().equals(OURS + name)))
                    .as(name)
                    .isTrue();
        }
    }

    @Test
    void collectiveSeesTheJdkOnly() {
        onlySees("collective", packages("collective"));
    }

    @Test
    void dataSeesTheJdkOnlyButForTheReadersOfRows() {
        classes()
                .that()
                .resideInAPackage(OURS + "data..")
                .and(not(READ_ROWS))
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(packages("data", "training"))
                .check(MODULE);
    }

    @Test
    void trainingSeesCollectiveDataAndKernels() {
        onlySees("training", withKernels("training", "collective", "data"));
    }

    @Test
    void treeSeesTrainingCollectiveDataAndKernels() {
        onlySees("tree", withKernels("tree", "training", "collective", "data"));
    }

    @Test
    void netSeesTrainingCollectiveDataAndKernels() {
        onlySees("net", withKernels("net", "training", "collective", "data"));
    }

    @Test
    void layersSeeTheirOpsAndJsonOnly() {
        onlySees("net.layer", withKernels("net.layer", "data"));
    }

    @Test
    void runtimeKnowsNoAlgorithmAndNoStage() {
        noClasses()
                .that()
                .resideInAPackage(OURS + "runtime..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(OURS + "tree..", OURS + "net..", OURS + "ml..", OURS + "sql..", OURS + "interop..")
                .check(MODULE);
    }

    @Test
    void stagesReachDevicesAndRanksThroughTheRuntimeOnly() {
        noClasses()
                .that()
                .resideInAPackage(OURS + "ml..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(OURS + "collective..", OURS + "kernels..", OURS + "sql..")
                .check(MODULE);
    }

    @Test
    void sqlReachesAlgorithmsThroughStagesOnly() {
        noClasses()
                .that()
                .resideInAPackage(OURS + "sql..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        OURS + "runtime..",
                        OURS + "collective..",
                        OURS + "kernels..",
                        OURS + "tree..",
                        OURS + "net..",
                        OURS + "interop..")
                .check(MODULE);
    }

    @Test
    void sparkIsSeenAtTheEdgeOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackages(OURS + "ml..", OURS + "sql..", OURS + "runtime..")
                .and(not(READ_ROWS))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.spark..", "scala..")
                .check(MODULE);
    }

    @Test
    void hadoopIsSeenByStagesAndRuntimeOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackages(OURS + "ml..", OURS + "sql..", OURS + "runtime..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.hadoop..")
                .check(MODULE);
    }

    @Test
    void nobodyNamesABackEndOrJCuda() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(OURS + "kernels.cpu..", OURS + "kernels.cuda..", "jcuda..")
                .check(MODULE);
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching("org.sparkmlext.(**)").should().beFreeOfCycles().check(MODULE);
    }
}
