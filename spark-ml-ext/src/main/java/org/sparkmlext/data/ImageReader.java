package org.sparkmlext.data;

import java.util.Optional;
import org.apache.spark.sql.catalyst.InternalRow;

/** Features that are the pixels of one of Spark's images, the first column of a row. All images of a table are of one size. */
final class ImageReader extends SingleColumnReader {

    private final ImageStructReader images = new ImageStructReader();
    private int numFeatures;
    private byte[] pixels = {};

    ImageReader(TableColumns columns, TableCounts counts) {
        super(FeatureForm.IMAGE, columns, counts);
    }

    @Override
    boolean read(InternalRow row) {
        if (!begin(row)) {
            return false;
        }
        Optional<String> fault = images.read(row.getStruct(0, ImageStructReader.numFields()));
        if (fault.isPresent()) {
            counts.countFault(RowFault.IMAGE_UNREADABLE, column, fault.get());
            return false;
        }
        if (!counts.countShape(images.shape())) {
            return false;
        }
        pixels = images.pixels();
        counts.countLength(pixels.length);
        numFeatures = pixels.length;
        return allowsBytes(pixels);
    }

    @Override
    int numFeatures() {
        return numFeatures;
    }

    @Override
    TableBlockBuilder newBuilder(boolean hasWeights, int numMargins, boolean isValidation) {
        return TableBlockBuilder.ofBytes(numFeatures, missing(), hasWeights, numMargins, isValidation);
    }

    @Override
    void addTo(TableBlockBuilder builder, float label, float weight, float[] margins) {
        builder.addBytes(pixels, label, weight, margins);
    }
}
