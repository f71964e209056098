// Row partition and gradients, as candidates for tree.cu.
#pragma once

enum { TILE = 2048, TILE_WORDS = TILE / 32, TILE_THREADS = 256 };

// Stable partition of nodes in three launches: marks and counts of tiles, a scan of the counts, the move. A tile is a piece
// of one node.
//
//   column, stride  bin of row r of the split feature is column[r * stride]
//   marks           TILE_WORDS words a tile, bit i of word w: position 32 w + i goes left
//   counts          rows of each tile that go left
__global__ void __launch_bounds__(TILE_THREADS)
    mark_left(const unsigned char* column, int stride, int split, const int* order, const int* tile_begins,
              const int* tile_ends, unsigned* marks, int* counts) {
  __shared__ int sums[TILE_THREADS / 32];
  int tile = blockIdx.x, lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  int begin = tile_begins[tile], end = tile_ends[tile];
  enum { WORDS = TILE_WORDS / (TILE_THREADS / 32) };
  int rows[WORDS];
  unsigned char bins[WORDS];
#pragma unroll
  for (int i = 0; i < WORDS; i++) {
    int position = begin + (warp * WORDS + i) * 32 + lane;
    rows[i] = position < end ? (order ? order[position] : position) : -1;
  }
#pragma unroll
  for (int i = 0; i < WORDS; i++) bins[i] = rows[i] >= 0 ? column[(size_t)rows[i] * stride] : 0;
  int sum = 0;
#pragma unroll
  for (int i = 0; i < WORDS; i++) {
    unsigned mask = __ballot_sync(~0u, rows[i] >= 0 && bins[i] <= split);
    if (lane == 0) marks[(size_t)tile * TILE_WORDS + warp * WORDS + i] = mask;
    sum += __popc(mask);
  }
  if (lane == 0) sums[warp] = sum;
  __syncthreads();
  if (threadIdx.x == 0) {
    int all = 0;
    for (int w = 0; w < TILE_THREADS / 32; w++) all += sums[w];
    counts[tile] = all;
  }
}

// before[i] = sum of counts[0 .. i), for i up to num_tiles. One block.
__global__ void __launch_bounds__(1024) scan_counts(const int* counts, int num_tiles, int* before) {
  __shared__ int sums[32];
  int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  int carry = 0;
  for (int first = 0; first <= num_tiles; first += 1024) {
    int i = first + threadIdx.x;
    int value = i < num_tiles ? counts[i] : 0, sum = value;
    for (int d = 1; d < 32; d *= 2) {
      int other = __shfl_up_sync(~0u, sum, d);
      if (lane >= d) sum += other;
    }
    if (lane == 31) sums[warp] = sum;
    __syncthreads();
    if (warp == 0) {
      int total = sums[lane];
      for (int d = 1; d < 32; d *= 2) {
        int other = __shfl_up_sync(~0u, total, d);
        if (lane >= d) total += other;
      }
      sums[lane] = total;
    }
    __syncthreads();
    if (i <= num_tiles) before[i] = carry + (warp ? sums[warp - 1] : 0) + sum - value;
    carry += sums[31];
    __syncthreads();
  }
}

