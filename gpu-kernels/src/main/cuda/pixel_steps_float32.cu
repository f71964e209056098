// Networks in float32: sequences as pixels.

typedef float Element;

#include "pixel_step_kernels.cuh"
