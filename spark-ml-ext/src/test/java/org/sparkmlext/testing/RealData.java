package org.sparkmlext.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.BeforeTestExecutionCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A test (or all tests of a class) on public data sets, which lie in the directory that the environment variable
 * {@code SPARKMLEXT_DATA} names, a folder a set. Without the variable the test is skipped, by name and with the reason; with
 * it a missing file is a failure.
 *
 * <p>Each test prints one line that starts with {@code [real data]}, so that a build can count how many ran.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@ExtendWith(RealData.Condition.class)
public @interface RealData {

    /** Environment variable with the directory of the data sets. */
    String VARIABLE = "SPARKMLEXT_DATA";

    /** Decides, and says so. */
    final class Condition implements ExecutionCondition, BeforeTestExecutionCallback {

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            if (System.getenv(VARIABLE) != null) {
                return ConditionEvaluationResult.enabled(VARIABLE + " is set");
            }
            String reason = VARIABLE + " is not set: it names the directory of the public data sets";
            System.out.println("[real data] skipped " + name(context) + ": " + reason);
            return ConditionEvaluationResult.disabled(reason);
        }

        @Override
        public void beforeTestExecution(ExtensionContext context) {
            System.out.println("[real data] ran " + name(context));
        }

        private static String name(ExtensionContext context) {
            String type = context.getRequiredTestClass().getSimpleName();
            return context.getTestMethod()
                    .map(method -> type + "." + method.getName())
                    .orElse(type);
        }
    }

    /** Where the files lie. */
    final class Directory {
        private Directory() {}

        /**
         * A file of a set, such as {@code adult/adult-train.csv.gz}.
         *
         * @throws IllegalStateException if the directory is not named or has no such file
         */
        public static Path file(String name) {
            String directory = System.getenv(VARIABLE);
            if (directory == null) {
                throw new IllegalStateException(VARIABLE + " is not set; the test lacks @RealData");
            }
            Path file = Path.of(directory, name);
            if (!Files.exists(file)) {
                throw new IllegalStateException(VARIABLE + " is set, but there is no " + file);
            }
            return file;
        }
    }
}
