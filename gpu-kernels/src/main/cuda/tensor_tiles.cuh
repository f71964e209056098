// A block's tile of a product of matrices by tensor cores, and its products in bfloat16: see tf32_tiles.cuh for those in float32.
#pragma once

#include "tensor_cores.cuh"

// A tile of a product of matrices of Element, bfloat16 or float: ROWS x COLUMNS numbers a block, WARP_ROWS x WARP_COLUMNS of them a warp, INNER of the inner axis at once, of which
// STAGES pieces lie in shared memory.
template <class Element_, int ROWS_, int COLUMNS_, int WARP_ROWS_, int WARP_COLUMNS_, int INNER_, int STAGES_>
struct Tile {
  typedef Element_ Element;
  enum {
    // Numbers of 16 bytes.
    VECTOR = VECTOR_BYTES / sizeof(Element),
    ROWS = ROWS_,
    COLUMNS = COLUMNS_,
    WARP_ROWS = WARP_ROWS_,
    WARP_COLUMNS = WARP_COLUMNS_,
    INNER = INNER_,
    STAGES = STAGES_,
    ACROSS = COLUMNS / WARP_COLUMNS,
    THREADS = ROWS / WARP_ROWS * ACROSS * WARP_LANES,
    STAGE = (ROWS + COLUMNS) * INNER,
    DOWN_TILES = WARP_ROWS / 16,
    ACROSS_TILES = WARP_COLUMNS / 8
  };
  static_assert(ROWS % WARP_ROWS == 0 && COLUMNS % WARP_COLUMNS == 0, "warps cover the tile");
  static_assert(WARP_ROWS % 16 == 0 && WARP_COLUMNS % 16 == 0 && INNER % 16 == 0, "matrices of 16 x 16 are loaded");
};

template <class T>
struct Sums {
  float of[T::DOWN_TILES][T::ACROSS_TILES][4];
};

// Vector `vector` of a line of shared memory; lines lie so that eight of them read at the same vector touch all banks.
template <class T, int LENGTH>
__device__ __forceinline__ int line_at(int line, int vector) {
  enum { VECTOR = T::VECTOR };
  if (LENGTH == 4 * VECTOR) return line * LENGTH + ((vector ^ (line >> 1 & 3)) * VECTOR);
  return line * LENGTH + ((vector & ~7) | ((vector ^ line) & 7)) * VECTOR;
}

// The same where a line is one of the inner axis: of float a warp reads eight numbers, two vectors, of four lines at once.
template <class T, int LENGTH>
__device__ __forceinline__ int column_at(int line, int vector) {
  enum { VECTOR = T::VECTOR };
  if (sizeof(typename T::Element) == 2) return line_at<T, LENGTH>(line, vector);
  return line * LENGTH + ((vector & ~7) | ((vector ^ 2 * line) & 7)) * VECTOR;
}

// Two numbers beside each other, the first at an even place.
__device__ __forceinline__ unsigned load_pair(const bfloat16* from) { return *(const unsigned*)from; }
__device__ __forceinline__ float2 load_pair(const float* from) { return *(const float2*)from; }
__device__ __forceinline__ float low_of(float2 pair) { return pair.x; }
__device__ __forceinline__ float high_of(float2 pair) { return pair.y; }
__device__ __forceinline__ void store_pair(bfloat16* to, float low, float high) { *(unsigned*)to = bfloat16_pair(low, high); }
__device__ __forceinline__ void store_pair(float* to, float low, float high) { *(float2*)to = float2{low, high}; }

