// Histogram variants by columns: every lane of a warp owns one of 32 columns of shared memory, which is a bank, so that no
// two lanes of an addition meet, whatever the bins are. cells[plane][bin][column].
//
// A row's bytes are shared by WIDTH / LOAD lanes, LOAD bytes each. Lanes that hold the same features of different rows
// start at different bytes, and go round: at every step they add to different columns. Where rows have fewer than 32
// features (WIDTH), groups of rows have copies of their own.
#pragma once

#ifdef __CUDACC__
#define SHARED_CELLS(name)                                       \
  extern __shared__ __align__(16) unsigned char shared_cells[];  \
  unsigned* name = reinterpret_cast<unsigned*>(shared_cells)
#else
#define SHARED_CELLS(name) DYNAMIC_SHARED(unsigned, name)
#endif

enum Mode { COARSE, COARSE_64, FINE, FINE_CARRY, COARSE_COUNTS, FINE_COUNTS };

template <int MODE>
struct Planes {
  enum {
    IS_FINE = MODE == FINE || MODE == FINE_CARRY || MODE == FINE_COUNTS,
    HAS_COUNTS = MODE == COARSE_COUNTS || MODE == FINE_COUNTS,
    NUM = (IS_FINE ? 4 : 2) + (HAS_COUNTS ? 1 : 0),
    INTS = NUM * PLACES * 32
  };
};


template <int LOAD>
struct Bytes;
template <>
struct Bytes<16> {
  unsigned w[4];
  __device__ void load(const unsigned char* p) {
    uint4 v = *reinterpret_cast<const uint4*>(p);
    w[0] = v.x, w[1] = v.y, w[2] = v.z, w[3] = v.w;
  }
  __device__ void clear() { w[0] = w[1] = w[2] = w[3] = 0; }
  // Byte k becomes the old byte (k + by) % 16.
  __device__ void rotate(int by) {
    unsigned a0 = by & 4 ? w[1] : w[0], a1 = by & 4 ? w[2] : w[1], a2 = by & 4 ? w[3] : w[2], a3 = by & 4 ? w[0] : w[3];
    unsigned b0 = by & 8 ? a2 : a0, b1 = by & 8 ? a3 : a1, b2 = by & 8 ? a0 : a2, b3 = by & 8 ? a1 : a3;
    int bits = (by & 3) * 8;
    w[0] = __funnelshift_r(b0, b1, bits), w[1] = __funnelshift_r(b1, b2, bits);
    w[2] = __funnelshift_r(b2, b3, bits), w[3] = __funnelshift_r(b3, b0, bits);
  }
};
template <>
struct Bytes<8> {
  unsigned w[2];
  __device__ void load(const unsigned char* p) {
    uint2 v = *reinterpret_cast<const uint2*>(p);
    w[0] = v.x, w[1] = v.y;
  }
  __device__ void clear() { w[0] = w[1] = 0; }
  __device__ void rotate(int by) {
    unsigned a0 = by & 4 ? w[1] : w[0], a1 = by & 4 ? w[0] : w[1];
    int bits = (by & 3) * 8;
    w[0] = __funnelshift_r(a0, a1, bits), w[1] = __funnelshift_r(a1, a0, bits);
  }
};
template <>
struct Bytes<4> {
  unsigned w[1];
  __device__ void load(const unsigned char* p) { w[0] = *reinterpret_cast<const unsigned*>(p); }
  __device__ void clear() { w[0] = 0; }
  __device__ void rotate(int by) { w[0] = __funnelshift_r(w[0], w[0], (by & 3) * 8); }
};

