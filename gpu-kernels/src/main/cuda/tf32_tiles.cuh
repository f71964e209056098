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

#if !defined(__CUDACC__) && !defined(WHOLE_WARPS)
// Of a row or a column: what an instruction takes.
struct SplitLine {
  float big[TF32_DEPTH * TF32_STEPS], small[TF32_DEPTH * TF32_STEPS];
  void set(int k, float x) {
    unsigned rounded = tf32_of((unsigned)__float_as_int(x));
    big[k] = __int_as_float((int)rounded);
    small[k] = __int_as_float((int)((unsigned)__float_as_int(x - big[k]) & 0xffffe000u));
  }
};

// Elsewhere than on a GPU a lane adds up its own numbers, to the bits of add_split, which is slower there: 32 lanes wait for each other.
template <class T, class Left, class Right>
void add_split_one_by_one(Sums<T>& sums, int first_row, int first_column, Left left, Right right) {
  enum { LENGTH = TF32_DEPTH * TF32_STEPS, OWN_ROWS = 2 * T::DOWN_TILES, OWN_COLUMNS = 2 * T::ACROSS_TILES };
  int lane = threadIdx.x % WARP_LANES;
  for (int first = 0; first < T::INNER; first += LENGTH) {
    SplitLine rows[OWN_ROWS], columns[OWN_COLUMNS];
    for (int r = 0; r < OWN_ROWS; r++) {
      for (int k = 0; k < LENGTH; k++) rows[r].set(k, left(first_row + r / 2 * 16 + lane / 4 + r % 2 * 8, first + k));
    }
    for (int c = 0; c < OWN_COLUMNS; c++) {
      for (int k = 0; k < LENGTH; k++) columns[c].set(k, right(first_column + c / 2 * 8 + lane % 4 * 2 + c % 2, first + k));
    }
    for (int r = 0; r < OWN_ROWS; r++) {
      for (int c = 0; c < OWN_COLUMNS; c++) {
        float d = 0.0f;
        for (int step = 0; step < LENGTH; step += TF32_DEPTH) {
          for (int k = step; k < step + TF32_DEPTH; k++) d += rows[r].small[k] * columns[c].big[k];
          for (int k = step; k < step + TF32_DEPTH; k++) d += rows[r].big[k] * columns[c].small[k];
        }
        for (int k = 0; k < LENGTH; k++) d += rows[r].big[k] * columns[c].big[k];
        sums.of[r / 2][c / 2][r % 2 * 2 + c % 2] += d;
      }
    }
  }
}
#endif

// As for bfloat16: left has a line of INNER numbers for each row, right one for each column.
template <class T>
__device__ __forceinline__ void add_lines(Sums<T>& sums, const float* left, const float* right, int first_row, int first_column) {
#if defined(__CUDACC__) || defined(WHOLE_WARPS)
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
#else
  add_split_one_by_one<T>(
      sums, first_row, first_column,
      [&](int row, int k) { return left[line_at<T, T::INNER>(row, k / T::VECTOR) + k % T::VECTOR]; },
      [&](int column, int k) { return right[line_at<T, T::INNER>(column, k / T::VECTOR) + k % T::VECTOR]; });
#endif
}

// The same where left and right have a line for each of the INNER numbers, of ROWS and of COLUMNS.
template <class T>
__device__ __forceinline__ void add_columns(Sums<T>& sums, const float* left, const float* right, int first_row, int first_column) {
#if defined(__CUDACC__) || defined(WHOLE_WARPS)
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
#else
  add_split_one_by_one<T>(
      sums, first_row, first_column,
      [&](int row, int k) { return left[column_at<T, T::ROWS>(k, row / T::VECTOR) + row % T::VECTOR]; },
      [&](int column, int k) { return right[column_at<T, T::COLUMNS>(k, column / T::VECTOR) + column % T::VECTOR]; });
#endif
}
