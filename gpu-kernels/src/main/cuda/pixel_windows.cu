// Networks in bfloat16: pooling of pixels.

#include "bfloat16.cuh"

typedef bfloat16 Element;

#include "pixel_window_kernels.cuh"
