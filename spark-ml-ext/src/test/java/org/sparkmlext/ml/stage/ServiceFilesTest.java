package org.sparkmlext.ml.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Modifier;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.Transformer;
import org.junit.jupiter.api.Test;

/** Spark Connect finds stages by ServiceLoader, and one bad entry breaks every Pipeline.load of Spark 4.0. */
class ServiceFilesTest {

    @Test
    void everyEstimatorIsListedAndLoads() {
        assertListed(Estimator.class);
    }

    @Test
    void everyModelIsListedAndLoads() {
        assertListed(Transformer.class);
    }

    private static void assertListed(Class<?> kind) {
        Set<String> ours = new TreeSet<>();
        for (ServiceLoader.Provider<?> provider :
                ServiceLoader.load(kind).stream().toList()) {
            Class<?> type = provider.type();
            if (type.getName().startsWith("org.sparkmlext.")) {
                assertThat(Modifier.isPublic(type.getModifiers())).isTrue();
                // Only ours: a model of Spark's own list throws when it is constructed.
                assertThat(provider.get()).isInstanceOf(kind);
                assertThat(type.getConstructors())
                        .as("constructors of " + type)
                        .anyMatch(c -> c.getParameterCount() == 0)
                        .anyMatch(c -> c.getParameterCount() == 1 && c.getParameterTypes()[0] == String.class);
                assertThat(type.getMethods())
                        .anyMatch(m -> m.getName().equals("load") && Modifier.isStatic(m.getModifiers()))
                        .anyMatch(m -> m.getName().equals("read") && Modifier.isStatic(m.getModifiers()));
                ours.add(type.getName());
            }
        }
        Set<String> existing = StageClasses.of(kind, FittedClassifier.class).stream()
                .map(Class::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(ours).isNotEmpty().isEqualTo(existing);
    }
}
