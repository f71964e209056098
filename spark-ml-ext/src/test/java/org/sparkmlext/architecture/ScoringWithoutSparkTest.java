package org.sparkmlext.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sparkmlext.tree.Forest;
import org.sparkmlext.tree.ForestCodec;
import org.sparkmlext.tree.ForestNodes;

/** A saved model is read and scored with nothing but this library's own classes on the class path. */
class ScoringWithoutSparkTest {

    private static URL codeOf(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation();
    }

    @Test
    void aModelScoresInAClassLoaderWithoutSpark() throws Exception {
        Forest forest = new Forest(
                List.of("x"),
                "logistic",
                new float[] {0.5f},
                new ForestNodes(
                        new int[] {0, 3},
                        new int[] {0, -1, -1},
                        new float[] {2, 0, 0},
                        new byte[] {1, 0, 0},
                        new int[] {1, -1, -1},
                        new int[] {2, -1, -1},
                        new float[] {0, -1, 1},
                        new float[] {4, 0, 0},
                        new float[] {2, 1, 1}));
        byte[] bytes = ForestCodec.write(forest);
        URL[] ours = {codeOf(Forest.class)};
        try (URLClassLoader bare = new URLClassLoader(ours, ClassLoader.getPlatformClassLoader())) {
            assertThatThrownBy(() -> bare.loadClass("org.apache.spark.sql.SparkSession"))
                    .isInstanceOf(ClassNotFoundException.class);
            Class<?> codec = bare.loadClass(ForestCodec.class.getName());
            Object read = codec.getMethod("read", InputStream.class).invoke(null, new ByteArrayInputStream(bytes));
            assertThat(read).isNotInstanceOf(Forest.class);
            Object score = read.getClass().getMethod("rawScore", float[].class).invoke(read, new float[] {3});
            assertThat(score).isEqualTo(1.5f);
        }
    }
}
