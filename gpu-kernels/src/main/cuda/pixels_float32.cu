// Networks in float32: images to and from pixels, and what is done with them element by element.

typedef float Element;

#include "pixel_kernels.cuh"
