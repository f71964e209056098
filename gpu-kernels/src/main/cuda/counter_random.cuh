// CounterRandom of org.sparkmlext.kernels.graph: numbers that follow from where they are used, so that every back end draws the same.
#pragma once

typedef unsigned long long u64;
typedef long long i64;

__device__ u64 mix(u64 z) {
  u64 x = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

constexpr u64 GOLDEN = 0x9E3779B97F4A7C15ULL;

// What the numbers of a stream follow from. key: seed and step of the run.
__device__ u64 random_stream(const i64* key, int stream) {
  u64 k = mix((u64)key[0] + GOLDEN);
  k = mix(k ^ ((u64)key[1] + GOLDEN));
  return mix(k ^ (((u64)(i64)stream << 32) + GOLDEN));
}

// What the bits of a row's positions follow from.
__device__ u64 random_row(u64 of_stream, i64 row) { return mix(of_stream ^ ((u64)row + GOLDEN)); }

// 24 bits of a position.
__device__ int random_bits(u64 of_row, int position) { return (int)(mix(of_row + (u64)(i64)position * GOLDEN) >> 40); }
