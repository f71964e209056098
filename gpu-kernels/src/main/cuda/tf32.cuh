// float32 products by tensor cores (mma.sync, sm_80), which multiply tf32: numbers of float32's range with 11 of its 24 bits.
//
// A number x is split into big, the nearest tf32, and small = x - big, exact, at most 2^-11 |x|, of which a tensor core takes all but the
// last of 12 bits, at most 2^-23 |x|. Three products take the place of one:
//   a b = big_a big_b + big_a small_b + small_a big_b, but for small_a small_b, at most 2^-22 |a b|, and the two last bits, 2^-22 |a b|
// together: 2^-21 |a b| at most, where rounding both operands to tf32 would be off by 2^-10 |a b|. Products are exact, sums float32. A tensor
// core cuts what it adds off instead of rounding it (Fasi, Higham, Mikaitis and Pranesh 2021, Numerical behavior of NVIDIA tensor cores), which
// always errs to the same side; therefore it adds up few numbers only, and those sums are added as usual (Ootomo and Yokota 2022, Recovering
// single precision accuracy from tensor cores while surpassing the FP32 theoretical peak performance).
//
// Infinity, and what is within 2^-12 of the largest number, is infinite in big and so a NaN in small: an overflow shows as NaN.
#pragma once

#include "tensor_cores.cuh"

// The nearest tf32, ties away from zero. The lower 13 bits are 0; NaN stays one.
__device__ __forceinline__ unsigned tf32_of(unsigned bits) {
#ifdef __CUDA_ARCH__
  unsigned rounded;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(rounded) : "f"(__int_as_float((int)bits)));
  return rounded;
#else
  return (bits & 0x7fffffffu) > 0x7f800000u ? 0x7fffe000u : (bits + 0x1000u) & 0xffffe000u;
#endif
}

// Numbers, each split into two.
struct Split {
  unsigned big[4], small[4];
};

__device__ __forceinline__ Split split_of(const unsigned (&bits)[4]) {
  Split split;
#pragma unroll
  for (int i = 0; i < 4; i++) {
    split.big[i] = tf32_of(bits[i]);
    split.small[i] = (unsigned)__float_as_int(__int_as_float((int)bits[i]) - __int_as_float((int)split.big[i]));
  }
  return split;
}

#ifndef __CUDACC__
// What a lane brings to a product of its warp.
struct Tf32Operands {
  float* d;
  const unsigned* a;
  unsigned b[2];
};

inline void multiply_tf32_of_warp(void* const (&lanes)[WARP_LANES]) {
  // Whatever the lower 13 bits are.
  auto number = [](unsigned bits) { return __int_as_float((int)(bits & 0xffffe000u)); };
  float a[16][8], b[8][8], d[16][8];
  for (int lane = 0; lane < WARP_LANES; lane++) {
    const Tf32Operands& own = *(const Tf32Operands*)lanes[lane];
    int g = lane / 4, t = lane % 4;
    for (int e = 0; e < 4; e++) a[g + e % 2 * 8][t + e / 2 * 4] = number(own.a[e]), d[g + e / 2 * 8][2 * t + e % 2] = own.d[e];
    for (int e = 0; e < 2; e++) b[t + e * 4][g] = number(own.b[e]);
  }
  for (int row = 0; row < 16; row++) {
    for (int k = 0; k < 8; k++) {
      for (int column = 0; column < 8; column++) d[row][column] += a[row][k] * b[k][column];
    }
  }
  for (int lane = 0; lane < WARP_LANES; lane++) {
    float* own = ((Tf32Operands*)lanes[lane])->d;
    for (int e = 0; e < 4; e++) own[e] = d[lane / 4 + e / 2 * 8][2 * (lane % 4) + e % 2];
  }
}
#endif

// d += a b of a warp: a is 16 x 8, b 8 x 8, d 16 x 8, of tf32, whose lower 13 bits are ignored. With g = lane / 4 and t = lane % 4 a lane has
// of d: row g columns 2t and 2t + 1, then the same of row g + 8; of a: column t of rows g and g + 8, then column t + 4 of both; of b: column g
// rows t and t + 4.
__device__ __forceinline__ void multiply_tf32(float (&d)[4], const unsigned (&a)[4], unsigned b0, unsigned b1) {
#ifdef __CUDA_ARCH__
  asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};\n"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
#elif !defined(__CUDACC__)
  Tf32Operands operands{d, a, {b0, b1}};
  cuda_cpu::together(multiply_tf32_of_warp, &operands);
#endif
}
