package org.sparkmlext.ml.feature;

import java.util.List;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkmlext.ml.stage.TransformerContract;

class TokenIndexerContractTest extends TransformerContract<TokenIndexer> {

    @Override
    protected TokenIndexer newTransformer() {
        return new TokenIndexer().setVocabulary(new String[] {"good", "film"}).setMaxLength(3);
    }

    @Override
    protected Dataset<Row> data(SparkSession spark) {
        return spark.createDataset(List.of("a good film", "bad"), org.apache.spark.sql.Encoders.STRING())
                .selectExpr("value as text", "split(value, ' ') as words");
    }

    @Override
    protected String requiredColumn() {
        return "words";
    }

    @Override
    protected ParamMap extra(TokenIndexer transformer) {
        return new ParamMap().put(transformer.maxLength().w(1));
    }
}
