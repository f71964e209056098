// Networks in bfloat16: products of matrices that lie in memory as float32, by tensor cores. Contract and arguments: those of the
// `matrices` kernels of products.cu, but the operands are rounded to bfloat16 on their way to shared memory. Sums are float32; their
// order is that of the inner axis, sixteen at a time.

#if defined(__CUDACC__) || defined(__CUDACC_RTC__)
#define KERNEL extern "C" __global__ void
#define EXPORT_KERNEL(name)
#endif

#include "bfloat16.cuh"
#include "tensor_cores.cuh"

typedef long long i64;

// Of the inner axis at a time: what a tensor core takes at once. A column more than rows need, so that a tile's rows lie in all banks.
enum { DEPTH = 16, PAIRS = DEPTH / 2, WORDS = PAIRS + 4 };

// A block makes SIDE x SIDE numbers of the result, a warp DOWN x ACROSS tiles of 16 x 8.
struct Huge { enum { SIDE = 128, DOWN = 4, ACROSS = 4, THREADS = 256 }; };
struct Large { enum { SIDE = 64, DOWN = 2, ACROSS = 4, THREADS = 128 }; };

// Numbers beside each other along the inner axis, of one operand, that a thread brings. `outer` steps from row to row of the left operand,
// from column to column of the right one.
template <class T>
struct Operand {
  enum { EACH = T::SIDE * PAIRS / T::THREADS };
  const float* p;
  i64 outer, inner;
  int first, count;
  float next[EACH][2];

  // Neighbours read neighbours.
  __device__ int line(int i) const { return inner == 1 ? i / PAIRS : i % T::SIDE; }
  __device__ int pair(int i) const { return inner == 1 ? i % PAIRS : i / T::SIDE; }

  __device__ void fetch(int from, int to) {
#pragma unroll
    for (int u = 0; u < EACH; u++) {
      int i = u * T::THREADS + (int)threadIdx.x, at = first + line(i), k = from + 2 * pair(i);
      const float* q = p + at * outer + k * inner;
      next[u][0] = at < count && k < to ? q[0] : 0.0f;
      next[u][1] = at < count && k + 1 < to ? q[inner] : 0.0f;
    }
  }

  __device__ void put(unsigned (*words)[WORDS]) const {
#pragma unroll
    for (int u = 0; u < EACH; u++) {
      int i = u * T::THREADS + (int)threadIdx.x;
      words[line(i)][pair(i)] = bfloat16_pair(next[u][0], next[u][1]);
    }
  }
};

template <class T>
__device__ void matrices(const float* a, const float* b, const float* bias, float* c, int rows, int columns, int inner, int last_inner,
                         i64 a_row, i64 a_inner, i64 b_inner, i64 b_column, i64 c_row, i64 a_batch, i64 b_batch, i64 c_batch,
                         float factor, int is_added) {
  enum { DOWN = T::DOWN, ACROSS = T::ACROSS, WARPS_DOWN = T::SIDE / (DOWN * 16) };
  __shared__ unsigned lefts[2][T::SIDE][WORDS];
  __shared__ unsigned rights[2][T::SIDE][WORDS];
  i64 z = blockIdx.z;
  if (blockIdx.z + 1 == gridDim.z) inner = last_inner;
  int tiles_across = (columns + T::SIDE - 1) / T::SIDE;
  int first_row = (int)(blockIdx.x / tiles_across) * T::SIDE, first_column = (int)(blockIdx.x % tiles_across) * T::SIDE;
  Operand<T> left{a + z * a_batch, a_row, a_inner, first_row, rows, {}};
  Operand<T> right{b + z * b_batch, b_column, b_inner, first_column, columns, {}};
  int warp = (int)threadIdx.x / WARP_LANES, lane = (int)threadIdx.x % WARP_LANES, g = lane / 4, t = lane % 4;
  int row = warp % WARPS_DOWN * DOWN * 16, column = warp / WARPS_DOWN * ACROSS * 8;
  float sums[DOWN][ACROSS][4] = {};
  left.fetch(0, inner), right.fetch(0, inner);
  left.put(lefts[0]), right.put(rights[0]);
  __syncthreads();
  for (int k = 0, half = 0; k < inner; k += DEPTH, half ^= 1) {
    left.fetch(k + DEPTH, inner), right.fetch(k + DEPTH, inner);
    unsigned as[DOWN][4], bs[ACROSS][2];
#pragma unroll
    for (int i = 0; i < DOWN; i++) {
      const unsigned *upper = lefts[half][row + i * 16 + g], *lower = lefts[half][row + i * 16 + g + 8];
      as[i][0] = upper[t], as[i][1] = lower[t], as[i][2] = upper[t + 4], as[i][3] = lower[t + 4];
    }
#pragma unroll
    for (int j = 0; j < ACROSS; j++) {
      const unsigned* words = rights[half][column + j * 8 + g];
      bs[j][0] = words[t], bs[j][1] = words[t + 4];
    }
#pragma unroll
    for (int i = 0; i < DOWN; i++) {
#pragma unroll
      for (int j = 0; j < ACROSS; j++) multiply_tiles(sums[i][j], as[i], bs[j][0], bs[j][1]);
    }
    left.put(lefts[half ^ 1]), right.put(rights[half ^ 1]);
    __syncthreads();
  }
#pragma unroll
  for (int i = 0; i < DOWN; i++) {
#pragma unroll
    for (int j = 0; j < ACROSS; j++) {
#pragma unroll
      for (int n = 0; n < 4; n++) {
        int y = first_row + row + i * 16 + g + n / 2 * 8, x = first_column + column + j * 8 + 2 * t + n % 2;
        if (y >= rows || x >= columns) continue;
        float* to = c + z * c_batch + y * c_row + x;
        float v = sums[i][j][n] * factor;
        if (bias) v += bias[x];
        *to = is_added ? *to + v : v;
      }
    }
  }
}

#define MATRICES(name, T)                                                                                                          \
  KERNEL __launch_bounds__(T::THREADS, 512 / T::THREADS)                                                                           \
      name(const float* a, const float* b, const float* bias, float* c, int rows, int columns, int inner, int last_inner,          \
           i64 a_row, i64 a_inner, i64 b_inner, i64 b_column, i64 c_row, i64 a_batch, i64 b_batch, i64 c_batch, float factor,      \
           int is_added) {                                                                                                         \
    matrices<T>(a, b, bias, c, rows, columns, inner, last_inner, a_row, a_inner, b_inner, b_column, c_row, a_batch, b_batch,       \
                c_batch, factor, is_added);                                                                                        \
  }
MATRICES(matrices_bfloat16_huge, Huge)
EXPORT_KERNEL(matrices_bfloat16_huge)
MATRICES(matrices_bfloat16_large, Large)
EXPORT_KERNEL(matrices_bfloat16_large)
