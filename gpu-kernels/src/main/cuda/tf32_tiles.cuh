// The products of a block's tile in float32 (tensor_tiles.cuh), by three products of tf32 each (tf32.cuh). Tensor cores sum up sixteen
// numbers of the inner axis, the small parts first; those sums are added one after the other. With S the sum of |a b| over an inner axis of n
// a result is off by
//   (2^-21 + 20 2^-23 + n / 16 2^-24) S
// at most: what the products leave out; two sums of eight products and what was there, each of nine addends and the result cut off at 24 bits;
// the sums of sums. A plain loop is off by n 2^-24 S at most.
#pragma once

#include "tensor_tiles.cuh"
#include "tf32.cuh"

// Of the inner axis: what an instruction takes, and how many of those are summed up by tensor cores.
enum { TF32_DEPTH = 8, TF32_STEPS = 2 };

// Adds the products of one piece. load_left(bits, step, i): the lane's part of tile i of the rows, of eight numbers of the inner axis;
// load_right(bits, step, j): of tiles 2 j and 2 j + 1 of the columns, two words each.
template <class T, class Left, class Right>
__device__ __forceinline__ void add_split(Sums<T>& sums, Left load_left, Right load_right) {
#pragma unroll
  for (int first = 0; first < T::INNER / TF32_DEPTH; first += TF32_STEPS) {
    Split left[TF32_STEPS][T::DOWN_TILES];
#pragma unroll
    for (int s = 0; s < TF32_STEPS; s++) {
#pragma unroll
      for (int i = 0; i < T::DOWN_TILES; i++) {
        unsigned bits[4];
        load_left(bits, first + s, i);
        left[s][i] = split_of(bits);
      }
    }
#pragma unroll
    for (int j = 0; j < T::ACROSS_TILES; j += 2) {
      Split right[TF32_STEPS];
#pragma unroll
      for (int s = 0; s < TF32_STEPS; s++) {
        unsigned bits[4];
        load_right(bits, first + s, j / 2);
        right[s] = split_of(bits);
      }
#pragma unroll
      for (int half = 0; half < 2; half++) {
        float d[T::DOWN_TILES][4] = {};
        // One product of all rows after the other, so that none waits for the one before.
#pragma unroll
        for (int s = 0; s < TF32_STEPS; s++) {
          const unsigned *big = right[s].big + 2 * half, *small = right[s].small + 2 * half;
#pragma unroll
          for (int i = 0; i < T::DOWN_TILES; i++) multiply_tf32(d[i], left[s][i].small, big[0], big[1]);
#pragma unroll
          for (int i = 0; i < T::DOWN_TILES; i++) multiply_tf32(d[i], left[s][i].big, small[0], small[1]);
        }
#pragma unroll
        for (int s = 0; s < TF32_STEPS; s++) {
          const unsigned* big = right[s].big + 2 * half;
#pragma unroll
          for (int i = 0; i < T::DOWN_TILES; i++) multiply_tf32(d[i], left[s][i].big, big[0], big[1]);
        }
#pragma unroll
        for (int i = 0; i < T::DOWN_TILES; i++) {
#pragma unroll
          for (int e = 0; e < 4; e++) sums.of[i][j + half][e] += d[i][e];
        }
      }
    }
  }
}

// As for bfloat16: left has a line of INNER numbers for each row, right one for each column.
template <class T>
__device__ __forceinline__ void add_lines(Sums<T>& sums, const float* left, const float* right, int first_row, int first_column) {
  int lane = threadIdx.x % WARP_LANES;
  add_split<T>(
      sums,
      [&](unsigned(&bits)[4], int step, int i) {
        load_matrices<false>(bits, left + line_at<T, T::INNER>(first_row + i * 16 + (lane & 15), 2 * step + (lane >> 4)));
      },
      [&](unsigned(&bits)[4], int step, int j) {
        int column = first_column + j * 16 + (lane >> 4) * 8 + (lane & 7);
        load_matrices<false>(bits, right + line_at<T, T::INNER>(column, 2 * step + (lane >> 3 & 1)));
      });
}

// The same where left and right have a line for each of the INNER numbers, of ROWS and of COLUMNS.
template <class T>
__device__ __forceinline__ void add_columns(Sums<T>& sums, const float* left, const float* right, int first_row, int first_column) {
  int lane = threadIdx.x % WARP_LANES, g = lane / 4, t = lane % 4;
  add_split<T>(
      sums,
      [&](unsigned(&bits)[4], int step, int i) {
#pragma unroll
        for (int e = 0; e < 4; e++) {
          int line = step * TF32_DEPTH + t + e / 2 * 4, row = first_row + i * 16 + g + e % 2 * 8;
          bits[e] = (unsigned)__float_as_int(left[column_at<T, T::ROWS>(line, row / T::VECTOR) + row % T::VECTOR]);
        }
      },
      [&](unsigned(&bits)[4], int step, int j) {
#pragma unroll
        for (int e = 0; e < 4; e++) {
          int line = step * TF32_DEPTH + t + e % 2 * 4, column = first_column + j * 16 + g + e / 2 * 8;
          bits[e] = (unsigned)__float_as_int(right[column_at<T, T::COLUMNS>(line, column / T::VECTOR) + column % T::VECTOR]);
        }
      });
}
