package org.sparkmlext.jobs.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.sparkmlext.testing.LocalSpark;

class CustomerRowsTest {
    private static final CustomerRows CUSTOMERS = new CustomerRows(20);

    @Test
    void aRowFollowsFromSeedAndNumberAlone() {
        List<String> once = LongStream.range(0, 500)
                .mapToObj(CUSTOMERS::row)
                .map(Row::toString)
                .toList();
        List<String> partitioned = CUSTOMERS.rows(LocalSpark.session(), 0, 500, 3).collectAsList().stream()
                .map(Row::toString)
                .toList();
        assertThat(partitioned).containsExactlyElementsOf(once);
        assertThat(new CustomerRows(21).row(7).toString()).isNotEqualTo(once.get(7));
    }

    @Test
    void theTableIsStable() {
        int hash = 0;
        for (long customer = 0; customer < 2000; customer++) {
            hash = 31 * hash + CUSTOMERS.row(customer).toString().hashCode();
        }
        assertThat(hash).isEqualTo(-1891603213);
    }

    @Test
    void itHasBothClassesMissingValuesAndAllTexts() {
        Set<Object> contracts = new HashSet<>();
        int left = 0;
        int missingAges = 0;
        for (long customer = 0; customer < 5000; customer++) {
            Row row = CUSTOMERS.row(customer);
            contracts.add(row.get(3));
            left += row.getString(16).equals("yes") ? 1 : 0;
            missingAges += row.isNullAt(2) ? 1 : 0;
        }
        assertThat(contracts).hasSize(3);
        assertThat(left).isBetween(1200, 2200);
        assertThat(missingAges).isBetween(150, 350);
    }
}
