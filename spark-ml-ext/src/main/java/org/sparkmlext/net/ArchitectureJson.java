package org.sparkmlext.net;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sparkmlext.data.JsonText;
import org.sparkmlext.net.layer.FieldWriter;
import org.sparkmlext.net.layer.JsonFields;
import org.sparkmlext.net.layer.Layer;
import org.sparkmlext.net.layer.LayerKinds;

/**
 * Networks as JSON: {@code format}, {@code version}, {@code input}, {@code layers}, and {@code targets} where
 * they are standardised; a layer has {@code name}, {@code layer} (its kind),
 * its own fields and, unless it reads the one before it alone, {@code inputs}. All fields are written, so that a default may change.
 */
final class ArchitectureJson {

    private static final String FORMAT = "spark-ml-ext-network";

    /** Version that is written; older ones are read. */
    private static final int VERSION = 1;

    private ArchitectureJson() {}

    static String write(Architecture network) {
        StringBuilder out = new StringBuilder("{\n  \"format\": \"" + FORMAT + "\",\n  \"version\": " + VERSION);
        out.append(",\n  \"input\": ");
        JsonText.write(fields(network.input()), out);
        out.append(",\n  \"layers\": [");
        String previous = Architecture.INPUT;
        String separator = "\n    ";
        for (Step step : network.steps()) {
            out.append(separator);
            JsonText.write(fields(step, previous), out);
            previous = step.name();
            separator = ",\n    ";
        }
        out.append("\n  ]");
        if (!network.targets().isNone()) {
            FieldWriter writer = new FieldWriter();
            network.targets().write(writer);
            out.append(",\n  \"targets\": ");
            JsonText.write(writer.fields(), out);
        }
        return out.append("\n}\n").toString();
    }

    private static Map<String, Object> fields(NetworkInput input) {
        FieldWriter writer = new FieldWriter().put("kind", input.kind());
        input.write(writer);
        return writer.fields();
    }

    private static Map<String, Object> fields(Step step, String previous) {
        FieldWriter writer = new FieldWriter()
                .put("name", step.name())
                .put("layer", step.layer().kind());
        step.layer().write(writer);
        if (!step.inputs().equals(List.of(previous))) {
            writer.put("inputs", step.inputs());
        }
        return writer.fields();
    }

    static Architecture read(String json, LayerKinds kinds) {
        JsonFields fields = new JsonFields("the network", parse(json));
        String format = fields.text("format", FORMAT);
        if (!format.equals(FORMAT)) {
            throw fields.fault("has the format '" + format + "', not '" + FORMAT + "'");
        }
        int version = fields.integer("version");
        if (version < 1) {
            throw fields.fault("has version " + version + "; allowed: at least 1");
        }
        if (version > VERSION) {
            throw fields.fault("was written in version " + version + "; this library reads up to " + VERSION
                    + ". Use a newer spark-ml-ext.");
        }
        NetworkInput input = NetworkInput.read(fields.object("input"));
        List<Step> steps = new ArrayList<>();
        String previous = Architecture.INPUT;
        for (Map<String, Object> layer : fields.objects("layers")) {
            Step step = step(layer, steps.size() + 1, previous, kinds);
            steps.add(step);
            previous = step.name();
        }
        Standardisation targets = Standardisation.NONE;
        if (fields.has("targets")) {
            JsonFields standardised = fields.object("targets");
            targets = Standardisation.read(standardised);
            standardised.requireNoMore();
        }
        fields.requireNoMore();
        return new Architecture(input, steps, targets);
    }

    private static Map<String, Object> parse(String json) {
        try {
            return JsonText.parseObject(json);
        } catch (IOException e) {
            throw new IllegalArgumentException("the network is no JSON object: " + e.getMessage(), e);
        }
    }

    private static Step step(Map<String, Object> values, int number, String previous, LayerKinds kinds) {
        JsonFields outer = new JsonFields("layer " + number, values);
        String kind = outer.text("layer");
        String name = outer.text("name");
        String owner = "layer '" + name + "' (" + kind + ")";
        Map<String, Object> own = new LinkedHashMap<>(values);
        own.remove("layer");
        own.remove("name");
        own.remove("inputs");
        JsonFields fields = new JsonFields(owner, own);
        List<String> inputs = new JsonFields(owner, values).texts("inputs", List.of(previous));
        Layer layer;
        try {
            layer = kinds.read(kind, fields);
        } catch (IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage());
            throw message.startsWith(owner) ? e : new IllegalArgumentException(owner + ": " + message, e);
        }
        fields.requireNoMore();
        if (!layer.kind().equals(kind)) {
            throw fields.fault("became a layer of kind '" + layer.kind() + "'");
        }
        return new Step(name, layer, inputs);
    }
}
