package org.sparkmlext.kernels.cuda.device;

import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import org.jspecify.annotations.Nullable;

/** The functions of cuDNN that are called here, as {@code cudnn_cnn.h} and those that it includes declare them in 9; most return a code. */
interface Cudnn extends Library {

    int SUCCESS = 0;

    /** The first code of those that say {@code CUDNN_STATUS_BAD_PARAM}, in other words that it knows no such shape, or {@code NOT_SUPPORTED}. */
    int NOT_TAKEN = 2000;

    /** The first code behind them. */
    int FAILED = 4000;

    /** {@code CUDNN_DATA_FLOAT}. */
    int FLOAT32 = 0;
    /** {@code CUDNN_DATA_BFLOAT16}. */
    int BFLOAT16 = 9;
    /** {@code CUDNN_TENSOR_NHWC}; of weights, [output][tap][channel]. */
    int CHANNELS_LAST = 1;
    /** {@code CUDNN_CROSS_CORRELATION}: what networks call a convolution. */
    int CROSS_CORRELATION = 1;
    /** {@code CUDNN_TENSOR_OP_MATH}. */
    int TENSOR_CORES = 1;
    /** {@code CUDNN_DETERMINISTIC}. */
    int DETERMINISTIC = 1;

    /** {@code cudnnConvolutionFwdAlgoPerf_t}, and that of gradients: algorithm, status, time, scratch (at 16), determinism,
     * math, three reserved. */
    int FOUND_BYTES = 48;

    int FOUND_ALGORITHM = 0;
    int FOUND_STATUS = 4;
    int FOUND_DETERMINISM = 24;
    int FOUND_MATH = 28;

    long cudnnGetVersion();

    /** Of CUDA it was made for. */
    long cudnnGetCudartVersion();

    String cudnnGetErrorString(int code);

    int cudnnCreate(PointerByReference made);

    int cudnnDestroy(Pointer handle);

    int cudnnSetStream(Pointer handle, Pointer stream);

    int cudnnCreateTensorDescriptor(PointerByReference made);

    int cudnnSetTensor4dDescriptor(
            Pointer tensor, int format, int type, int images, int channels, int height, int width);

    int cudnnDestroyTensorDescriptor(Pointer tensor);

    int cudnnCreateFilterDescriptor(PointerByReference made);

    int cudnnSetFilter4dDescriptor(
            Pointer filter, int type, int format, int outputs, int channels, int height, int width);

    int cudnnDestroyFilterDescriptor(Pointer filter);

    int cudnnCreateConvolutionDescriptor(PointerByReference made);

    int cudnnSetConvolution2dDescriptor(
            Pointer convolution,
            int padHeight,
            int padWidth,
            int strideHeight,
            int strideWidth,
            int dilationHeight,
            int dilationWidth,
            int mode,
            int computeType);

    int cudnnSetConvolutionMathType(Pointer convolution, int math);

    int cudnnDestroyConvolutionDescriptor(Pointer convolution);

    int cudnnGetConvolutionForwardAlgorithm_v7(
            Pointer handle,
            Pointer x,
            Pointer weights,
            Pointer convolution,
            Pointer y,
            int wanted,
            IntByReference count,
            Memory found);

    int cudnnGetConvolutionBackwardDataAlgorithm_v7(
            Pointer handle,
            Pointer weights,
            Pointer dy,
            Pointer convolution,
            Pointer dx,
            int wanted,
            IntByReference count,
            Memory found);

    int cudnnGetConvolutionForwardWorkspaceSize(
            Pointer handle,
            Pointer x,
            Pointer weights,
            Pointer convolution,
            Pointer y,
            int algorithm,
            LongByReference bytes);

    int cudnnGetConvolutionBackwardDataWorkspaceSize(
            Pointer handle,
            Pointer weights,
            Pointer dy,
            Pointer convolution,
            Pointer dx,
            int algorithm,
            LongByReference bytes);

    int cudnnConvolutionForward(
            Pointer handle,
            Pointer alpha,
            Pointer xDescription,
            Pointer x,
            Pointer weightsDescription,
            Pointer weights,
            Pointer convolution,
            int algorithm,
            @Nullable Pointer scratch,
            long scratchBytes,
            Pointer beta,
            Pointer yDescription,
            Pointer y);

    int cudnnConvolutionBackwardData(
            Pointer handle,
            Pointer alpha,
            Pointer weightsDescription,
            Pointer weights,
            Pointer dyDescription,
            Pointer dy,
            Pointer convolution,
            int algorithm,
            @Nullable Pointer scratch,
            long scratchBytes,
            Pointer beta,
            Pointer dxDescription,
            Pointer dx);
}