// first_tiles, end_tiles, node_begins: of the node that a tile belongs to.
__global__ void __launch_bounds__(TILE_THREADS)
    move_rows(const int* order, const int* tile_begins, const int* tile_ends, const int* first_tiles, const int* end_tiles,
              const int* node_begins, const unsigned* marks, const int* before, int* moved) {
  __shared__ unsigned words[TILE_WORDS];
  __shared__ int word_before[TILE_WORDS];
  int tile = blockIdx.x, lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  int begin = tile_begins[tile], end = tile_ends[tile];
  int node_begin = node_begins[tile];
  int node_left = before[end_tiles[tile]] - before[first_tiles[tile]];
  int tile_left = before[tile] - before[first_tiles[tile]];
  if (warp == 0) {
    int carry = 0;
    for (int w = lane; w < TILE_WORDS; w += 32) {
      unsigned mask = marks[(size_t)tile * TILE_WORDS + w];
      int value = __popc(mask), sum = value;
      for (int d = 1; d < 32; d *= 2) {
        int other = __shfl_up_sync(~0u, sum, d);
        if (lane >= d) sum += other;
      }
      words[w] = mask;
      word_before[w] = carry + sum - value;
      carry += __shfl_sync(~0u, sum, 31);
    }
  }
  __syncthreads();
  enum { WORDS = TILE_WORDS / (TILE_THREADS / 32) };
#pragma unroll
  for (int i = 0; i < WORDS; i++) {
    int w = warp * WORDS + i, position = begin + w * 32 + lane;
    if (position >= end) continue;
    int left = tile_left + word_before[w] + __popc(words[w] & ((1u << lane) - 1));
    bool is_left = words[w] >> lane & 1;
    int to = node_begin + (is_left ? left : node_left + (position - node_begin - left));
    moved[to] = order ? order[position] : position;
  }
}

struct LogisticScale {
  double gradient_factor, hessian_factor;
};

// FixedMath.exp for x <= 0; table: 2^(j/32) as bits.
__host__ __device__ double fixed_exp(double x, const i64* table) {
  double c = x < -700 ? -700 : x;
  double t = c * 0x1.71547652b82fep5 + 0x1.8p52;
  i64 k;
  memcpy(&k, &t, 8);
  double steps = t - 0x1.8p52;
  double r = (c - steps * (6.93147180369123816490e-01 / 32)) - steps * (1.90821492927058770002e-10 / 32);
  double q = r * r;
  double upper = (1.0 / 24.0 + r * (1.0 / 120.0)) + q * (1.0 / 720.0);
  double p = r + q * ((0.5 + r * (1.0 / 6.0)) + q * upper);
  i64 bits = table[(int)k & 31] + ((k >> 5) << 52);
  double head;
  memcpy(&head, &bits, 8);
  return head + head * p;
}

__host__ __device__ i64 logistic_row(float score, float label, LogisticScale scale, const i64* table) {
  double s = score;
  double e = fixed_exp(s < 0 ? s : -s, table);
  double q = 1.0 / (1.0 + e);
  double p = (score < 0 ? e : 1.0) * q;
  // Adding 1.5 * 2^52 leaves the nearest whole number in the low bits.
  double g = (p - (double)label) * scale.gradient_factor + 0x1.8p52, h = ((e * q) * q) * scale.hessian_factor + 0x1.8p52;
  i64 g_bits, h_bits;
  memcpy(&g_bits, &g, 8);
  memcpy(&h_bits, &h, 8);
  int hessian = (int)h_bits;
  return ((i64)(int)g_bits << 32) | (hessian < 1 ? 1 : hessian);
}

// totals: g, |g|, h, rows.
__global__ void __launch_bounds__(256) logistic_gradients(const float* scores, const float* labels, int num_rows,
                                                          LogisticScale scale, const i64* table, i64* gradients, u64* totals) {
  __shared__ i64 near_table[32];
  if (threadIdx.x < 32) near_table[threadIdx.x] = table[threadIdx.x];
  __syncthreads();
  i64 sums[4] = {0, 0, 0, 0};
  for (i64 row = blockIdx.x * blockDim.x + threadIdx.x; row < num_rows; row += (i64)gridDim.x * blockDim.x) {
    i64 packed = logistic_row(scores[row], labels[row], scale, near_table);
    gradients[row] = packed;
    i64 g = packed >> 32;
    sums[0] += g, sums[1] += g < 0 ? -g : g, sums[2] += (int)packed, sums[3]++;
  }
#pragma unroll
  for (int i = 0; i < 4; i++) {
    i64 sum = sums[i];
    for (int d = 16; d; d /= 2) sum += __shfl_down_sync(~0u, sum, d);
    if ((threadIdx.x & 31) == 0) atomicAdd(&totals[i], (u64)sum);
  }
}
