// Networks in float32: batch normalisation of pixels and what is in the same pass; sums of channels.

typedef float Element;

#include "pixel_norm_kernels.cuh"
