// Images as pixels, channels last: rows x height x width x padded channels in bfloat16. There are as many channels as the value has,
// rounded up to a multiple of 8, so that eight channels, a group, are one word of 16 bytes for a thread. What is added is 0, always, and
// whoever makes pixels makes it so. Contract: Precision.BFLOAT16 of org.sparkmlext.kernels.graph. The rules are in elements.cu.
#pragma once

#if defined(__CUDACC__) || defined(__CUDACC_RTC__)
#define KERNEL extern "C" __global__ void
#define EXPORT_KERNEL(name)
#endif

#include "bfloat16.cuh"

typedef long long i64;
typedef unsigned char u8;

// The group of a thread; those behind the last one leave.
#define GROUP(i, n)                                     \
  unsigned i = blockIdx.x * blockDim.x + threadIdx.x; \
  if (i >= (unsigned)(n)) return

__device__ int groups_of(int channels) { return (channels + 7) / 8; }

__device__ Eight load_group(const bfloat16* x, i64 group) { return load_eight(x + group * 8); }
__device__ void store_group(bfloat16* y, i64 group, const Eight& v) { store_eight(y + group * 8, v); }
