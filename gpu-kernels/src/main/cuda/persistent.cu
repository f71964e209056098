// Networks: all steps of a recurrent layer in one launch. Contract: Recurrent of org.sparkmlext.kernels.graph, LSTM; what is kept and
// where is as in recurrent.cu. The rules are in elements.cu.
//
// A block takes a slice of the rows and walks all steps; no block waits for another. Its threads keep the recurrent weights: 2 P
// threads for P units (more than there are units: the rest are zeros that no one sees), 2 P weights each, as many in registers as go
// there, the others in shared memory, or, where a device has too little, read again in every step. What the weights are multiplied
// by, h of the step before or the gradients of the gates of the step behind, is in shared memory, twice, so that a step needs one
// barrier.
//
// A thread has 8 numbers of the product, a part of each: LANES neighbours share the inner axis, four of it by turns, and add up
// pairwise. A lane is left with all that one unit of one row needs. So the order of a sum depends on P alone.

#if defined(__CUDACC__) || defined(__CUDACC_RTC__)
#define KERNEL extern "C" __global__ void
#define EXPORT_KERNEL(name)
#define DYNAMIC_SHARED(type, name) extern __shared__ type name[]
#endif

typedef long long i64;

// Rows of a slice at most; numbers of the product that a thread has a part of; neighbours that share a product, forward and backward.
enum { MOST_ROWS = 8, OUTPUTS = 8, FORWARD_LANES = 4, BACKWARD_LANES = 16 };

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

// Puts recurrent weights where the threads of a block look for them, in fours along the inner axis: a thread an output and four,
// n: P x P of them, to[(piece x 8 + output) x 2 P + thread]. Forward, outputs are the four gates of two units and the inner axis is
// the units; backward, outputs are eight units and the inner axis is the gates, P apart.
KERNEL pack_recurrent(int is_backward, const float* recurrent, float* to, int padded, int units, int n) {
  unsigned index = blockIdx.x * blockDim.x + threadIdx.x;
  if (index >= (unsigned)n) return;
  int thread = (int)index % (2 * padded), output = (int)index / (2 * padded) % OUTPUTS;
  int piece = (int)index / (2 * padded) / OUTPUTS, lanes = is_backward ? BACKWARD_LANES : FORWARD_LANES;
  for (int i = 0; i < 4; i++) {
    int inner = (piece * lanes + thread % lanes) * 4 + i, group = thread / lanes;
    int gate = is_backward ? inner / padded : output / 2, from = is_backward ? inner % padded : group * 2 + output % 2;
    int column = is_backward ? group * OUTPUTS + output : inner;
    to[(i64)index * 4 + i] = from < units && column < units ? recurrent[(gate * units + from) * units + column] : 0.0f;
  }
}
EXPORT_KERNEL(pack_recurrent)

// A thread's weights in pieces of 8 outputs x 4 of the inner axis, HELD of them in registers.
template <int P, int LANES, int HELD, Rest REST>
struct Weights {
  enum { PIECES = P / 16, THREADS = 2 * P, PIECE = OUTPUTS * 4, LEFT = PIECES - HELD };
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

