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
  MOVED_BINS = 8,
  // Numbers that a node of stored bins sums over all its rows.
  TOTALS = 3
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

  // Number i of a cell as a 64-bit sum: of gradients, of hessians, of rows.
  static __device__ u64 number(const unsigned* cell, int i) {
    if (HAS_COUNTS && i == 2) return cell[(NUM_PLANES - 1) * PLANE];
    const unsigned* low = cell + i * (IS_FINE ? 2 : 1) * PLANE;
    unsigned high = low[IS_FINE ? PLANE : 0];
    u64 value = i ? (u64)high : (u64)(i64)(int)high;
    return IS_FINE ? (value << (i ? HESSIAN_LIMB : GRADIENT_LIMB)) + low[0] : value;
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

  // A tile, moved out by a warp: MOVED_BINS bins of some features, a lane a number; with counts, which no power of two holds, a
  // lane a bin.
  enum {
    LANES_A_BIN = HAS_COUNTS ? 1 : 2,
    LANES_A_FEATURE = MOVED_BINS * LANES_A_BIN,
    TILE_FEATURES = 32 / LANES_A_FEATURE,
    NUMBERS = S::OUT / LANES_A_BIN
  };
  int first_feature = group * width, feature_tiles = width / TILE_FEATURES;
  u64* slot = histograms + (size_t)slots[node] * slot_length;
  for (int tile = warp; tile < feature_tiles * (PLACES / MOVED_BINS); tile += num_warps) {
    int bin = tile / feature_tiles * MOVED_BINS + lane % LANES_A_FEATURE / LANES_A_BIN;
    int feature = tile % feature_tiles * TILE_FEATURES + lane / LANES_A_FEATURE;
    if (first_feature + feature >= num_features) continue;
    int offset = offsets[first_feature + feature];
    if (bin >= offsets[first_feature + feature + 1] - offset) continue;
    u64* out = slot + (size_t)(offset + bin) * S::OUT;
#pragma unroll
    for (int n = 0; n < NUMBERS; n++) {
      int i = lane % LANES_A_BIN + n;
      u64 sum = 0;
      for (int column = feature; column < COLUMNS; column += width) sum += S::number(cells + bin * COLUMNS + column, i);
      if (sum) atomicAdd(&out[i], sum);
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

// slot[sibling] = slot[parent] - slot[child], task after task: a thread has its own numbers of all slots. tasks: parent, child
// and sibling of each.
KERNEL __launch_bounds__(THREADS) subtract(u64* all, const int* tasks, int num_tasks, int slot_length) {
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < slot_length; i += gridDim.x * blockDim.x) {
    for (int t = 0; t < num_tasks; t++) {
      const int* task = tasks + 3 * t;
      all[(size_t)task[2] * slot_length + i] = all[(size_t)task[0] * slot_length + i] - all[(size_t)task[1] * slot_length + i];
    }
  }
}
EXPORT_KERNEL(subtract)

// What a row adds to a bin.
template <bool IS_FINE>
__device__ void take_row(i64 packed, i64* values) {
  int gradient = (int)(packed >> 32), hessian = (int)packed;
  values[0] = IS_FINE ? gradient : (gradient + (1 << (COARSE_GRADIENT_SHIFT - 1))) >> COARSE_GRADIENT_SHIFT;
  values[1] = IS_FINE ? hessian : (hessian + (1 << (COARSE_HESSIAN_SHIFT - 1))) >> COARSE_HESSIAN_SHIFT;
  values[2] = hessian > 0;
}

// Rows of stored bins: adds those of a piece of a node's rows to its slot, a row a lane, and the rows to the node's totals.
//
//   starts, stored  of row r stored[starts[r] .. starts[r + 1]), places in a histogram
//   pieces          begins, ends and nodes of the pieces, one array after another
//   totals          TOTALS of each node, 0 before
template <bool IS_FINE>
__device__ void stored_histograms(const i64* starts, const int* stored, const i64* gradients, const int* order,
                                  const int* pieces, int num_pieces, const int* slots, u64* all, int slot_length, int width,
                                  u64* totals) {
  int begin = pieces[blockIdx.x], end = pieces[num_pieces + blockIdx.x], node = pieces[2 * num_pieces + blockIdx.x];
  u64* slot = all + (size_t)slots[node] * slot_length;
  i64 sums[TOTALS] = {0, 0, 0};
  for (int i = begin + (int)threadIdx.x; i < end; i += blockDim.x) {
    int row = order ? order[i] : i;
    i64 packed = gradients[row], values[TOTALS];
    // A row outside the bag adds zeros.
    if (!packed) continue;
    take_row<IS_FINE>(packed, values);
    for (int n = 0; n < TOTALS; n++) sums[n] += values[n];
    for (i64 at = starts[row]; at < starts[row + 1]; at++) {
      u64* out = slot + (size_t)stored[at] * width;
      for (int n = 0; n < width; n++) {
        if (values[n]) atomicAdd(&out[n], (u64)values[n]);
      }
    }
  }
  for (int n = 0; n < TOTALS; n++) {
    for (int d = 16; d; d /= 2) sums[n] += __shfl_down_sync(~0u, sums[n], d);
    if ((threadIdx.x & 31) == 0 && sums[n]) atomicAdd(&totals[(size_t)node * TOTALS + n], (u64)sums[n]);
  }
}

#define STORED_KERNEL(name, is_fine)                                                                                      \
  KERNEL __launch_bounds__(THREADS)                                                                                       \
      name(const i64* starts, const int* stored, const i64* gradients, const int* order, const int* pieces,               \
           int num_pieces, const int* slots, u64* all, int slot_length, int width, u64* totals) {                         \
    stored_histograms<is_fine>(starts, stored, gradients, order, pieces, num_pieces, slots, all, slot_length, width,      \
                               totals);                                                                                   \
  }                                                                                                                       \
  EXPORT_KERNEL(name)

STORED_KERNEL(stored_histograms_coarse, false)
STORED_KERNEL(stored_histograms_fine, true)

// The absent bin of a feature gets what its other bins lack of the node's totals: a warp a feature, block y a node.
KERNEL __launch_bounds__(THREADS) add_absent(const int* offsets, const int* absent, int num_features, const int* slots,
                                             const u64* totals, u64* all, int slot_length, int width) {
  int feature = (int)((blockIdx.x * blockDim.x + threadIdx.x) >> 5), lane = threadIdx.x & 31;
  if (feature >= num_features) return;
  u64* cells = all + (size_t)slots[blockIdx.y] * slot_length + (size_t)offsets[feature] * width;
  int num_bins = offsets[feature + 1] - offsets[feature];
  u64 sums[TOTALS] = {0, 0, 0};
  for (int bin = lane; bin < num_bins; bin += 32) {
    for (int n = 0; n < width; n++) sums[n] += cells[(size_t)bin * width + n];
  }
  for (int n = 0; n < width; n++) {
    for (int d = 16; d; d /= 2) sums[n] += __shfl_down_sync(~0u, sums[n], d);
    if (lane == 0) cells[(size_t)absent[feature] * width + n] += totals[(size_t)blockIdx.y * TOTALS + n] - sums[n];
  }
}
EXPORT_KERNEL(add_absent)
