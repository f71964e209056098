// Networks in float32: pooling of pixels.

typedef float Element;

#include "pixel_window_kernels.cuh"
