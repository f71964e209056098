package org.sparkmlext.kernels.cuda.device;

import java.util.EnumMap;
import java.util.Map;
import jcuda.driver.CUevent;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;
import org.sparkmlext.kernels.KernelException;

/**
 * The lanes of a GPU: a stream each. Neither is, or waits for, the default stream: that one cannot be recorded, and what other code of the
 * process gives it has nothing to do with ours.
 */
final class JCudaStreams {

    private final Map<Lane, JCudaStream> streams = new EnumMap<>(Lane.class);
    private final JCudaReclaim reclaim;

    JCudaStreams(JCudaReclaim reclaim) {
        this.reclaim = reclaim;
        try {
            for (Lane lane : Lane.values()) {
                JCudaStream stream = new JCudaStream();
                JCudaCalls.check(
                        JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING), "making a stream");
                streams.put(lane, stream);
            }
        } catch (KernelException e) {
            // The context does not go with this: others of the process may have it too.
            free();
            throw e;
        }
    }

    JCudaStream of(Lane lane) {
        JCudaStream stream = streams.get(lane);
        if (stream == null) {
            throw new IllegalStateException("no stream for " + lane);
        }
        return stream;
    }

    void finish() {
        JCudaCalls.check(JCudaDriver.cuStreamSynchronize(of(Lane.LAUNCHES)), "running kernels");
    }

    void free() {
        for (CUstream stream : streams.values()) {
            JCudaCalls.check(JCudaDriver.cuStreamDestroy(stream), "giving back a stream");
        }
    }

    /** {@link OpenDevice#record}. */
    LaunchGraph record(Runnable launches) {
        CUstream stream = of(Lane.LAUNCHES);
        // Other threads of the process may do with their devices what they like meanwhile.
        JCudaCalls.check(
                JCudaDriver.cuStreamBeginCapture(stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL),
                "beginning to record launches");
        CUgraph graph = new CUgraph();
        try {
            launches.run();
        } catch (RuntimeException | Error e) {
            endAfter(e, stream, graph);
            throw e;
        }
        JCudaCalls.check(JCudaDriver.cuStreamEndCapture(stream, graph), "recording launches");
        try {
            CUgraphExec made = new CUgraphExec();
            JCudaCalls.check(
                    reclaim.around(() -> JCudaDriver.cuGraphInstantiate(made, graph, 0)), "making a graph of launches");
            return new Graph(made, stream);
        } finally {
            JCudaCalls.check(JCudaDriver.cuGraphDestroy(graph), "giving back what was recorded");
        }
    }

    /** Ends a recording that has failed. */
    private static void endAfter(Throwable reason, CUstream stream, CUgraph graph) {
        try {
            // The driver gives no graph where a call has broken the recording, and says so.
            JCudaCalls.check(JCudaDriver.cuStreamEndCapture(stream, graph), "recording launches");
            JCudaCalls.check(JCudaDriver.cuGraphDestroy(graph), "giving back what was recorded");
        } catch (KernelException e) {
            reason.addSuppressed(e);
        }
    }

    private record Graph(CUgraphExec graph, CUstream stream) implements LaunchGraph {

        @Override
        public void launch() {
            JCudaCalls.check(JCudaDriver.cuGraphLaunch(graph, stream), "launching what was recorded");
        }

        @Override
        public void free() {
            JCudaCalls.check(JCudaDriver.cuGraphExecDestroy(graph), "giving back a graph of launches");
        }
    }

    DeviceEvent event() {
        CUevent made = new CUevent();
        JCudaCalls.check(reclaim.around(() -> JCudaDriver.cuEventCreate(made, 0)), "making an event");
        return new Event(made, this);
    }

    private record Event(CUevent event, JCudaStreams streams) implements DeviceEvent {

        @Override
        public void record(Lane lane) {
            JCudaCalls.check(JCudaDriver.cuEventRecord(event, streams.of(lane)), "recording an event");
        }

        @Override
        public void await() {
            JCudaCalls.check(JCudaDriver.cuEventSynchronize(event), "running kernels");
        }

        @Override
        public boolean isReached() {
            int code = JCudaDriver.cuEventQuery(event);
            if (code == CUresult.CUDA_ERROR_NOT_READY) {
                return false;
            }
            JCudaCalls.check(code, "running kernels");
            return true;
        }

        @Override
        public void hold(Lane lane) {
            JCudaCalls.check(JCudaDriver.cuStreamWaitEvent(streams.of(lane), event, 0), "waiting for an event");
        }

        @Override
        public double millisSince(DeviceEvent earlier) {
            float[] millis = new float[1];
            JCudaCalls.check(
                    JCudaDriver.cuEventElapsedTime(millis, ((Event) earlier).event, event), "asking for a time");
            return millis[0];
        }

        @Override
        public void free() {
            JCudaCalls.check(JCudaDriver.cuEventDestroy(event), "giving back an event");
        }
    }
}
