package org.sparkmlext.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class HiggsRowsTest {

    /** The published figures hold for these very bits: 2,000 rows of each part. */
    @Test
    void theSetIsThatOfThePublishedFigures() {
        CRC32C checksum = new CRC32C();
        ByteBuffer bytes = ByteBuffer.allocate((HiggsRows.FEATURES + 1) * Float.BYTES);
        for (long seed : new long[] {HiggsRows.TRAIN_SEED, HiggsRows.TEST_SEED}) {
            HiggsRows rows = new HiggsRows(seed);
            for (long id = 0; id < 2000; id++) {
                Row row = rows.row(id);
                bytes.clear();
                for (int column = 0; column < row.length(); column++) {
                    bytes.putFloat(row.getFloat(column));
                }
                checksum.update(bytes.flip());
            }
        }
        assertThat(Long.toHexString(checksum.getValue())).isEqualTo("6487d2c4");
    }
}
