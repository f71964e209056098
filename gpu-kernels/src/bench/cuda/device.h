// The little that the bench needs of a device: memory, launches, times. On a GPU through CUDA's runtime; without one over the
// emulator of the tests (src/test/cuda/cuda_cpu.h), which runs the same kernels slowly, to see that the sums are right.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <vector>

#ifdef __CUDACC__

#define CHECK(call)                                                                             \
  do {                                                                                          \
    cudaError_t error = (call);                                                                 \
    if (error != cudaSuccess) {                                                                 \
      fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #call, cudaGetErrorString(error)); \
      exit(3);                                                                                  \
    }                                                                                           \
  } while (0)

template <class T>
T* device_array(size_t length) {
  void* p;
  CHECK(cudaMalloc(&p, length * sizeof(T) + 256));
  return static_cast<T*>(p);
}
inline void device_free(void* p) { CHECK(cudaFree(p)); }
inline void copy_in(void* to, const void* from, size_t bytes) { CHECK(cudaMemcpy(to, from, bytes, cudaMemcpyHostToDevice)); }
inline void copy_out(void* to, const void* from, size_t bytes) { CHECK(cudaMemcpy(to, from, bytes, cudaMemcpyDeviceToHost)); }
inline void fill(void* p, int byte, size_t bytes) { CHECK(cudaMemset(p, byte, bytes)); }
inline void finish() { CHECK(cudaDeviceSynchronize()); }

struct Occupancy {
  int registers, local_bytes, blocks;
};

template <auto FUNCTION>
Occupancy occupancy(int threads, int shared_bytes) {
  cudaFuncAttributes attributes;
  CHECK(cudaFuncSetAttribute(FUNCTION, cudaFuncAttributeMaxDynamicSharedMemorySize, shared_bytes));
  CHECK(cudaFuncSetAttribute(FUNCTION, cudaFuncAttributePreferredSharedMemoryCarveout, cudaSharedmemCarveoutMaxShared));
  CHECK(cudaFuncGetAttributes(&attributes, FUNCTION));
  int blocks = 0;
  CHECK(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, FUNCTION, threads, shared_bytes));
  return {attributes.numRegs, (int)attributes.localSizeBytes, blocks};
}

template <auto FUNCTION, class... A>
void launch(dim3 grid, int threads, int shared_bytes, A... arguments) {
  FUNCTION<<<grid, threads, shared_bytes>>>(arguments...);
  CHECK(cudaGetLastError());
}

// Milliseconds of the launches that body makes.
template <class F>
double milliseconds(F body) {
  static cudaEvent_t begin = nullptr, end;
  if (!begin) {
    CHECK(cudaEventCreate(&begin));
    CHECK(cudaEventCreate(&end));
  }
  CHECK(cudaEventRecord(begin));
  body();
  CHECK(cudaEventRecord(end));
  CHECK(cudaEventSynchronize(end));
  float ms;
  CHECK(cudaEventElapsedTime(&ms, begin, end));
  return ms;
}

inline int multiprocessors() {
  cudaDeviceProp properties;
  CHECK(cudaGetDeviceProperties(&properties, 0));
  printf("%s, %d multiprocessors, %zu KB of L2\n", properties.name, properties.multiProcessorCount, (size_t)properties.l2CacheSize >> 10);
  return properties.multiProcessorCount;
}

#else

struct dim3 {
  unsigned x, y, z;
  dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};

template <class T>
T* device_array(size_t length) {
  void* p = aligned_alloc(256, (length * sizeof(T) + 511) / 256 * 256);
  memset(p, 0xCD, length * sizeof(T));
  return static_cast<T*>(p);
}
inline void device_free(void* p) { free(p); }
inline void copy_in(void* to, const void* from, size_t bytes) { memcpy(to, from, bytes); }
inline void copy_out(void* to, const void* from, size_t bytes) { memcpy(to, from, bytes); }
inline void fill(void* p, int byte, size_t bytes) { memset(p, byte, bytes); }
inline void finish() {}

struct Occupancy {
  int registers, local_bytes, blocks;
};
template <auto FUNCTION>
Occupancy occupancy(int, int) {
  return {0, 0, 1};
}

template <auto FUNCTION>
struct Caller;
template <class... P, void (*FUNCTION)(P...)>
struct Caller<FUNCTION> {
  static void call(dim3 grid, int threads, int shared_bytes, std::remove_cv_t<P>... arguments) {
    void* pointers[] = {&arguments...};
    cuda_cpu::Launch launch;
    launch.kernel = cuda_cpu::Unpacked<FUNCTION>::run;
    launch.arguments = pointers;
    launch.grid = {grid.x, grid.y, grid.z};
    launch.size = {unsigned(threads), 1, 1};
    launch.shared_bytes = shared_bytes;
    std::thread other([&launch] { cuda_cpu::run_blocks(launch); });
    std::thread one([&launch] { cuda_cpu::run_blocks(launch); });
    one.join();
    other.join();
    if (launch.has_failed) fprintf(stderr, "a kernel failed\n"), exit(3);
  }
};
template <auto FUNCTION, class... A>
void launch(dim3 grid, int threads, int shared_bytes, A... arguments) {
  Caller<FUNCTION>::call(grid, threads, shared_bytes, arguments...);
}
template <class F>
double milliseconds(F body) {
  body();
  return 1;
}
inline int multiprocessors() { return 3; }

static inline long long clock64() { return 0; }

#endif
