// Boosting kernels. Contract: org.sparkmlext.kernels.tree.TreeKernels; a kernel has the name of its Java method.
//
// Rules of this folder: no includes, no launches, no inline PTX, all sums in integers (so that the order of atomics does
// not matter and every device gives the same bits). The tests compile this very file with g++ against
// src/test/cuda/cuda_cpu.h and run it on the CPU.

#if defined(__CUDACC__) || defined(__CUDACC_RTC__)
#define KERNEL extern "C" __global__ void
#define EXPORT_KERNEL(name)
#define DYNAMIC_SHARED(type, name)                                     \
  extern __shared__ __align__(16) unsigned char dynamic_shared_bytes[]; \
  type* name = reinterpret_cast<type*>(dynamic_shared_bytes)
#endif

typedef unsigned long long u64;
typedef long long i64;

enum {
  // At most; a block may have any multiple of 32.
  THREADS = 1024,
  // Places of one feature in shared memory: more than any feature has bins, and a power of two.
  PLACES = 256,
  COARSE_GRADIENT_SHIFT = 15,
  COARSE_HESSIAN_SHIFT = 14,
  // Fine values are added in two parts, low bits of these numbers, each the sum of at most 65535 rows in 32 bits: no carry
  // between them. GPUs add 32 bits in shared memory natively, 64 bits in a retry loop.
  GRADIENT_LIMB = 15,
  HESSIAN_LIMB = 16,
  // Rows that a lane loads before it adds them.
  ROWS_AHEAD = 2,
  // Neighbouring bins that a warp moves out together.
  MOVED_BINS = 8
};

// What a block sums: planes of 32-bit numbers, plane[bin][column]. Coarse sums need one number each: of at most 65535 rows
// the gradients stay within 2^31 and the hessians below 2^32.
template <bool IS_FINE, bool HAS_COUNTS, int COLUMNS>
struct Sums {
  enum { NUM_PLANES = (IS_FINE ? 4 : 2) + (HAS_COUNTS ? 1 : 0), PLANE = PLACES * COLUMNS, OUT = HAS_COUNTS ? 3 : 2 };
  unsigned values[NUM_PLANES];

  __device__ void set(i64 packed) {
    int gradient = (int)(packed >> 32), hessian = (int)packed;
    if (IS_FINE) {
      values[0] = (unsigned)gradient & ((1u << GRADIENT_LIMB) - 1);
      values[1] = (unsigned)(gradient >> GRADIENT_LIMB);
      values[NUM_PLANES - 2 - HAS_COUNTS] = (unsigned)hessian & ((1u << HESSIAN_LIMB) - 1);
      values[NUM_PLANES - 1 - HAS_COUNTS] = (unsigned)hessian >> HESSIAN_LIMB;
    } else {
      values[0] = (unsigned)((gradient + (1 << (COARSE_GRADIENT_SHIFT - 1))) >> COARSE_GRADIENT_SHIFT);
      values[1] = (unsigned)((hessian + (1 << (COARSE_HESSIAN_SHIFT - 1))) >> COARSE_HESSIAN_SHIFT);
    }
    // Rows outside the bag have no hessian: they add zeros.
    if (HAS_COUNTS) values[NUM_PLANES - 1] = hessian > 0;
  }

  __device__ void add_to(unsigned* cell) const {
#pragma unroll
    for (int p = 0; p < NUM_PLANES; p++) atomicAdd(cell + p * PLANE, values[p]);
  }

  // Adds a cell to 64-bit sums.
  static __device__ void collect(const unsigned* cell, u64* sums) {
    if (IS_FINE) {
      sums[0] += ((u64)(i64)(int)cell[PLANE] << GRADIENT_LIMB) + cell[0];
      sums[1] += ((u64)cell[(NUM_PLANES - 1 - HAS_COUNTS) * PLANE] << HESSIAN_LIMB) + cell[(NUM_PLANES - 2 - HAS_COUNTS) * PLANE];
    } else {
      sums[0] += (u64)(i64)(int)cell[0];
      sums[1] += cell[PLANE];
    }
    if (HAS_COUNTS) sums[OUT - 1] += cell[(NUM_PLANES - 1) * PLANE];
  }
};

// Some bins of a row, in registers.
template <int LOAD>
struct RowBytes;