// Adds one row's value to a cell. v: what to add to each plane.
template <int MODE>
struct Addend {
  unsigned v[5];
  u64 packed;
  __device__ void set(i64 row) {
    int gradient = (int)(row >> 32), hessian = (int)row;
    int coarse_gradient = (gradient + (1 << (COARSE_GRADIENT_SHIFT - 1))) >> COARSE_GRADIENT_SHIFT;
    int coarse_hessian = (hessian + (1 << (COARSE_HESSIAN_SHIFT - 1))) >> COARSE_HESSIAN_SHIFT;
    if (MODE == COARSE || MODE == COARSE_COUNTS) {
      v[0] = (unsigned)coarse_gradient, v[1] = (unsigned)coarse_hessian, v[2] = hessian > 0;
    } else if (MODE == COARSE_64) {
      packed = (u64)(((i64)coarse_gradient << 32) + coarse_hessian);
    } else if (MODE == FINE_CARRY) {
      v[0] = (unsigned)gradient, v[1] = gradient < 0 ? ~0u : 0u, v[2] = (unsigned)hessian, v[3] = 0;
    } else {
      v[0] = (unsigned)gradient & ((1u << GRADIENT_LIMB) - 1), v[1] = (unsigned)(gradient >> GRADIENT_LIMB);
      v[2] = (unsigned)hessian & ((1u << HESSIAN_LIMB) - 1), v[3] = (unsigned)hessian >> HESSIAN_LIMB;
      v[4] = hessian > 0;
    }
  }
  // column: the place of the lane's column at bin 0, in bytes: so that one multiplication and addition make an address.
  __device__ void add(unsigned* cells, unsigned column, unsigned bin) const {
    enum { PLANE = PLACES * 32 };
    unsigned* cell = reinterpret_cast<unsigned*>(reinterpret_cast<char*>(cells) + (bin * (MODE == COARSE_64 ? 256 : 128) + column));
    if (MODE == COARSE_64) {
      atomicAdd(reinterpret_cast<u64*>(cell), packed);
    } else if (MODE == FINE_CARRY) {
      for (int half = 0; half < 4; half += 2) {
        unsigned before = atomicAdd(cell + half * PLANE, v[half]);
        unsigned high = v[half + 1] + (before > ~v[half]);
        if (high) atomicAdd(cell + (half + 1) * PLANE, high);
      }
    } else {
#pragma unroll
      for (int p = 0; p < Planes<MODE>::NUM; p++) atomicAdd(cell + p * PLANE, v[p]);
    }
  }
};

// Sums of a cell over the copies, as longs.
template <int MODE, int WIDTH>
__device__ void cell_sums(const unsigned* cells, int bin, int feature, u64* sums) {
  enum { PLANE = PLACES * 32 };
  sums[0] = sums[1] = sums[2] = 0;
#pragma unroll
  for (int column = feature; column < 32; column += WIDTH) {
    unsigned at = bin * 32 + column;
    if (MODE == COARSE_64) {
      u64 packed = reinterpret_cast<const u64*>(cells)[at];
      u64 hessian = packed & 0xFFFFFFFFu;
      sums[0] += (u64)((i64)(packed - hessian) >> 32), sums[1] += hessian;
    } else if (!Planes<MODE>::IS_FINE) {
      sums[0] += (u64)(i64)(int)cells[at], sums[1] += cells[PLANE + at];
      if (Planes<MODE>::HAS_COUNTS) sums[2] += cells[2 * PLANE + at];
    } else if (MODE == FINE_CARRY) {
      sums[0] += ((u64)cells[PLANE + at] << 32) + cells[at];
      sums[1] += ((u64)cells[3 * PLANE + at] << 32) + cells[2 * PLANE + at];
    } else {
      sums[0] += ((u64)(i64)(int)cells[PLANE + at] << GRADIENT_LIMB) + cells[at];
      sums[1] += ((u64)cells[3 * PLANE + at] << HESSIAN_LIMB) + cells[2 * PLANE + at];
      if (Planes<MODE>::HAS_COUNTS) sums[2] += cells[4 * PLANE + at];
    }
  }
}

