// Networks in bfloat16: batch normalisation of pixels and what is in the same pass; sums of channels.

#include "bfloat16.cuh"

typedef bfloat16 Element;

#include "pixel_norm_kernels.cuh"
