package org.sparkmlext.connect;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.zip.CRC32;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.util.Text;
import org.apache.spark.connect.proto.AddArtifactsRequest;
import org.apache.spark.connect.proto.AddArtifactsResponse;
import org.apache.spark.connect.proto.Command;
import org.apache.spark.connect.proto.ExecutePlanRequest;
import org.apache.spark.connect.proto.ExecutePlanResponse;
import org.apache.spark.connect.proto.MlCommand;
import org.apache.spark.connect.proto.MlCommandResult;
import org.apache.spark.connect.proto.Plan;
import org.apache.spark.connect.proto.Relation;
import org.apache.spark.connect.proto.SQL;
import org.apache.spark.connect.proto.SparkConnectServiceGrpc;
import org.apache.spark.connect.proto.SqlCommand;
import org.apache.spark.connect.proto.UserContext;
import org.sparkproject.connect.grpc.ManagedChannel;
import org.sparkproject.connect.grpc.netty.NettyChannelBuilder;
import org.sparkproject.connect.grpc.stub.StreamObserver;
import org.sparkproject.connect.protobuf.ByteString;

/** A session of Spark Connect, spoken as its protocol is: no Spark runs on this side. */
final class ConnectClient implements AutoCloseable {
    private static final UserContext USER =
            UserContext.newBuilder().setUserId("user").build();

    private final ManagedChannel channel;
    private final SparkConnectServiceGrpc.SparkConnectServiceBlockingStub service;
    private final String session = UUID.randomUUID().toString();

    ConnectClient(int port) {
        channel =
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        service = SparkConnectServiceGrpc.newBlockingStub(channel);
    }

    /** Runs a statement as PySpark's {@code spark.sql} does: commands at once; returns where the rows are. */
    Relation sql(String statement) {
        Command command = Command.newBuilder()
                .setSqlCommand(SqlCommand.newBuilder().setInput(query(statement)))
                .build();
        return only(command, ExecutePlanResponse::hasSqlCommandResult)
                .getSqlCommandResult()
                .getRelation();
    }

    static Relation query(String text) {
        return Relation.newBuilder().setSql(SQL.newBuilder().setQuery(text)).build();
    }

    MlCommandResult run(MlCommand command) {
        return only(Command.newBuilder().setMlCommand(command).build(), ExecutePlanResponse::hasMlCommandResult)
                .getMlCommandResult();
    }

    /** The rows of a relation by column. */
    List<Map<String, Object>> rows(Relation relation) throws IOException {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (ExecutePlanResponse response :
                execute(Plan.newBuilder().setRoot(relation).build())) {
            if (response.hasArrowBatch()) {
                read(response.getArrowBatch().getData().newInput(), rows);
            }
        }
        return rows;
    }

    private static void read(InputStream batches, List<Map<String, Object>> rows) throws IOException {
        try (BufferAllocator memory = new RootAllocator();
                ArrowStreamReader reader = new ArrowStreamReader(batches, memory)) {
            while (reader.loadNextBatch()) {
                VectorSchemaRoot root = reader.getVectorSchemaRoot();
                for (int i = 0; i < root.getRowCount(); i++) {
                    Map<String, Object> row = new LinkedHashMap<>();
                    for (FieldVector column : root.getFieldVectors()) {
                        Object value = column.getObject(i);
                        row.put(column.getName(), value instanceof Text ? value.toString() : value);
                    }
                    rows.add(row);
                }
            }
        }
    }

    /** Adds a jar to the session, as PySpark's {@code addArtifact} does. */
    void addJar(Path jar) throws Exception {
        byte[] bytes = Files.readAllBytes(jar);
        CRC32 crc = new CRC32();
        crc.update(bytes);
        CompletableFuture<AddArtifactsResponse> answer = new CompletableFuture<>();
        StreamObserver<AddArtifactsRequest> requests = SparkConnectServiceGrpc.newStub(channel)
                .addArtifacts(new StreamObserver<>() {
                    @Override
                    public void onNext(AddArtifactsResponse response) {
                        answer.complete(response);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        answer.completeExceptionally(failure);
                    }

                    @Override
                    public void onCompleted() {
                        // The answer was the one before.
                    }
                });
        requests.onNext(AddArtifactsRequest.newBuilder()
                .setSessionId(session)
                .setUserContext(USER)
                .setBatch(AddArtifactsRequest.Batch.newBuilder()
                        .addArtifacts(AddArtifactsRequest.SingleChunkArtifact.newBuilder()
                                .setName("jars/" + jar.getFileName())
                                .setData(AddArtifactsRequest.ArtifactChunk.newBuilder()
                                        .setData(ByteString.copyFrom(bytes))
                                        .setCrc(crc.getValue()))))
                .build());
        requests.onCompleted();
        answer.get(60, TimeUnit.SECONDS);
    }

    private ExecutePlanResponse only(Command command, Predicate<ExecutePlanResponse> wanted) {
        return execute(Plan.newBuilder().setCommand(command).build()).stream()
                .filter(wanted)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the server gave no result for " + command));
    }

    private List<ExecutePlanResponse> execute(Plan plan) {
        ExecutePlanRequest request = ExecutePlanRequest.newBuilder()
                .setSessionId(session)
                .setUserContext(USER)
                .setPlan(plan)
                .build();
        List<ExecutePlanResponse> responses = new ArrayList<>();
        service.executePlan(request).forEachRemaining(responses::add);
        return responses;
    }

    @Override
    public void close() throws InterruptedException {
        channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
}
