// bfloat16, the upper half of a float32, for kernels that keep it in memory and compute in float32. A file that includes this is
// made for compute_80. Rounding is to the nearest, ties to even; every NaN becomes 0x7fff; infinity and numbers below the normal ones
// stay what they are. A GPU rounds by one instruction, the emulator in whole numbers: the same bits.
#pragma once

typedef unsigned short bfloat16;

__device__ float float_of(bfloat16 value) { return __int_as_float((int)((unsigned)value << 16)); }

// Two numbers in a word, the first in its lower half.
__device__ float low_of(unsigned pair) { return __int_as_float((int)(pair << 16)); }
__device__ float high_of(unsigned pair) { return __int_as_float((int)(pair & 0xffff0000u)); }

#ifdef __CUDA_ARCH__
__device__ unsigned bfloat16_pair(float low, float high) {
  unsigned pair;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
  return pair;
}
#else
__device__ unsigned bfloat16_bits(float value) {
  unsigned bits = (unsigned)__float_as_int(value);
  return value != value ? 0x7fffu : (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16;
}
__device__ unsigned bfloat16_pair(float low, float high) { return bfloat16_bits(high) << 16 | bfloat16_bits(low); }
#endif

__device__ bfloat16 bfloat16_of(float value) { return (bfloat16)bfloat16_pair(value, 0.0f); }

// Eight numbers beside each other, what a thread loads and stores at once; at an address that is a multiple of 16.
struct Eight {
  float of[8];
};

__device__ Eight eight_of(uint4 words) {
  return Eight{{low_of(words.x), high_of(words.x), low_of(words.y), high_of(words.y), low_of(words.z), high_of(words.z),
                low_of(words.w), high_of(words.w)}};
}
__device__ uint4 words_of(const Eight& v) {
  return uint4{bfloat16_pair(v.of[0], v.of[1]), bfloat16_pair(v.of[2], v.of[3]), bfloat16_pair(v.of[4], v.of[5]),
               bfloat16_pair(v.of[6], v.of[7])};
}
__device__ Eight load_eight(const bfloat16* from) { return eight_of(*reinterpret_cast<const uint4*>(from)); }
__device__ void store_eight(bfloat16* to, const Eight& v) { *reinterpret_cast<uint4*>(to) = words_of(v); }
