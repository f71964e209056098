package org.sparkmlext.runtime;

import java.util.function.Consumer;
import org.apache.spark.rpc.IsolatedThreadSafeRpcEndpoint;
import org.apache.spark.rpc.RpcCallContext;
import org.apache.spark.rpc.RpcEndpointRef;
import org.apache.spark.rpc.RpcEnv;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.PartialFunction;
import scala.runtime.AbstractPartialFunction;
import scala.runtime.BoxedUnit;

/** The coordinator's ear on Spark's own RPC, one a run. Its dispatcher thread is its own; the handler never waits. */
final class CoordinatorEndpoint implements IsolatedThreadSafeRpcEndpoint, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CoordinatorEndpoint.class);

    private final RpcEnv env;
    private final Coordinator coordinator;
    private final RpcEndpointRef ref;

    @SuppressWarnings("this-escape") // Messages come only after setupEndpoint, when both fields are set.
    CoordinatorEndpoint(RpcEnv env, String name, Coordinator coordinator) {
        this.env = env;
        this.coordinator = coordinator;
        this.ref = env.setupEndpoint(name, this);
    }

    @Override
    public RpcEnv rpcEnv() {
        return env;
    }

    @Override
    public PartialFunction<Object, BoxedUnit> receive() {
        return handler(message -> coordinator.answer((Object[]) message));
    }

    @Override
    public PartialFunction<Object, BoxedUnit> receiveAndReply(RpcCallContext call) {
        return handler(message -> {
            try {
                call.reply(coordinator.answer((Object[]) message));
            } catch (RuntimeException e) {
                LOG.error("A message of a rank cannot be answered", e);
                // As text: the executor's RPC threads may not know the exception's class.
                call.sendFailure(new RuntimeException(e.toString()));
            }
        });
    }

    private static PartialFunction<Object, BoxedUnit> handler(Consumer<Object> action) {
        return new Handler(action);
    }

    private static final class Handler extends AbstractPartialFunction<Object, BoxedUnit> {
        private final Consumer<Object> action;

        Handler(Consumer<Object> action) {
            this.action = action;
        }

        @Override
        public boolean isDefinedAt(Object message) {
            return message instanceof Object[];
        }

        @Override
        public BoxedUnit apply(Object message) {
            action.accept(message);
            return BoxedUnit.UNIT;
        }
    }

    @Override
    public void close() {
        JobWatch.undisturbed(() -> env.stop(ref));
    }
}
