// Networks in bfloat16: images to and from pixels, and what is done with them element by element.

#include "bfloat16.cuh"

typedef bfloat16 Element;

#include "pixel_kernels.cuh"
