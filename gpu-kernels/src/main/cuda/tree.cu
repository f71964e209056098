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
  THREADS = 256,
  WORD_FEATURES = 8,
  // Places of one feature in shared memory: more than any feature has bins, and a power of two.
  PLACES = 256,
  COARSE_GRADIENT_SHIFT = 15,
  COARSE_HESSIAN_SHIFT = 14
};

// Adds to a 64-bit number kept as two 32-bit halves: GPUs add 32 bits in shared memory natively, 64 bits in a retry loop.
__device__ void add_wide(unsigned* halves, u64 value) {
  unsigned low = (unsigned)value;
  unsigned high = (unsigned)(value >> 32);
  unsigned before = atomicAdd(&halves[0], low);
  if (before > 0xFFFFFFFFu - low) high++;
  if (high) atomicAdd(&halves[1], high);
}

__device__ u64 wide(const unsigned* halves) { return ((u64)halves[1] << 32) | halves[0]; }

// Layout of a cell in shared memory, in 32-bit numbers: gradient sum, hessian sum, row count where asked for. Coarse sums
// need one number each: of at most 65535 rows the gradients stay within 2^31 and the hessians below 2^32.
template <bool IS_FINE, bool HAS_COUNTS>
struct Cell {
  enum { SUM = IS_FINE ? 2 : 1, COUNT_AT = 2 * SUM, SIZE = COUNT_AT + (HAS_COUNTS ? 1 : 0), OUT = HAS_COUNTS ? 3 : 2 };
};

template <bool IS_FINE, bool HAS_COUNTS>
__device__ void add_row(unsigned* cells, u64 word, int num_features, i64 packed) {
  typedef Cell<IS_FINE, HAS_COUNTS> C;
  int gradient = (int)(packed >> 32);
  int hessian = (int)packed;
  for (int f = 0; f < num_features; f++) {
    unsigned bin = (unsigned)(word >> (8 * f)) & 255u;
    unsigned* cell = cells + (f * PLACES + bin) * C::SIZE;
    if (IS_FINE) {
      add_wide(cell, (u64)(i64)gradient);
      add_wide(cell + C::SUM, (u64)(i64)hessian);
    } else {
      atomicAdd(cell, (unsigned)((gradient + (1 << (COARSE_GRADIENT_SHIFT - 1))) >> COARSE_GRADIENT_SHIFT));
      atomicAdd(cell + C::SUM, (unsigned)((hessian + (1 << (COARSE_HESSIAN_SHIFT - 1))) >> COARSE_HESSIAN_SHIFT));
    }
    if (HAS_COUNTS && hessian > 0) atomicAdd(cell + C::COUNT_AT, 1u);
  }
}

template <bool IS_FINE, bool HAS_COUNTS>
__device__ void move_out(const unsigned* cells, u64* histogram, const int* offsets, int num_features) {
  typedef Cell<IS_FINE, HAS_COUNTS> C;
  for (int f = 0; f < num_features; f++) {
    int num_bins = offsets[f + 1] - offsets[f];
    for (int bin = threadIdx.x; bin < num_bins; bin += blockDim.x) {
      const unsigned* cell = cells + (f * PLACES + bin) * C::SIZE;
      u64 gradient = IS_FINE ? wide(cell) : (u64)(i64)(int)cell[0];
      u64 hessian = IS_FINE ? wide(cell + C::SUM) : (u64)cell[C::SUM];
      u64* out = histogram + (size_t)(offsets[f] + bin) * C::OUT;
      if (gradient) atomicAdd(&out[0], gradient);
      if (hessian) atomicAdd(&out[1], hessian);
      if (HAS_COUNTS && cell[C::COUNT_AT]) atomicAdd(&out[2], (u64)cell[C::COUNT_AT]);
    }
  }
}

// One block: a piece of rows (x) of a node (z), for the eight features of a word (y).
//
//   words           bins, eight a word, lowest byte first: words[row * num_words + w]; num_words = gridDim.y
//   num_features    features in all
//   offsets         BinLayout.offset(0 .. num_features)
//   gradients       (i64)g << 32 | h of each row
//   order           row at each position of the partition
//   begins, ends    positions of each node
//   slots           slot of each node
//   rows_per_block  at most 65535
//   histograms      all slots, those of the nodes cleared before
//   slot_length     numbers of one slot
template <bool IS_FINE, bool HAS_COUNTS>
__device__ void histograms(unsigned* cells, const u64* words, int num_features, const int* offsets, const i64* gradients,
                           const int* order, const int* begins, const int* ends, const int* slots, int rows_per_block,
                           u64* histograms, int slot_length) {
  typedef Cell<IS_FINE, HAS_COUNTS> C;
  int node = blockIdx.z;
  int word = blockIdx.y;
  i64 begin = begins[node] + (i64)blockIdx.x * rows_per_block;
  i64 end = begin + rows_per_block < ends[node] ? begin + rows_per_block : ends[node];
  // The whole block leaves together: nobody waits at a barrier for it.
  if (begin >= end) return;
  for (int i = threadIdx.x; i < WORD_FEATURES * PLACES * C::SIZE; i += blockDim.x) cells[i] = 0;
  __syncthreads();
  int first_feature = word * WORD_FEATURES;
  int features = num_features - first_feature < WORD_FEATURES ? num_features - first_feature : WORD_FEATURES;
  for (i64 position = begin + threadIdx.x; position < end; position += blockDim.x) {
    int row = order[position];
    i64 packed = gradients[row];
    // Rows outside the bag.
    if (packed == 0) continue;
    add_row<IS_FINE, HAS_COUNTS>(cells, words[(size_t)row * gridDim.y + word], features, packed);
  }
  __syncthreads();
  move_out<IS_FINE, HAS_COUNTS>(cells, histograms + (size_t)slots[node] * slot_length, offsets + first_feature, features);
}

#define HISTOGRAM_KERNEL(name, is_fine, has_counts)                                                                      \
  KERNEL __launch_bounds__(THREADS)                                                                                      \
      name(const u64* words, int num_features, const int* offsets, const i64* gradients, const int* order,               \
           const int* begins, const int* ends, const int* slots, int rows_per_block, u64* all, int slot_length) {        \
    DYNAMIC_SHARED(unsigned, cells);                                                                                     \
    histograms<is_fine, has_counts>(cells, words, num_features, offsets, gradients, order, begins, ends, slots,          \
                                    rows_per_block, all, slot_length);                                                   \
  }                                                                                                                      \
  EXPORT_KERNEL(name)

HISTOGRAM_KERNEL(histograms_coarse, false, false)
HISTOGRAM_KERNEL(histograms_coarse_counts, false, true)
HISTOGRAM_KERNEL(histograms_fine, true, false)
HISTOGRAM_KERNEL(histograms_fine_counts, true, true)

// Clears the slots of some nodes: block y is a node.
KERNEL __launch_bounds__(THREADS) clear_histograms(u64* all, const int* slots, int slot_length) {
  u64* slot = all + (size_t)slots[blockIdx.y] * slot_length;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < slot_length; i += gridDim.x * blockDim.x) slot[i] = 0;
}
EXPORT_KERNEL(clear_histograms)
