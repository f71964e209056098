package org.sparkmlext.ml.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.junit.jupiter.api.Test;
import org.sparkmlext.ml.boosting.BoostedTreesClassifier;
import org.sparkmlext.ml.boosting.BoostedTreesRegressor;
import org.sparkmlext.ml.feature.ImageAssembler;
import org.sparkmlext.ml.feature.SequenceAssembler;
import org.sparkmlext.ml.feature.TableAssembler;
import org.sparkmlext.ml.feature.TokenIndexer;
import org.sparkmlext.ml.neural.CnnClassifier;
import org.sparkmlext.ml.neural.CnnRegressor;
import org.sparkmlext.ml.neural.LstmClassifier;
import org.sparkmlext.ml.neural.LstmRegressor;

/**
 * {@code docs/params.md} is written from the code. After a change of Params run this test with
 * {@code -Dparams.write=true} to write it anew.
 */
class ParamTableTest {

    private static final Path PAGE = Path.of("docs", "params.md");

    @Test
    void thePageIsThatOfTheCode() throws IOException {
        String expected = page();
        if (Boolean.getBoolean("params.write")) {
            Files.writeString(PAGE, expected);
        }
        assertThat(Files.readString(PAGE))
                .as("%s has drifted from the code; run this test with -Dparams.write=true", PAGE)
                .isEqualTo(expected);
    }

    private static String page() {
        return """
                # Params

                Written from the code by `ParamTableTest`; do not edit. Columns: name, default (none: must be set, or is off
                while it is not set), meaning with the allowed values.

                """ + table(new BoostedTreesClassifier()) + "\n" + table(new BoostedTreesRegressor()) + "\n"
                + table(new CnnClassifier()) + "\n" + table(new CnnRegressor()) + "\n"
                + table(new LstmClassifier()) + "\n" + table(new LstmRegressor()) + "\n" + table(new ImageAssembler())
                + "\n"
                + table(new TableAssembler()) + "\n" + table(new SequenceAssembler()) + "\n"
                + table(new TokenIndexer());
    }

    private static String table(Params stage) {
        return "## " + stage.getClass().getSimpleName() + "\n\n| Param | Default | Meaning |\n|---|---|---|\n"
                + Arrays.stream(stage.params()).map(p -> row(stage, p)).collect(Collectors.joining());
    }

    /** A value of a Param as its doc shows it. */
    static String text(Object value) {
        if (value instanceof int[] numbers) {
            return Arrays.toString(numbers);
        }
        return value instanceof double[] numbers ? Arrays.toString(numbers) : String.valueOf(value);
    }

    private static String row(Params stage, Param<?> param) {
        String value = "none";
        if (stage.hasDefault(param)) {
            String text = text(stage.getDefault(param).get());
            value = text.isEmpty() ? "empty" : "`" + text + "`";
        }
        return "| `" + param.name() + "` | " + value + " | " + param.doc().replace("|", "\\|") + " |\n";
    }
}
