// Networks in bfloat16: sequences as pixels.

#include "bfloat16.cuh"

typedef bfloat16 Element;

#include "pixel_step_kernels.cuh"
