// Second round of histogram candidates, on the layout of tree.cu: loads ahead of the additions, other ways to move sums out of
// shared memory, and rows that carry their gradients.
#pragma once

// Adds a cell to 64-bit sums, a thread a bin.
template <class S>
__device__ void collect(const unsigned* cell, u64* sums) {
  for (int i = 0; i < S::OUT; i++) sums[i] += S::number(cell, i);
}

// How sums leave a block: each to its histogram by atomics, with a thread a bin or a thread a number; or as a copy of shared
// memory that add_partials sums.
enum Out { BY_BINS, BY_NUMBERS, BY_PARTIALS };

// Rows of 32 bytes. IS_RECORD: the last four bytes are the coarse hessian << 16 | gradient. IS_AHEAD: the next rows are loaded
// before these are added.
template <bool IS_FINE, bool IS_RECORD, bool IS_AHEAD, int UNROLL, int OUT, bool IS_IDENTITY, int NUM_THREADS, int BLOCKS>
__global__ void __launch_bounds__(NUM_THREADS, BLOCKS)
    histograms_ahead(const unsigned char* bins, int num_features, const int* offsets, const i64* gradients, const int* order,
                     const int* begins, const int* ends, const int* slots, int rows_per_block, u64* all, int slot_length,
                     unsigned* partials) {
  typedef Sums<IS_FINE, false, 32> S;
  enum { WARPS = NUM_THREADS / 32, CELLS = S::NUM_PLANES * S::PLANE, STEP = 16 * UNROLL };
  SHARED_CELLS(cells);
  int node = blockIdx.z;
  i64 begin64 = begins[node] + (i64)blockIdx.x * rows_per_block;
  uint4* partial = reinterpret_cast<uint4*>(partials + (size_t)(blockIdx.z * gridDim.x + blockIdx.x) * CELLS);
  if (begin64 >= ends[node]) {
    for (int i = threadIdx.x; OUT == BY_PARTIALS && i < CELLS / 4; i += NUM_THREADS) partial[i] = uint4{0, 0, 0, 0};
    return;
  }
  int begin = (int)begin64, end = ends[node] - begin < rows_per_block ? ends[node] : begin + rows_per_block;
  for (int i = threadIdx.x; i < CELLS / 4; i += NUM_THREADS) reinterpret_cast<uint4*>(cells)[i] = uint4{0, 0, 0, 0};
  __syncthreads();

  int lane = threadIdx.x & 31, warp = threadIdx.x >> 5, part = lane & 1, turn = lane >> 1;
  unsigned columns[16];
#pragma unroll
  for (int k = 0; k < 16; k++) columns[k] = (part * 16 + (k + turn) % 16) * 4;

  RowBytes<16> bytes[UNROLL], next_bytes[UNROLL];
  i64 packed[UNROLL], next_packed[UNROLL];
  int rows[UNROLL];
  auto find = [&](int first) {
#pragma unroll
    for (int u = 0; u < UNROLL; u++) {
      int position = first + u * 16 + turn;
      rows[u] = position >= end ? -1 : IS_IDENTITY ? position : order[position];
    }
  };
  auto load = [&](RowBytes<16>* to, i64* values) {
#pragma unroll
    for (int u = 0; u < UNROLL; u++) {
      values[u] = 0;
      if (rows[u] >= 0) {
        if (!IS_RECORD) values[u] = gradients[rows[u]];
        to[u].load(bins + (size_t)rows[u] * 32 + part * 16);
      } else {
        to[u].clear();
      }
    }
  };
  int first = begin + warp * STEP;
  find(first);
  if (IS_AHEAD) {
    load(bytes, packed);
    find(first + WARPS * STEP);
  }
  for (; first < end; first += WARPS * STEP) {
    if (IS_AHEAD) {
      load(next_bytes, next_packed);
      find(first + 2 * WARPS * STEP);
    } else {
      load(bytes, packed);
      find(first + WARPS * STEP);
    }
#pragma unroll
    for (int u = 0; u < UNROLL; u++) {
      S sums;
      if (IS_RECORD) {
        unsigned own = bytes[u].w[3], other = __shfl_xor_sync(~0u, own, 1);
        unsigned record = part ? own : other;
        sums.values[0] = (unsigned)(int)(short)(record & 0xFFFFu), sums.values[1] = record >> 16;
      } else {
        sums.set(packed[u]);
      }
      bytes[u].rotate(turn);
#pragma unroll
      for (int k = 0; k < 16; k++) {
        unsigned bin = __byte_perm(bytes[u].w[k / 4], 0, 0x4440 + k % 4);
        sums.add_to(reinterpret_cast<unsigned*>(reinterpret_cast<char*>(cells) + (bin * 128 + columns[k])));
      }
    }
    if (IS_AHEAD) {
#pragma unroll
      for (int u = 0; u < UNROLL; u++) bytes[u] = next_bytes[u], packed[u] = next_packed[u];
    }
  }
  __syncthreads();

  if (OUT == BY_PARTIALS) {
    for (int i = threadIdx.x; i < CELLS / 4; i += NUM_THREADS) partial[i] = reinterpret_cast<uint4*>(cells)[i];
    return;
  }
  u64* slot = all + (size_t)slots[node] * slot_length;
  enum { MOVED = 8, FEATURES_A_TILE = 32 / MOVED, TILES = 32 / FEATURES_A_TILE * (PLACES / MOVED) };
  if (OUT == BY_BINS) {
    for (int tile = warp; tile < TILES; tile += WARPS) {
      int bin = tile / (32 / FEATURES_A_TILE) * MOVED + lane % MOVED;
      int feature = tile % (32 / FEATURES_A_TILE) * FEATURES_A_TILE + lane / MOVED;
      if (feature >= num_features || bin >= offsets[feature + 1] - offsets[feature]) continue;
      u64 sums[2] = {};
      collect<S>(cells + bin * 32 + feature, sums);
      u64* out = slot + (size_t)(offsets[feature] + bin) * 2;
      if (sums[0]) atomicAdd(&out[0], sums[0]);
      if (sums[1]) atomicAdd(&out[1], sums[1]);
    }
  } else {
    // Two lanes a bin: a warp writes 64 bytes of four features.
    for (int tile = warp; tile < 2 * TILES; tile += WARPS) {
      int half = tile / TILES, at = tile % TILES;
      int bin = at / (32 / FEATURES_A_TILE) * MOVED + half * 4 + (lane & 7) / 2;
      int feature = at % (32 / FEATURES_A_TILE) * FEATURES_A_TILE + lane / 8;
      if (feature >= num_features || bin >= offsets[feature + 1] - offsets[feature]) continue;
      u64 sums[2] = {};
      collect<S>(cells + bin * 32 + feature, sums);
      u64 value = lane & 1 ? sums[1] : sums[0];
      if (value) atomicAdd(slot + (size_t)(offsets[feature] + bin) * 2 + (lane & 1), value);
    }
  }
}

