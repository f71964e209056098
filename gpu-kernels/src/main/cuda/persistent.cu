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

#include "persistent.cuh"

typedef long long i64;

// Puts recurrent weights where the threads of a block look for them, in fours along the inner axis: a thread an output and four,
// n: gates x P x P / 4 of them, to[(piece x outputs + output) x 2 P + thread]. Forward, outputs are the gates of two units and the
// inner axis is the units; backward, outputs are eight units and the inner axis is the gates, P apart.
KERNEL pack_recurrent(int is_backward, const float* recurrent, float* to, int gates, int padded, int units, int n) {
  unsigned index = blockIdx.x * blockDim.x + threadIdx.x;
  if (index >= (unsigned)n) return;
  int outputs = is_backward ? (int)BACKWARD_UNITS : FORWARD_UNITS * gates, lanes = is_backward ? BACKWARD_LANES : FORWARD_LANES;
  int thread = (int)index % (2 * padded), output = (int)index / (2 * padded) % outputs, piece = (int)index / (2 * padded) / outputs;
  for (int i = 0; i < 4; i++) {
    int inner = (piece * lanes + thread % lanes) * 4 + i, group = thread / lanes;
    int gate = is_backward ? inner / padded : output / FORWARD_UNITS;
    int from = is_backward ? inner % padded : group * FORWARD_UNITS + output % FORWARD_UNITS;
    int column = is_backward ? group * BACKWARD_UNITS + output : inner;
    to[(i64)index * 4 + i] = from < units && column < units ? recurrent[(gate * units + from) * units + column] : 0.0f;
  }
}
EXPORT_KERNEL(pack_recurrent)

// slice: rows of a block, a multiple of ROWS, which are multiplied at once. With one row a block, two lanes do the same.
template <int P, int ROWS, int HELD, Rest REST>
__device__ void lstm(const float4* packed, float* gates, float* c, float* h, const int* lengths, float4* rest, int slice, int rows,
                     int steps, int units) {
  __shared__ float4 before[2][MOST_ROWS][P / 4];
  __shared__ float cells[MOST_ROWS * P];
  __shared__ int ends[MOST_ROWS];
  Forward<P, 4, HELD, REST> weights(packed, rest);
  int lane = weights.lane, unit = (int)threadIdx.x / FORWARD_LANES * FORWARD_UNITS + lane % FORWARD_UNITS;
  int own = ROWS == 1 ? 0 : lane / FORWARD_UNITS, first = (int)blockIdx.x * slice;
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
      float sums[ROWS * FORWARD_UNITS * 4] = {};
      if (t > 0) weights.template multiply<ROWS>(&before[t % 2][r], sums);
      share_forward<ROWS, 4>(sums);
      float& cell = cells[ROWS == 1 ? unit : r * P + (int)threadIdx.x];
      float now = 0.0f, out = 0.0f;
      if (is_there) {
        float i = sigmoid(inputs[0] + sums[0]), f = sigmoid(inputs[1] + sums[1]);
        float a = hyperbolic_tangent(inputs[2] + sums[2]), o = sigmoid(inputs[3] + sums[3]);
        now = i * a + (t > 0 ? f * cell : 0.0f);
        out = o * hyperbolic_tangent(now);
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
__device__ void lstm_gradient(const float4* packed, const float* dh, const float* gates, const float* c, const int* lengths,
                              float* dgates, float4* rest, int slice, int rows, int steps, int units) {
  __shared__ float4 behind[2][MOST_ROWS][P];
  __shared__ float cells[MOST_ROWS * P];
  __shared__ int ends[MOST_ROWS];
  Backward<P, 4, HELD, REST> weights(packed, rest);
  int lane = weights.lane, unit = (int)threadIdx.x / BACKWARD_LANES * BACKWARD_UNITS + lane % BACKWARD_UNITS;
  int own = ROWS == 1 ? 0 : lane / BACKWARD_UNITS, first = (int)blockIdx.x * slice;
  bool is_first = ROWS == 2 || lane < BACKWARD_UNITS;
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
      float sums[ROWS * BACKWARD_UNITS] = {};
      if (t < steps - 1) weights.template multiply<ROWS>(&behind[(t + 1) % 2][r], sums);
      share_backward<ROWS>(sums);
      float& cell = cells[ROWS == 1 ? unit : r * P + (int)threadIdx.x];
      float d[4] = {}, of_c = 0.0f;
      if (is_there) {
        float bent = hyperbolic_tangent(now);
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
      lstm_##name(const float4* packed, float* gates, float* c, float* h, const int* lengths, int slice, int rows, int steps,      \
                  int units) {                                                                                                     \
    DYNAMIC_SHARED(float4, rest);                                                                                                  \
    lstm<P, ROWS, FORWARD, REST>(packed, gates, c, h, lengths, rest, slice, rows, steps, units);                                   \
  }                                                                                                                                \
  EXPORT_KERNEL(lstm_##name)                                                                                                       \
  KERNEL __launch_bounds__(2 * P, 1)                                                                                               \
      lstm_gradient_##name(const float4* packed, const float* dh, const float* gates, const float* c, const int* lengths,          \
                           float* dgates, int slice, int rows, int steps, int units) {                                             \
    DYNAMIC_SHARED(float4, rest);                                                                                                  \
    lstm_gradient<P, ROWS, BACKWARD, REST>(packed, dh, gates, c, lengths, dgates, rest, slice, rows, steps, units);                \
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
