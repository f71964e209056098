package org.sparkmlext.ml.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sparkmlext.ml.input.BadInputException;

class TableLayoutTest {

    private static final TableLayout EVENTS = new TableLayout(
            TableFormat.CSV,
            true,
            ",",
            List.of("?"),
            List.of(),
            List.of("load", "wind"),
            List.of(),
            null,
            0,
            false,
            new Events("site", "at", List.of("load")),
            "load",
            Map.of(),
            null,
            null);

    @Test
    void aLayoutComesBackFromItsText() {
        assertThat(TableLayout.fromJson(EVENTS.toJson(), "x")).isEqualTo(EVENTS);
        assertThat(EVENTS.usedColumns(true)).containsExactly("load", "wind", "at", "site");
        assertThat(EVENTS.describe())
                .isEqualTo("2 numeric and 0 string columns of events in 'at' of each 'site', targets load");
    }

    /** As models of the version before have it. */
    @Test
    void aLayoutOfAnEarlierVersionIsRead() {
        TableLayout read = TableLayout.fromJson("""
                {"format": "LIBSVM", "header": true, "separator": ",", "missing": [], "columns": [], "features": [],
                 "stringFeatures": [], "vector": "features", "vectorSize": 126, "label": "label",
                 "labelValues": {"no": 0.0, "yes": 1.0}, "weight": null, "baseMargin": null}
                """, "x");
        assertThat(read.rowColumn()).isEqualTo("features");
        assertThat(read.rowLength()).isEqualTo(126);
        assertThat(read.numbersAsText()).isFalse();
        assertThat(read.targets()).isEmpty();
        assertThat(read.describe())
                .isEqualTo("column 'features' of 126 numbers a row, label 'label' {no=0.0, yes=1.0}");
        assertThatThrownBy(() -> TableLayout.fromJson("{", "model/_table.json"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("model/_table.json is damaged");
    }
}
