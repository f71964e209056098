// The same kernels by instructions of a whole warp, as on a GPU: slower here than a lane's own sums, to the same bits.

#define WHOLE_WARPS

#include "convolutions_float32.cu"
