package org.sparkmlext.ml.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.concurrent.ExecutionException;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkException;
import org.apache.spark.ml.linalg.Vectors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.ml.boosting.BoostedTreesRegressor;
import org.sparkmlext.ml.neural.Network;
import org.sparkmlext.training.InvalidTrainingDataException;

class FailureTextTest {

    private static boolean isBadInput(ThrowingCallable code) {
        Throwable thrown = catchThrowable(code);
        assertThat(thrown).isNotNull();
        boolean isBadInput = FailureText.isBadInput(thrown);
        // As Spark and the JDK hand it on.
        assertThat(FailureText.isBadInput(new ExecutionException(new SparkException("job aborted", thrown))))
                .isEqualTo(isBadInput);
        return isBadInput;
    }

    @Test
    void whatOurChecksRefuseIsBadInput() {
        assertThat(isBadInput(() -> new BoostedTreesRegressor().setNumTrees(-1)))
                .isTrue();
        assertThat(isBadInput(() -> Network.preset("vgg-cifra", 8, 8, 1))).isTrue();
        assertThat(FailureText.isBadInput(new BadInputException("--label"))).isTrue();
        assertThat(FailureText.isBadInput(new InvalidTrainingDataException("column 'x'")))
                .isTrue();
    }

    @Test
    void anArgumentThatSparkHadoopOrTheJdkRefusesIsAFailure() {
        assertThat(isBadInput(() -> Vectors.sparse(2, new int[] {0}, new double[0])))
                .isFalse();
        assertThat(isBadInput(() -> new Path(""))).isFalse();
        assertThat(isBadInput(() -> Integer.parseInt("x"))).isFalse();
        // Nobody gives a bin layout on a command line.
        assertThat(isBadInput(() -> new BinLayout(new int[] {0}))).isFalse();
    }

    @Test
    void theTextIsThatOfTheTellingCause() {
        Throwable failure = new ExecutionException(
                new SparkException("Job aborted", new IllegalStateException("disk full\n\tat x\nDriver stacktrace:")));
        assertThat(FailureText.of(failure)).isEqualTo("disk full");
        assertThat(FailureText.typeOf(failure)).isEqualTo("IllegalStateException");
    }
}
