// Images as pixels, channels last: rows x height x width x padded channels of Element, bfloat16 or float. There are as many channels as the
// value has, rounded up to a multiple of 8, so that eight channels, a group, are one word of 16 bytes for a thread, or two. What is added is
// 0, always, and whoever makes pixels makes it so. Contract: Precision of org.sparkmlext.kernels.graph. The rules are in elements.cu.
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

__device__ Eight load_eight(const float* from) {
  const uint4* words = reinterpret_cast<const uint4*>(from);
  uint4 a = words[0], b = words[1];
  return Eight{{__int_as_float(a.x), __int_as_float(a.y), __int_as_float(a.z), __int_as_float(a.w), __int_as_float(b.x),
                __int_as_float(b.y), __int_as_float(b.z), __int_as_float(b.w)}};
}
__device__ void store_eight(float* to, const Eight& v) {
  float4* words = reinterpret_cast<float4*>(to);
  words[0] = float4{v.of[0], v.of[1], v.of[2], v.of[3]};
  words[1] = float4{v.of[4], v.of[5], v.of[6], v.of[7]};
}

__device__ Eight load_group(const Element* x, i64 group) { return load_eight(x + group * 8); }
__device__ void store_group(Element* y, i64 group, const Eight& v) { store_eight(y + group * 8, v); }
