package org.sparkmlext.connect;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.spark.connect.proto.DataType;
import org.apache.spark.connect.proto.Expression.Literal;
import org.apache.spark.connect.proto.Fetch;
import org.apache.spark.connect.proto.MlCommand;
import org.apache.spark.connect.proto.MlOperator;
import org.apache.spark.connect.proto.MlOperator.OperatorType;
import org.apache.spark.connect.proto.MlParams;
import org.apache.spark.connect.proto.MlRelation;
import org.apache.spark.connect.proto.ObjectRef;
import org.apache.spark.connect.proto.Relation;

/** What a client asks of stages, which it knows by the names of their classes. Models stay in the server. */
record ConnectStages(ConnectClient client) {

    /** {@code estimator.fit(dataset)}; returns the model's place in the server. */
    ObjectRef fit(String estimator, Map<String, Object> params, Relation dataset) {
        return client.run(MlCommand.newBuilder()
                        .setFit(MlCommand.Fit.newBuilder()
                                .setEstimator(operator(estimator, OperatorType.OPERATOR_TYPE_ESTIMATOR))
                                .setParams(params(params))
                                .setDataset(dataset))
                        .build())
                .getOperatorInfo()
                .getObjRef();
    }

    /** {@code model.transform(dataset)}. */
    static Relation transform(ObjectRef model, Map<String, Object> params, Relation dataset) {
        return relation(MlRelation.Transform.newBuilder().setObjRef(model), params, dataset);
    }

    /** {@code transformer.transform(dataset)} of a stage that learns nothing. */
    static Relation transform(String transformer, Map<String, Object> params, Relation dataset) {
        MlOperator stage = operator(transformer, OperatorType.OPERATOR_TYPE_TRANSFORMER);
        return relation(MlRelation.Transform.newBuilder().setTransformer(stage), params, dataset);
    }

    private static Relation relation(
            MlRelation.Transform.Builder transform, Map<String, Object> params, Relation dataset) {
        transform.setParams(params(params)).setInput(dataset);
        return Relation.newBuilder()
                .setMlRelation(MlRelation.newBuilder().setTransform(transform))
                .build();
    }

    /** {@code model.write().save(path)}. */
    void save(ObjectRef model, String path) {
        client.run(MlCommand.newBuilder()
                .setWrite(MlCommand.Write.newBuilder().setObjRef(model).setPath(path))
                .build());
    }

    /** {@code Model.load(path)}. */
    ObjectRef load(String model, String path) {
        return client.run(MlCommand.newBuilder()
                        .setRead(MlCommand.Read.newBuilder()
                                .setOperator(operator(model, OperatorType.OPERATOR_TYPE_MODEL))
                                .setPath(path))
                        .build())
                .getOperatorInfo()
                .getObjRef();
    }

    /** {@code model.attribute()}. */
    Literal attribute(ObjectRef model, String attribute) {
        return client.run(MlCommand.newBuilder()
                        .setFetch(Fetch.newBuilder()
                                .setObjRef(model)
                                .addMethods(Fetch.Method.newBuilder().setMethod(attribute)))
                        .build())
                .getParam();
    }

    private static MlOperator operator(String name, OperatorType type) {
        return MlOperator.newBuilder()
                .setName(name)
                .setUid("client-" + UUID.randomUUID())
                .setType(type)
                .build();
    }

    private static MlParams params(Map<String, Object> params) {
        MlParams.Builder builder = MlParams.newBuilder();
        params.forEach((name, value) -> builder.putParams(name, literal(value)));
        return builder.build();
    }

    private static Literal literal(Object value) {
        Literal.Builder literal = Literal.newBuilder();
        if (value instanceof Integer number) {
            literal.setInteger(number);
        } else if (value instanceof Double number) {
            literal.setDouble(number);
        } else if (value instanceof String text) {
            literal.setString(text);
        } else if (value instanceof List<?> values) {
            DataType.Builder type = DataType.newBuilder();
            if (values.get(0) instanceof Double) {
                type.setDouble(DataType.Double.getDefaultInstance());
            } else {
                type.setString(DataType.String.getDefaultInstance());
            }
            Literal.Array.Builder array = Literal.Array.newBuilder().setElementType(type);
            values.forEach(element -> array.addElements(literal(element)));
            literal.setArray(array);
        } else {
            throw new IllegalArgumentException("no literal is made of " + value);
        }
        return literal.build();
    }
}
