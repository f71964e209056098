// Networks in float32: convolutions of pixels, and dense layers as convolutions of single ones, by tf32 products of split numbers
// (tf32.cuh), which keep float32's accuracy. Contract: Conv2d and Dense of org.sparkmlext.kernels.graph.

typedef float Element;

#include "convolution_kernels.cuh"

// Rows x columns, numbers a warp, inner, stages. Not run on a device yet: sizes by registers and shared memory.
GATHER(gather_128x64, 128, 64, 64, 32, 32, 3)
EXPORT_KERNEL(gather_128x64)
GATHER(gather_128x128, 128, 128, 64, 32, 32, 3)
EXPORT_KERNEL(gather_128x128)
GATHER(gather_64x64, 64, 64, 32, 32, 32, 4)
EXPORT_KERNEL(gather_64x64)
GATHER_WEIGHTS(gather_weights_64x128, 64, 128, 32, 64, 32, 3)
EXPORT_KERNEL(gather_weights_64x128)
GATHER_WEIGHTS(gather_weights_128x128, 128, 128, 64, 32, 32, 3)
EXPORT_KERNEL(gather_weights_128x128)