// One block: piece x of node z, for the WIDTH features of group y. Rows of a group are WIDTH bytes, row_stride apart; groups
// group_stride. Order: null for the root, whose rows stand in their own order (IS_IDENTITY).
// MOVE_BINS: how many neighbouring bins the lanes of a warp write out together.
template <int MODE, int WIDTH, int LOAD, int UNROLL, bool IS_IDENTITY, int NUM_THREADS, int BLOCKS, int MOVE_BINS>
__global__ void __launch_bounds__(NUM_THREADS, BLOCKS)
    histograms_by_columns(const unsigned char* bins, unsigned row_stride, size_t group_stride, int num_features,
                          const int* offsets, const i64* gradients, const int* order, const int* begins, const int* ends,
                          const int* slots, int rows_per_block, u64* all, int slot_length) {
  enum { LANES = WIDTH / LOAD, ROWS = 32 / LANES, WARPS = NUM_THREADS / 32, OUT = Planes<MODE>::HAS_COUNTS ? 3 : 2 };
  SHARED_CELLS(cells);
  int node = blockIdx.z, group = blockIdx.y;
  i64 begin64 = begins[node] + (i64)blockIdx.x * rows_per_block;
  if (begin64 >= ends[node]) return;
  int begin = (int)begin64;
  int end = ends[node] - begin < rows_per_block ? ends[node] : begin + rows_per_block;
  for (int i = threadIdx.x; i < Planes<MODE>::INTS / 4; i += NUM_THREADS) reinterpret_cast<uint4*>(cells)[i] = uint4{0, 0, 0, 0};
  __syncthreads();

  int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  int part = lane % LANES, row_of_lane = lane / LANES;
  int turn = row_of_lane % LOAD, copy = row_of_lane / LOAD;
  const unsigned char* source = bins + group * group_stride + part * LOAD;
  unsigned columns[LOAD];
#pragma unroll
  for (int k = 0; k < LOAD; k++) {
    columns[k] = (copy * WIDTH + part * LOAD + (k + turn) % LOAD) * (MODE == COARSE_64 ? 8 : 4);
  }

  for (int first = begin + warp * ROWS * UNROLL; first < end; first += WARPS * ROWS * UNROLL) {
    Bytes<LOAD> bytes[UNROLL];
    i64 packed[UNROLL];
    int rows[UNROLL];
#pragma unroll
    for (int u = 0; u < UNROLL; u++) {
      int position = first + u * ROWS + row_of_lane;
      rows[u] = position >= end ? -1 : IS_IDENTITY ? position : order[position];
    }
#pragma unroll
    for (int u = 0; u < UNROLL; u++) {
      if (rows[u] >= 0) {
        packed[u] = gradients[rows[u]];
        bytes[u].load(source + (size_t)rows[u] * row_stride);
      } else {
        packed[u] = 0;
        bytes[u].clear();
      }
    }
#pragma unroll
    for (int u = 0; u < UNROLL; u++) {
      Addend<MODE> addend;
      addend.set(packed[u]);
      bytes[u].rotate(turn);
#pragma unroll
      for (int k = 0; k < LOAD; k++) addend.add(cells, columns[k], __byte_perm(bytes[u].w[k / 4], 0, 0x4440 + k % 4));
    }
  }
  __syncthreads();

  int first_feature = group * WIDTH;
  u64* slot = all + (size_t)slots[node] * slot_length;
  // A tile: MOVE_BINS bins of 32 / MOVE_BINS features.
  enum { TILE_FEATURES = 32 / MOVE_BINS, FEATURE_TILES = (WIDTH + TILE_FEATURES - 1) / TILE_FEATURES };
  for (int tile = warp; tile < FEATURE_TILES * (PLACES / MOVE_BINS); tile += WARPS) {
    int bin = tile / FEATURE_TILES * MOVE_BINS + lane % MOVE_BINS;
    int feature = tile % FEATURE_TILES * TILE_FEATURES + lane / MOVE_BINS;
    if (feature >= WIDTH || first_feature + feature >= num_features) continue;
    int offset = offsets[first_feature + feature];
    if (bin >= offsets[first_feature + feature + 1] - offset) continue;
    u64 sums[3];
    cell_sums<MODE, WIDTH>(cells, bin, feature, sums);
    u64* out = slot + (size_t)(offset + bin) * OUT;
#pragma unroll
    for (int i = 0; i < OUT; i++) {
      if (sums[i]) atomicAdd(&out[i], sums[i]);
    }
  }
}

// What shared atomics cost: each thread adds `steps` times. Writes clocks of each block.
enum Pattern { OWN_BANK, OWN_BANK_RETURNING, RANDOM_BANK, ONE_CELL, OWN_BANK_64, READ_WRITE_64 };

template <int PATTERN>
__global__ void __launch_bounds__(512, 3) shared_atomics(int steps, long long* clocks, unsigned* sink) {
  SHARED_CELLS(cells);
  for (int i = threadIdx.x; i < PLACES * 32 * 2; i += blockDim.x) cells[i] = 0;
  __syncthreads();
  unsigned lane = threadIdx.x & 31, random = threadIdx.x * 2654435761u + blockIdx.x, kept = 0;
  long long begin = clock64();
  for (int s = 0; s < steps; s++) {
#pragma unroll
    for (int k = 0; k < 16; k++) {
      unsigned at = ((random >> k) & 255u) * 32 + lane;
      if (PATTERN == RANDOM_BANK) at = (random >> k) & 8191u;
      if (PATTERN == ONE_CELL) at = lane & 1 ? 5u * 32 : 5u * 32 + 1;
      if (PATTERN == OWN_BANK_RETURNING) {
        kept += atomicAdd(cells + at, random);
      } else if (PATTERN == OWN_BANK_64) {
        atomicAdd(reinterpret_cast<u64*>(cells) + at, (u64)random);
      } else if (PATTERN == READ_WRITE_64) {
        // Not atomic: what the bytes alone cost.
        reinterpret_cast<volatile u64*>(cells)[at] = reinterpret_cast<volatile u64*>(cells)[at] + random;
      } else {
        atomicAdd(cells + at, random);
      }
    }
    random = random * 1664525u + 1013904223u;
  }
  __syncthreads();
  long long end = clock64();
  if (threadIdx.x == 0) clocks[blockIdx.x] = end - begin;
  if (kept == 12345u) *sink = cells[lane];
}