#ifdef __CUDA_ARCH__
template <class T>
__device__ __forceinline__ void multiply_all(Sums<T>& sums, const unsigned (&a)[T::DOWN_TILES][4], const unsigned (&b)[T::ACROSS_TILES / 2][4]) {
#pragma unroll
  for (int i = 0; i < T::DOWN_TILES; i++) {
#pragma unroll
    for (int j = 0; j < T::ACROSS_TILES; j++) multiply_tiles(sums.of[i][j], a[i], b[j / 2][j % 2 * 2], b[j / 2][j % 2 * 2 + 1]);
  }
}
#else
// Elsewhere than on a GPU a lane adds up its own numbers of a piece, k from first to last.
template <class T, class Product>
void add_one_by_one(Sums<T>& sums, int first_row, int first_column, Product product) {
  int lane = threadIdx.x % WARP_LANES;
  for (int i = 0; i < T::DOWN_TILES; i++) {
    for (int j = 0; j < T::ACROSS_TILES; j++) {
      for (int e = 0; e < 4; e++) {
        int row = first_row + i * 16 + lane / 4 + e / 2 * 8, column = first_column + j * 8 + lane % 4 * 2 + e % 2;
        for (int k = 0; k < T::INNER; k++) sums.of[i][j][e] += product(row, column, k);
      }
    }
  }
}
#endif

// Adds the products of one piece: left has a line of INNER numbers for each row, right one for each column.
template <class T>
__device__ __forceinline__ void add_lines(Sums<T>& sums, const bfloat16* left, const bfloat16* right, int first_row, int first_column) {
#ifdef __CUDA_ARCH__
  int lane = threadIdx.x % WARP_LANES;
#pragma unroll
  for (int k = 0; k < T::INNER / 16; k++) {
    unsigned a[T::DOWN_TILES][4], b[T::ACROSS_TILES / 2][4];
#pragma unroll
    for (int i = 0; i < T::DOWN_TILES; i++) {
      load_matrices<false>(a[i], left + line_at<T, T::INNER>(first_row + i * 16 + (lane & 15), 2 * k + (lane >> 4)));
    }
#pragma unroll
    for (int j = 0; j < T::ACROSS_TILES / 2; j++) {
      int column = first_column + j * 16 + (lane >> 4) * 8 + (lane & 7);
      load_matrices<false>(b[j], right + line_at<T, T::INNER>(column, 2 * k + (lane >> 3 & 1)));
    }
    multiply_all<T>(sums, a, b);
  }
#else
  add_one_by_one<T>(sums, first_row, first_column, [&](int row, int column, int k) {
    return float_of(left[line_at<T, T::INNER>(row, k / T::VECTOR) + k % T::VECTOR]) *
           float_of(right[line_at<T, T::INNER>(column, k / T::VECTOR) + k % T::VECTOR]);
  });
#endif
}

// The same where left and right have a line for each of the INNER numbers, of ROWS and of COLUMNS.
template <class T>
__device__ __forceinline__ void add_columns(Sums<T>& sums, const bfloat16* left, const bfloat16* right, int first_row, int first_column) {
#ifdef __CUDA_ARCH__
  int lane = threadIdx.x % WARP_LANES;
#pragma unroll
  for (int k = 0; k < T::INNER / 16; k++) {
    unsigned a[T::DOWN_TILES][4], b[T::ACROSS_TILES / 2][4];
#pragma unroll
    for (int i = 0; i < T::DOWN_TILES; i++) {
      int line = k * 16 + (lane >> 4) * 8 + (lane & 7);
      load_matrices<true>(a[i], left + column_at<T, T::ROWS>(line, first_row / T::VECTOR + i * 2 + (lane >> 3 & 1)));
    }
#pragma unroll
    for (int j = 0; j < T::ACROSS_TILES / 2; j++) {
      int line = k * 16 + (lane >> 3 & 1) * 8 + (lane & 7);
      load_matrices<true>(b[j], right + column_at<T, T::COLUMNS>(line, first_column / T::VECTOR + j * 2 + (lane >> 4)));
    }
    multiply_all<T>(sums, a, b);
  }
#else
  add_one_by_one<T>(sums, first_row, first_column, [&](int row, int column, int k) {
    return float_of(left[column_at<T, T::ROWS>(k, row / T::VECTOR) + row % T::VECTOR]) *
           float_of(right[column_at<T, T::COLUMNS>(k, column / T::VECTOR) + column % T::VECTOR]);
  });
#endif
}
