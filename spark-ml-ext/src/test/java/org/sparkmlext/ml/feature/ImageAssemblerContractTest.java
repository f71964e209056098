package org.sparkmlext.ml.feature;

import java.util.List;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.sparkmlext.ml.stage.TransformerContract;

class ImageAssemblerContractTest extends TransformerContract<ImageAssembler> {

    @Override
    protected ImageAssembler newTransformer() {
        return new ImageAssembler().setHeight(4).setWidth(6).setOriginCol("path");
    }

    @Override
    protected Dataset<Row> data(SparkSession spark) {
        StructType schema = new StructType().add("path", DataTypes.StringType).add("content", DataTypes.BinaryType);
        byte[] png = DrawnImages.file(DrawnImages.quarters(8, 8), "png");
        return spark.createDataFrame(List.of(RowFactory.create("a.png", png), RowFactory.create("b.png", png)), schema);
    }

    @Override
    protected String requiredColumn() {
        return "content";
    }

    @Override
    protected ParamMap extra(ImageAssembler transformer) {
        return new ParamMap().put(transformer.channels().w(1));
    }
}