  // Adds this thread's parts of the product with ROWS vectors: sums[row * 8 + output].
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

// slice: rows of a block, a multiple of ROWS, which are multiplied at once. With one row a block, two lanes do the same.
template <int P, int ROWS, int HELD, Rest REST>
__device__ void lstm(float* gates, const float4* packed, float* c, float* h, const int* lengths, float4* rest, int slice, int rows,
                     int steps, int units) {
  __shared__ float4 before[2][MOST_ROWS][P / 4];
  __shared__ float cells[MOST_ROWS * P];
  __shared__ int ends[MOST_ROWS];
  Weights<P, FORWARD_LANES, HELD, REST> weights(packed, rest);
  int lane = weights.lane, unit = (int)threadIdx.x / FORWARD_LANES * 2 + lane % 2, own = ROWS == 1 ? 0 : lane / 2;
  int first = (int)blockIdx.x * slice;
  bool is_writing = unit < units && (ROWS == 2 || lane < 2);
  read_ends(ends, lengths, first, rows, steps);
  __syncthreads();
  for (int t = 0; t < steps; t++) {
    for (int r = 0; r < slice; r += ROWS) {
      int row = first + r + own;
      bool is_there = unit < units && t < ends[r + own];
      i64 at = ((i64)row * steps + t) * units + unit;
      float* g = gates + (at - unit) * 4 + unit;
      float inputs[4] = {};
      if (is_there) {
#pragma unroll
        for (int gate = 0; gate < 4; gate++) inputs[gate] = g[gate * units];
      }
      float sums[ROWS * OUTPUTS] = {};
      if (t > 0) weights.template multiply<ROWS>(&before[t % 2][r], sums);
      share<ROWS * 4>(sums, 1);
      if (ROWS == 1) {
        add_both<4>(sums, 2);
      } else {
        share_halves<4>(sums, 2);
      }
      float& cell = cells[ROWS == 1 ? unit : r * P + (int)threadIdx.x];
      float now = 0.0f, out = 0.0f;
      if (is_there) {
        float i = sigmoid(inputs[0] + sums[0]), f = sigmoid(inputs[1] + sums[1]);
        float a = tanhf(inputs[2] + sums[2]), o = sigmoid(inputs[3] + sums[3]);
        now = i * a + (t > 0 ? f * cell : 0.0f);
        out = o * tanhf(now);
        if (is_writing) g[0] = i, g[units] = f, g[2 * units] = a, g[3 * units] = o;
      }
      // Lanes that do the same have read before one of them writes.
      if (ROWS == 1) __syncwarp();
      if (ROWS == 2 || lane < 2) {
        cell = now;
        reinterpret_cast<float*>(before[(t + 1) % 2][r + own])[unit] = out;
      }
      if (is_writing && row < rows) c[at] = now, h[at] = out;
    }
    __syncthreads();
  }
}

template <int P, int ROWS, int HELD, Rest REST>
__device__ void lstm_gradient(const float* dh, const float* gates, const float4* packed, const float* c, const int* lengths,
                              float* dgates, float4* rest, int slice, int rows, int steps, int units) {
  __shared__ float4 behind[2][MOST_ROWS][P];
  __shared__ float cells[MOST_ROWS * P];
  __shared__ int ends[MOST_ROWS];
  Weights<P, BACKWARD_LANES, HELD, REST> weights(packed, rest);
  int lane = weights.lane, unit = (int)threadIdx.x / BACKWARD_LANES * OUTPUTS + lane % OUTPUTS;
  int own = ROWS == 1 ? 0 : lane / OUTPUTS, first = (int)blockIdx.x * slice;
  bool is_first = ROWS == 2 || lane < OUTPUTS;
  read_ends(ends, lengths, first, rows, steps);
  __syncthreads();
  for (int t = steps - 1; t >= 0; t--) {
    for (int r = 0; r < slice; r += ROWS) {
      int row = first + r + own;
      bool is_there = unit < units && t < ends[r + own];
      i64 at = ((i64)row * steps + t) * units + unit, at_gates = (at - unit) * 4 + unit;
      float of_h = 0.0f, i = 0.0f, f = 0.0f, a = 0.0f, o = 0.0f, now = 0.0f, before = 0.0f;
      if (is_there) {
        const float* g = gates + at_gates;
        of_h = dh[at], now = c[at];
        i = g[0], f = g[units], a = g[2 * units], o = g[3 * units];
        if (t > 0) before = c[at - units];
      }
      float sums[ROWS * OUTPUTS] = {};
      if (t < steps - 1) weights.template multiply<ROWS>(&behind[(t + 1) % 2][r], sums);
      share<ROWS * 4>(sums, 1);
      share<ROWS * 2>(sums, 2);
      share<ROWS>(sums, 4);
      if (ROWS == 1) {
        add_both<1>(sums, 8);
      } else {
        share_halves<1>(sums, 8);
      }
      float& cell = cells[ROWS == 1 ? unit : r * P + (int)threadIdx.x];
      float d[4] = {}, of_c = 0.0f;
      if (is_there) {
        float bent = tanhf(now);
        of_h += sums[0];
        of_c = (t < steps - 1 ? cell : 0.0f) + of_h * o * (1.0f - bent * bent);
        d[0] = of_c * a * i * (1.0f - i);
        d[1] = of_c * before * f * (1.0f - f);
        d[2] = of_c * i * (1.0f - a * a);
        d[3] = of_h * bent * o * (1.0f - o);
      }
      if (ROWS == 1) __syncwarp();
      if (is_first) {
        cell = of_c * f;
        float* to = reinterpret_cast<float*>(behind[t % 2][r + own]);
#pragma unroll
        for (int gate = 0; gate < 4; gate++) to[gate * P + unit] = d[gate];
        if (unit < units && row < rows) {
#pragma unroll
          for (int gate = 0; gate < 4; gate++) dgates[at_gates + (i64)gate * units] = d[gate];
        }
      }
    }
    __syncthreads();
  }
}

// Of so many units at most, so many rows at once; pieces in registers forward and backward.
#define LSTM(name, P, ROWS, FORWARD, BACKWARD, REST)                                                                               \
  KERNEL __launch_bounds__(2 * P, 1)                                                                                               \
      lstm_##name(float* gates, const float4* packed, float* c, float* h, const int* lengths, int slice, int rows, int steps,      \
                  int units) {                                                                                                     \
    DYNAMIC_SHARED(float4, rest);                                                                                                  \
    lstm<P, ROWS, FORWARD, REST>(gates, packed, c, h, lengths, rest, slice, rows, steps, units);                                   \
  }                                                                                                                                \
  EXPORT_KERNEL(lstm_##name)                                                                                                       \
  KERNEL __launch_bounds__(2 * P, 1)                                                                                               \
      lstm_gradient_##name(const float* dh, const float* gates, const float4* packed, const float* c, const int* lengths,          \
                           float* dgates, int slice, int rows, int steps, int units) {                                             \
    DYNAMIC_SHARED(float4, rest);                                                                                                  \
    lstm_gradient<P, ROWS, BACKWARD, REST>(dh, gates, packed, c, lengths, dgates, rest, slice, rows, steps, units);                \
  }                                                                                                                                \
  EXPORT_KERNEL(lstm_gradient_##name)

LSTM(32_by_1, 32, 1, 2, 2, SHARED)
LSTM(32_by_2, 32, 2, 2, 2, SHARED)
LSTM(64_by_1, 64, 1, 4, 4, SHARED)
LSTM(64_by_2, 64, 2, 4, 4, SHARED)
// One piece more in registers would fit, but leave no room to load what the next products need.
LSTM(128_by_1, 128, 1, 6, 5, SHARED)
LSTM(128_by_2, 128, 2, 5, 5, SHARED)
LSTM(128_narrow_by_1, 128, 1, 6, 6, GLOBAL)
LSTM(128_narrow_by_2, 128, 2, 6, 6, GLOBAL)