template <>
struct RowBytes<16> {
  unsigned w[4];
  __device__ void load(const unsigned char* p) {
    uint4 v = *reinterpret_cast<const uint4*>(p);
    w[0] = v.x, w[1] = v.y, w[2] = v.z, w[3] = v.w;
  }
  __device__ void clear() { w[0] = w[1] = w[2] = w[3] = 0; }
  // Byte k becomes what byte (k + by) % 16 was.
  __device__ void rotate(int by) {
    unsigned a0 = by & 4 ? w[1] : w[0], a1 = by & 4 ? w[2] : w[1], a2 = by & 4 ? w[3] : w[2], a3 = by & 4 ? w[0] : w[3];
    unsigned b0 = by & 8 ? a2 : a0, b1 = by & 8 ? a3 : a1, b2 = by & 8 ? a0 : a2, b3 = by & 8 ? a1 : a3;
    int bits = (by & 3) * 8;
    w[0] = __funnelshift_r(b0, b1, bits), w[1] = __funnelshift_r(b1, b2, bits);
    w[2] = __funnelshift_r(b2, b3, bits), w[3] = __funnelshift_r(b3, b0, bits);
  }
};

template <>
struct RowBytes<8> {
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

// One block: a piece of rows (x) of a node (z), for a group (y) of `width` features.
//
//   bins            of row r and feature f: bins[r * row_bytes + f], 16-byte aligned; 0 where a row has more bytes than features
//   row_bytes       16 for up to 16 features, else the next multiple of 32
//   num_features    features in all
//   offsets         BinLayout.offset(0 .. num_features)
//   gradients       (i64)g << 32 | h of each row
//   order           row at each position of the partition; null where that is the position itself
//   begins, ends    positions of each node
//   slots           slot of each node
//   rows_per_block  at most 65535
//   histograms      all slots, those of the nodes cleared before
//   slot_length     numbers of one slot
//
// Shared memory: planes x PLACES x COLUMNS x 4 bytes. With 32 columns (64 KB coarse, 128 KB fine, 32 KB more with counts)
// width is the lesser of row_bytes and 32; with 8 ("narrow", a quarter of that, for devices with less shared memory) it is 8.
// The grid has row_bytes / width groups.
//
// A column is a bank of shared memory, and in every step the lanes of a warp add to columns of their own, so that they never
// wait for each other, whatever the bins are (with 8 columns four lanes share one). A row is read by width / LOAD lanes; lanes
// with the same features of different rows start at different bytes and go round. Rows of 16 bytes leave columns for a second
// copy of each feature. Measured beside other ways in spark-ml-ext/docs/decisions/0005-gpu-histograms.md.
template <bool IS_FINE, bool HAS_COUNTS, int COLUMNS>
__device__ void histograms(unsigned* cells, const unsigned char* bins, int row_bytes, int num_features, const int* offsets,
                           const i64* gradients, const int* order, const int* begins, const int* ends, const int* slots,
                           int rows_per_block, u64* histograms, int slot_length) {
  typedef Sums<IS_FINE, HAS_COUNTS, COLUMNS> S;
  enum { LOAD = COLUMNS < 16 ? COLUMNS : 16 };
  int node = blockIdx.z, group = blockIdx.y;
  i64 begin64 = begins[node] + (i64)blockIdx.x * rows_per_block;
  // The whole block leaves together: nobody waits at a barrier for it.
  if (begin64 >= ends[node]) return;
  int begin = (int)begin64;
  int end = ends[node] - begin < rows_per_block ? ends[node] : begin + rows_per_block;
  for (int i = threadIdx.x; i < S::NUM_PLANES * S::PLANE / 4; i += blockDim.x) {
    reinterpret_cast<uint4*>(cells)[i] = uint4{0, 0, 0, 0};
  }
  __syncthreads();

  int width = row_bytes < COLUMNS ? row_bytes : COLUMNS;
  int lanes_a_row = width / LOAD, rows_a_warp = 32 / lanes_a_row;
  int lane = threadIdx.x & 31, warp = threadIdx.x >> 5, num_warps = blockDim.x >> 5;
  int part = lane % lanes_a_row, row_of_lane = lane / lanes_a_row;
  int turn = row_of_lane % LOAD, copy = row_of_lane / LOAD;
  const unsigned char* source = bins + group * width + part * LOAD;
  // In bytes, so that one multiplication and addition make an address.
  unsigned columns[LOAD];
#pragma unroll
  for (int k = 0; k < LOAD; k++) columns[k] = (copy * width + part * LOAD + (k + turn) % LOAD) % COLUMNS * 4;

  int step = rows_a_warp * ROWS_AHEAD;
  for (int first = begin + warp * step; first < end; first += num_warps * step) {
    RowBytes<LOAD> bytes[ROWS_AHEAD];
    i64 packed[ROWS_AHEAD];
    int rows[ROWS_AHEAD];
#pragma unroll
    for (int u = 0; u < ROWS_AHEAD; u++) {
      int position = first + u * rows_a_warp + row_of_lane;
      rows[u] = position >= end ? -1 : order ? order[position] : position;
    }
#pragma unroll
    for (int u = 0; u < ROWS_AHEAD; u++) {
      if (rows[u] >= 0) {
        packed[u] = gradients[rows[u]];
        bytes[u].load(source + (size_t)rows[u] * row_bytes);
      } else {
        packed[u] = 0;
        bytes[u].clear();
      }
    }
#pragma unroll
    for (int u = 0; u < ROWS_AHEAD; u++) {
      S sums;
      sums.set(packed[u]);
      bytes[u].rotate(turn);
#pragma unroll
      for (int k = 0; k < LOAD; k++) {
        unsigned bin = __byte_perm(bytes[u].w[k / 4], 0, 0x4440 + k % 4);
        sums.add_to(reinterpret_cast<unsigned*>(reinterpret_cast<char*>(cells) + (bin * (COLUMNS * 4) + columns[k])));
      }
    }
  }
  __syncthreads();

  // A tile, moved out by a warp: MOVED_BINS bins of 32 / MOVED_BINS features.
  enum { TILE_FEATURES = 32 / MOVED_BINS };
  int first_feature = group * width, feature_tiles = width / TILE_FEATURES;
  u64* slot = histograms + (size_t)slots[node] * slot_length;
  for (int tile = warp; tile < feature_tiles * (PLACES / MOVED_BINS); tile += num_warps) {
    int bin = tile / feature_tiles * MOVED_BINS + lane % MOVED_BINS;
    int feature = tile % feature_tiles * TILE_FEATURES + lane / MOVED_BINS;
    if (first_feature + feature >= num_features) continue;
    int offset = offsets[first_feature + feature];
    if (bin >= offsets[first_feature + feature + 1] - offset) continue;
    u64 sums[S::OUT] = {};
    for (int column = feature; column < COLUMNS; column += width) S::collect(cells + bin * COLUMNS + column, sums);
    u64* out = slot + (size_t)(offset + bin) * S::OUT;
#pragma unroll
    for (int i = 0; i < S::OUT; i++) {
      if (sums[i]) atomicAdd(&out[i], sums[i]);
    }
  }
}

#define HISTOGRAM_KERNEL(name, is_fine, has_counts, columns)                                                              \
  KERNEL __launch_bounds__(THREADS)                                                                                       \
      name(const unsigned char* bins, int row_bytes, int num_features, const int* offsets, const i64* gradients,          \
           const int* order, const int* begins, const int* ends, const int* slots, int rows_per_block, u64* all,          \
           int slot_length) {                                                                                             \
    DYNAMIC_SHARED(unsigned, cells);                                                                                      \
    histograms<is_fine, has_counts, columns>(cells, bins, row_bytes, num_features, offsets, gradients, order, begins,     \
                                             ends, slots, rows_per_block, all, slot_length);                              \
  }                                                                                                                       \
  EXPORT_KERNEL(name)

HISTOGRAM_KERNEL(histograms_coarse, false, false, 32)
HISTOGRAM_KERNEL(histograms_coarse_counts, false, true, 32)
HISTOGRAM_KERNEL(histograms_fine, true, false, 32)
HISTOGRAM_KERNEL(histograms_fine_counts, true, true, 32)
HISTOGRAM_KERNEL(histograms_narrow_coarse, false, false, 8)
HISTOGRAM_KERNEL(histograms_narrow_coarse_counts, false, true, 8)
HISTOGRAM_KERNEL(histograms_narrow_fine, true, false, 8)
HISTOGRAM_KERNEL(histograms_narrow_fine_counts, true, true, 8)

// Clears the slots of some nodes: block y is a node.
KERNEL __launch_bounds__(THREADS) clear_histograms(u64* all, const int* slots, int slot_length) {
  u64* slot = all + (size_t)slots[blockIdx.y] * slot_length;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < slot_length; i += gridDim.x * blockDim.x) slot[i] = 0;
}
EXPORT_KERNEL(clear_histograms)
