// Products of small bfloat16 tiles by tensor cores (mma.sync, sm_80), and copies to shared memory that go on while a block computes.
//
// Elsewhere than on a GPU the same functions are plain loops: copies are done at once, so that a wait that is missing shows on a GPU
// only, and each thread adds up its numbers of a tile's product from shared memory, k from first to last.
#pragma once

#include "bfloat16.cuh"

enum { WARP_LANES = 32, VECTOR_BYTES = 16 };

// 16 bytes from global to shared memory, or zeros. IS_SHARED: other threads of the multiprocessor will want them soon, too, so that they
// are worth a place in its cache.
template <bool IS_SHARED>
__device__ __forceinline__ void copy_async(void* shared, const void* global, bool is_there) {
#ifdef __CUDA_ARCH__
  unsigned to = (unsigned)__cvta_generic_to_shared(shared);
  int bytes = is_there ? 16 : 0;
  if (IS_SHARED) {
    asm volatile("cp.async.ca.shared.global [%0], [%1], 16, %2;\n" ::"r"(to), "l"(global), "r"(bytes) : "memory");
  } else {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;\n" ::"r"(to), "l"(global), "r"(bytes) : "memory");
  }
#else
  if (is_there) {
    *(uint4*)shared = *(const uint4*)global;
  } else {
    *(uint4*)shared = uint4{0, 0, 0, 0};
  }
#endif
}

// Ends a group of copies.
__device__ __forceinline__ void commit_copies() {
#ifdef __CUDA_ARCH__
  asm volatile("cp.async.commit_group;\n" ::: "memory");
#endif
}

// Waits for all groups but the newest N.
template <int N>
__device__ __forceinline__ void wait_for_copies() {
#ifdef __CUDA_ARCH__
  asm volatile("cp.async.wait_group %0;\n" ::"n"(N) : "memory");
#endif
}

// Four matrices of 8 lines of 16 bytes, of which eight lanes each give the addresses: lane l gets word l % 4 of line l / 4 of each. Transposed
// ones, of 16-bit numbers, on a GPU only.
template <bool IS_TRANSPOSED>
__device__ __forceinline__ void load_matrices(unsigned (&r)[4], const void* shared) {
#ifdef __CUDA_ARCH__
  unsigned from = (unsigned)__cvta_generic_to_shared(shared);
  if (IS_TRANSPOSED) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];\n"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(from)
                 : "memory");
  } else {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];\n"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(from)
                 : "memory");
  }
#elif !defined(__CUDACC__)
  static_assert(!IS_TRANSPOSED, "elsewhere than on a GPU loops over shared memory take their place");
  int lane = (int)(threadIdx.x % WARP_LANES);
  for (int i = 0; i < 4; i++) r[i] = ((const unsigned*)__shfl_sync(~0u, shared, 8 * i + lane / 4))[lane % 4];
#endif
}

// d += a b of a warp: a is 16 x 16, b 16 x 8, d 16 x 8. With g = lane / 4 and t = lane % 4 a lane has of d: row g columns 2t and
// 2t + 1, then the same of row g + 8; of a: row g columns 2t, 2t + 1, row g + 8 the same, then both rows' columns 2t + 8, 2t + 9; of b:
// column g rows 2t, 2t + 1, then 2t + 8, 2t + 9. The first number of a pair is in the low half.
__device__ __forceinline__ void multiply_tiles(float (&d)[4], const unsigned (&a)[4], unsigned b0, unsigned b1) {
#ifdef __CUDA_ARCH__
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};\n"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
#else
  int lane = (int)(threadIdx.x % WARP_LANES), g = lane / 4, t = lane % 4;
  unsigned b[2] = {b0, b1};
  for (int half = 0; half < 2; half++) {
    for (int i = 0; i < 4; i++) {
      unsigned upper = __shfl_sync(~0u, a[2 * half], 4 * g + i), lower = __shfl_sync(~0u, a[2 * half + 1], 4 * g + i);
      unsigned left = __shfl_sync(~0u, b[half], 8 * t + i), right = __shfl_sync(~0u, b[half], 8 * t + 4 + i);
      for (int part = 0; part < 2; part++) {
        float l = (part ? high_of(left) : low_of(left)), r = (part ? high_of(right) : low_of(right));
        d[0] += (part ? high_of(upper) : low_of(upper)) * l;
        d[1] += (part ? high_of(upper) : low_of(upper)) * r;
        d[2] += (part ? high_of(lower) : low_of(lower)) * l;
        d[3] += (part ? high_of(lower) : low_of(lower)) * r;
      }
    }
  }
#endif
}
