// Networks: a block walks all steps of a recurrent layer. What persistent.cu and persistent_gru.cu share, which say how.
#pragma once

// Rows of a slice at most; neighbours that share a product forward, for two units each, and backward, for eight.
enum { MOST_ROWS = 8, FORWARD_LANES = 4, FORWARD_UNITS = 2, BACKWARD_LANES = 16, BACKWARD_UNITS = 8 };

// Where the weights are that registers do not hold.
enum Rest { SHARED, GLOBAL };

// Every step waits for it. A GPU's own exponential and quotient are off by some units in the last place, which the sums before are, too.
__device__ float sigmoid(float x) {
#ifdef __CUDA_ARCH__
  return __fdividef(1.0f, 1.0f + __expf(-x));
#else
  return 1.0f / (1.0f + expf(-x));
#endif
}

// Without a branch: near 0, where the quotient loses digits, the series up to x^9.
__device__ float hyperbolic_tangent(float x) {
#ifdef __CUDA_ARCH__
  float size = fabsf(x), square = x * x, far = 1.0f - __fdividef(2.0f, __expf(2.0f * size) + 1.0f);
  float series = 2.1869489e-2f;
  series = series * square - 5.3968254e-2f;
  series = series * square + 1.3333333e-1f;
  series = series * square - 3.3333333e-1f;
  return size < 0.25f ? x * square * series + x : copysignf(far, x);
#else
  return tanhf(x);
#endif
}

// A thread's weights in pieces of its outputs x 4 of the inner axis, HELD of them in registers.
template <int P, int LANES, int OUTPUTS, int PIECES, int HELD, Rest REST>
struct Weights {
  enum { THREADS = 2 * P, PIECE = OUTPUTS * 4, LEFT = PIECES - HELD };
  const float4* rest;
  int lane;
  float held[HELD * PIECE];

  __device__ Weights(const float4* packed, float4* shared) : lane((int)threadIdx.x % LANES) {
    packed += threadIdx.x;
#pragma unroll
    for (int i = 0; i < HELD * OUTPUTS; i++) {
      float4 four = packed[i * THREADS];
      held[i * 4] = four.x, held[i * 4 + 1] = four.y, held[i * 4 + 2] = four.z, held[i * 4 + 3] = four.w;
    }
    rest = packed + HELD * OUTPUTS * THREADS;
    if (REST == SHARED) {
      // A thread reads what it has written itself.
      shared += threadIdx.x;
      for (int i = 0; i < LEFT * OUTPUTS; i++) shared[i * THREADS] = rest[i * THREADS];
      rest = shared;
    }
  }

  // Adds this thread's parts of the product with ROWS vectors: sums[row * OUTPUTS + output].
  template <int ROWS, int LENGTH>
  __device__ void multiply(const float4 (*vectors)[LENGTH], float (&sums)[ROWS * OUTPUTS]) const {
#pragma unroll
    for (int piece = 0; piece < PIECES; piece++) {
      float4 x[ROWS];
#pragma unroll
      for (int row = 0; row < ROWS; row++) x[row] = vectors[row][piece * LANES + lane];
#pragma unroll
      for (int output = 0; output < OUTPUTS; output++) {
        float w[4];
        if (piece < HELD) {
#pragma unroll
          for (int i = 0; i < 4; i++) w[i] = held[(piece < HELD ? piece : 0) * PIECE + output * 4 + i];
        } else {
          float4 four = rest[((piece - HELD) * OUTPUTS + output) * THREADS];
          w[0] = four.x, w[1] = four.y, w[2] = four.z, w[3] = four.w;
        }
#pragma unroll
        for (int row = 0; row < ROWS; row++) {
          float& sum = sums[row * OUTPUTS + output];
          sum += w[0] * x[row].x;
          sum += w[1] * x[row].y;
          sum += w[2] * x[row].z;
          sum += w[3] * x[row].w;
        }
      }
    }
  }
};

// Of 2 N sums a lane keeps N, its neighbour the others: the even ones are those of the lane with no `mask` in its number.
template <int N, int SIZE>
__device__ void share(float (&sums)[SIZE], int mask) {
  bool is_odd = threadIdx.x & mask;
#pragma unroll
  for (int i = 0; i < N; i++) {
    float even = sums[2 * i], odd = sums[2 * i + 1];
    sums[i] = (is_odd ? odd : even) + __shfl_xor_sync(~0u, is_odd ? even : odd, mask);
  }
}

// The same: the lower half and the upper one.
template <int N, int SIZE>
__device__ void share_halves(float (&sums)[SIZE], int mask) {
  bool is_upper = threadIdx.x & mask;
#pragma unroll
  for (int i = 0; i < N; i++) {
    float lower = sums[i], upper = sums[N + i];
    sums[i] = (is_upper ? upper : lower) + __shfl_xor_sync(~0u, is_upper ? lower : upper, mask);
  }
}

// Both neighbours get all sums.
template <int N, int SIZE>
__device__ void add_both(float (&sums)[SIZE], int mask) {
#pragma unroll
  for (int i = 0; i < N; i++) sums[i] += __shfl_xor_sync(~0u, sums[i], mask);
}

// How many steps the rows of this block's slice have: none where there is no row.
__device__ void read_ends(int* ends, const int* lengths, int first, int rows, int steps) {
  if (threadIdx.x < MOST_ROWS) {
    int row = first + (int)threadIdx.x;
    ends[threadIdx.x] = row >= rows ? 0 : lengths ? lengths[row] : steps;
  }
}

// The weights of a cell with so many gates, forward and backward.
template <int P, int GATES, int HELD, Rest REST>
using Forward = Weights<P, FORWARD_LANES, FORWARD_UNITS * GATES, P / (4 * FORWARD_LANES), HELD, REST>;
template <int P, int GATES, int HELD, Rest REST>
using Backward = Weights<P, BACKWARD_LANES, BACKWARD_UNITS, GATES * P / (4 * BACKWARD_LANES), HELD, REST>;

// Leaves a lane with the sums of all gates of its unit and row: sums[gate].
template <int ROWS, int GATES>
__device__ void share_forward(float (&sums)[ROWS * FORWARD_UNITS * GATES]) {
  share<ROWS * GATES>(sums, 1);
  if (ROWS == 1) {
    add_both<GATES>(sums, 2);
  } else {
    share_halves<GATES>(sums, 2);
  }
}

// Leaves a lane with the sum of its unit and row: sums[0].
template <int ROWS>
__device__ void share_backward(float (&sums)[ROWS * BACKWARD_UNITS]) {
  share<ROWS * 4>(sums, 1);
  share<ROWS * 2>(sums, 2);
  share<ROWS>(sums, 4);
  if (ROWS == 1) {
    add_both<1>(sums, 8);
  } else {
    share_halves<1>(sums, 8);
  }
}