// Adds the copies of `num_partials` blocks, `blocks_a_slot` of them to a slot of `slots`; a block of this kernel (y) sums 16.
template <bool IS_FINE>
__global__ void __launch_bounds__(256) add_partials(const unsigned* partials, int num_partials, int blocks_a_slot, const int* slots,
                                                    int num_features, const int* offsets, u64* all, int slot_length) {
  typedef Sums<IS_FINE, false, 32> S;
  int cell = blockIdx.x * 256 + threadIdx.x, feature = cell & 31, bin = cell >> 5;
  if (feature >= num_features || bin >= offsets[feature + 1] - offsets[feature]) return;
  int begin = blockIdx.y * 16, end = begin + 16 < num_partials ? begin + 16 : num_partials;
  u64 sums[2] = {};
  int slot = slots[begin / blocks_a_slot];
  for (int i = begin; i < end; i++) {
    int now = slots[i / blocks_a_slot];
    if (now != slot) {
      u64* out = all + (size_t)slot * slot_length + (size_t)(offsets[feature] + bin) * 2;
      if (sums[0]) atomicAdd(&out[0], sums[0]);
      if (sums[1]) atomicAdd(&out[1], sums[1]);
      sums[0] = sums[1] = 0;
      slot = now;
    }
    collect<S>(partials + (size_t)i * S::NUM_PLANES * S::PLANE + cell, sums);
  }
  u64* out = all + (size_t)slot * slot_length + (size_t)(offsets[feature] + bin) * 2;
  if (sums[0]) atomicAdd(&out[0], sums[0]);
  if (sums[1]) atomicAdd(&out[1], sums[1]);
}
