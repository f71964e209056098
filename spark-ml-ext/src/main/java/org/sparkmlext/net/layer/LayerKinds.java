package org.sparkmlext.net.layer;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.sparkmlext.kernels.graph.Recurrent.Cell;

/**
 * Which kinds of layers JSON may name. A name with a dot that is not among them is that of a public class which implements
 * {@link Layer} and has a {@code public static ... read(JsonFields)}; no other class is ever initialised. Immutable.
 */
public final class LayerKinds {

    private static final LayerKinds STANDARD = new LayerKinds(new TreeMap<>(Map.ofEntries(
            Map.entry(Conv2dLayer.KIND, Conv2dLayer::read),
            Map.entry(DepthwiseConv2dLayer.KIND, DepthwiseConv2dLayer::read),
            Map.entry(DenseLayer.KIND, DenseLayer::read),
            Map.entry(BatchNormLayer.KIND, BatchNormLayer::read),
            Map.entry(ActivationLayer.KIND, ActivationLayer::read),
            Map.entry(MaxPool2dLayer.KIND, MaxPool2dLayer::read),
            Map.entry(AveragePool2dLayer.KIND, AveragePool2dLayer::read),
            Map.entry(GlobalPoolLayer.AVERAGE_KIND, fields -> new GlobalPoolLayer(GlobalPoolLayer.Statistic.AVERAGE)),
            Map.entry(GlobalPoolLayer.MAX_KIND, fields -> new GlobalPoolLayer(GlobalPoolLayer.Statistic.MAX)),
            Map.entry(RecurrentLayer.LSTM_KIND, fields -> RecurrentLayer.read(Cell.LSTM, fields)),
            Map.entry(RecurrentLayer.GRU_KIND, fields -> RecurrentLayer.read(Cell.GRU, fields)),
            Map.entry(RecurrentLayer.RNN_KIND, fields -> RecurrentLayer.read(Cell.RNN, fields)),
            Map.entry(Conv1dLayer.KIND, Conv1dLayer::read),
            Map.entry(AttentionPoolLayer.KIND, AttentionPoolLayer::read),
            Map.entry(SelfAttentionLayer.KIND, SelfAttentionLayer::read),
            Map.entry(PositionalEncodingLayer.KIND, fields -> new PositionalEncodingLayer()),
            Map.entry(LayerNormLayer.KIND, LayerNormLayer::read),
            Map.entry(EmbeddingLayer.KIND, EmbeddingLayer::read),
            Map.entry(WindowNormLayer.KIND, WindowNormLayer::read),
            Map.entry(WindowDenormLayer.KIND, WindowDenormLayer::read),
            Map.entry(DropoutLayer.KIND, DropoutLayer::read),
            Map.entry(ReshapeLayer.FLATTEN_KIND, fields -> ReshapeLayer.flatten()),
            Map.entry(ReshapeLayer.KIND, ReshapeLayer::read),
            Map.entry(MergeLayer.ADD_KIND, fields -> new MergeLayer(MergeLayer.Merge.ADD)),
            Map.entry(MergeLayer.MULTIPLY_KIND, fields -> new MergeLayer(MergeLayer.Merge.MULTIPLY)),
            Map.entry(MergeLayer.CONCAT_KIND, fields -> new MergeLayer(MergeLayer.Merge.CONCAT)))));

    private final Map<String, Function<JsonFields, Layer>> readers;

    private LayerKinds(Map<String, Function<JsonFields, Layer>> readers) {
        this.readers = readers;
    }

    /** Those of this library. */
    public static LayerKinds standard() {
        return STANDARD;
    }

    /**
     * These and one more, whose {@link Layer#kind} is {@code name}.
     *
     * @throws IllegalArgumentException if the name is taken
     */
    public LayerKinds with(String name, Function<JsonFields, Layer> reader) {
        Map<String, Function<JsonFields, Layer>> more = new TreeMap<>(readers);
        if (more.putIfAbsent(name, reader) != null) {
            throw new IllegalArgumentException("there is a layer '" + name + "' already among " + readers.keySet());
        }
        return new LayerKinds(more);
    }

    /** Names, sorted. */
    public Set<String> names() {
        return java.util.Collections.unmodifiableSet(readers.keySet());
    }

    /** @throws IllegalArgumentException if the kind is unknown or a field wrong; the message lists what is allowed */
    public Layer read(String kind, JsonFields fields) {
        Function<JsonFields, Layer> reader = readers.get(kind);
        if (reader != null) {
            return reader.apply(fields);
        }
        if (kind.indexOf('.') < 0) {
            throw fields.fault("is of an unknown kind; known are " + names()
                    + " and names of classes. A newer spark-ml-ext may know it.");
        }
        return readClass(kind, fields);
    }

    private Layer readClass(String name, JsonFields fields) {
        Method read = reader(name, fields);
        try {
            return (Layer) read.invoke(null, fields);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException fault) {
                throw fault;
            }
            throw new IllegalArgumentException(fields.fault("cannot be read").getMessage(), e.getCause());
        } catch (IllegalAccessException e) {
            throw new IllegalArgumentException(fields.fault("cannot be read").getMessage(), e);
        }
    }

    private Method reader(String name, JsonFields fields) {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        try {
            // Not initialised before it is known to be a layer: the text may come from anywhere.
            Class<?> type = Class.forName(name, false, loader == null ? LayerKinds.class.getClassLoader() : loader);
            Method read = type.getMethod("read", JsonFields.class);
            if (Layer.class.isAssignableFrom(type)
                    && Modifier.isPublic(type.getModifiers())
                    && Modifier.isStatic(read.getModifiers())
                    && Layer.class.isAssignableFrom(read.getReturnType())) {
                return read;
            }
        } catch (ClassNotFoundException | LinkageError e) {
            throw new IllegalArgumentException(
                    fields.fault("is of a class that is not on the class path; known without one are " + names())
                            .getMessage(),
                    e);
        } catch (NoSuchMethodException e) {
            throw new IllegalArgumentException(noReader(fields).getMessage(), e);
        }
        throw noReader(fields);
    }

    private static IllegalArgumentException noReader(JsonFields fields) {
        return fields.fault("is of a class that is no public Layer with a 'public static ... read(JsonFields)'");
    }
}
