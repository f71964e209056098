// Networks in bfloat16: images as pixels, channels last. Contract: Precision.BFLOAT16 of org.sparkmlext.kernels.graph. The rules are in
// elements.cu.
//
// Pixels are rows x height x width x padded channels in bfloat16: as many channels as the value has, rounded up to a multiple of 8,
// so that a thread's eight channels are one word of 16 bytes. What is added is 0, always, and whoever makes pixels makes it so.

#if defined(__CUDACC__) || defined(__CUDACC_RTC__)
#define KERNEL extern "C" __global__ void
#define EXPORT_KERNEL(name)
#endif

#include "bfloat16.cuh"

typedef long long i64;

__device__ int padded(int channels) { return (channels + 7) / 8 * 8; }

// A block turns 32 pixels of 64 channels, 256 threads.
constexpr int TURNED_PIXELS = 32;
constexpr int TURNED_CHANNELS = 64;

// From plain float32: rows x channels x area. n: all pixels, rows x area.
KERNEL to_pixels(const float* x, bfloat16* y, int channels, int area, int n) {
  __shared__ float tile[TURNED_CHANNELS][TURNED_PIXELS + 1];
  int pixel = blockIdx.x * TURNED_PIXELS + threadIdx.x % 32, first = blockIdx.y * TURNED_CHANNELS;
  for (int k = threadIdx.x / 32; k < TURNED_CHANNELS; k += 8) {
    bool is_there = pixel < n && first + k < channels;
    tile[k][threadIdx.x % 32] = is_there ? x[((i64)(pixel / area) * channels + first + k) * area + pixel % area] : 0.0f;
  }
  __syncthreads();
  int own = blockIdx.x * TURNED_PIXELS + threadIdx.x / 8, channel = threadIdx.x % 8 * 8;
  if (own >= n || first + channel >= padded(channels)) return;
  Eight v;
  for (int k = 0; k < 8; k++) v.of[k] = tile[channel + k][threadIdx.x / 8];
  store_eight(y + (i64)own * padded(channels) + first + channel, v);
}
EXPORT_KERNEL(to_pixels)

// Back to it.
KERNEL from_pixels(const bfloat16* x, float* y, int channels, int area, int n) {
  __shared__ float tile[TURNED_CHANNELS][TURNED_PIXELS + 1];
  int own = blockIdx.x * TURNED_PIXELS + threadIdx.x / 8, channel = threadIdx.x % 8 * 8, first = blockIdx.y * TURNED_CHANNELS;
  if (own < n && first + channel < padded(channels)) {
    Eight v = load_eight(x + (i64)own * padded(channels) + first + channel);
    for (int k = 0; k < 8; k++) tile[channel + k][threadIdx.x / 8] = v.of[k];
  }
  __syncthreads();
  int pixel = blockIdx.x * TURNED_PIXELS + threadIdx.x % 32;
  for (int k = threadIdx.x / 32; k < TURNED_CHANNELS; k += 8) {
    if (pixel < n && first + k < channels) {
      y[((i64)(pixel / area) * channels + first + k) * area + pixel % area] = tile[k][threadIdx.x % 32];
    }
  }
}
EXPORT_KERNEL(from_pixels)
