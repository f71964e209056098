// Networks in bfloat16: convolutions of pixels, and dense layers as convolutions of single ones. Contract: Conv2d and Dense of
// org.sparkmlext.kernels.graph.

#include "bfloat16.cuh"

typedef bfloat16 Element;

#include "convolution_kernels.cuh"

// Tiles by what is fastest (docs/performance.md): rows x columns, numbers a warp, inner, stages.
GATHER(gather_256x64, 256, 64, 64, 32, 32, 4)
EXPORT_KERNEL(gather_256x64)
GATHER(gather_128x64, 128, 64, 64, 32, 64, 3)
EXPORT_KERNEL(gather_128x64)
GATHER(gather_128x128, 128, 128, 64, 64, 64, 3)
EXPORT_KERNEL(gather_128x128)
GATHER(gather_64x64, 64, 64, 32, 32, 64, 4)
EXPORT_KERNEL(gather_64x64)
GATHER_WEIGHTS(gather_weights_64x128, 64, 128, 32, 64, 64, 3)
EXPORT_KERNEL(gather_weights_64x128)
GATHER_WEIGHTS(gather_weights_64x192, 64, 192, 32, 64, 48, 3)
EXPORT_KERNEL(gather_weights_64x192)
GATHER_WEIGHTS(gather_weights_128x128, 128, 128, 64, 32, 64, 3)
EXPORT_KERNEL(gather_weights_128x128)
