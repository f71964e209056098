// Images to and from pixels, and what is done with them element by element. Contract: Image, Activation, Sum,
// Multiply, Dropout of org.sparkmlext.kernels.graph. Where not said otherwise a thread computes a group, and n is the number of groups.
// The kernels of pixels.cu and pixels_float32.cu: the same of either Element, which the file that includes this has said.
#pragma once

#include "activations.cuh"
#include "counter_random.cuh"
#include "pixels.cuh"

// A block turns 32 pixels of 64 channels, 256 threads.
constexpr int TURNED_PIXELS = 32;
constexpr int TURNED_CHANNELS = 64;

// Rows of channels, images of one pixel: nothing is turned. A thread a group of channels, n of them.
KERNEL to_rows(const float* x, Element* y, int channels, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  int groups = groups_of(channels), row = i / groups, first = i % groups * 8;
  Eight v;
  for (int k = 0; k < 8; k++) v.of[k] = first + k < channels ? x[(i64)row * channels + first + k] : 0.0f;
  store_eight(y + (i64)i * 8, v);
}
EXPORT_KERNEL(to_rows)

// Back.
KERNEL from_rows(const Element* x, float* y, int channels, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  int groups = groups_of(channels), row = i / groups, first = i % groups * 8;
  Eight v = load_eight(x + (i64)i * 8);
  for (int k = 0; k < 8 && first + k < channels; k++) y[(i64)row * channels + first + k] = v.of[k];
}
EXPORT_KERNEL(from_rows)

// From plain float32: rows x channels x area. n: all pixels, rows x area.
KERNEL to_pixels(const float* x, Element* y, int channels, int area, int n) {
  __shared__ float tile[TURNED_CHANNELS][TURNED_PIXELS + 1];
  int pixel = blockIdx.x * TURNED_PIXELS + threadIdx.x % 32, first = blockIdx.y * TURNED_CHANNELS;
  for (int k = threadIdx.x / 32; k < TURNED_CHANNELS; k += 8) {
    bool is_there = pixel < n && first + k < channels;
    tile[k][threadIdx.x % 32] = is_there ? x[((i64)(pixel / area) * channels + first + k) * area + pixel % area] : 0.0f;
  }
  __syncthreads();
  int own = blockIdx.x * TURNED_PIXELS + threadIdx.x / 8, channel = threadIdx.x % 8 * 8;
  if (own >= n || first + channel >= groups_of(channels) * 8) return;
  Eight v;
  for (int k = 0; k < 8; k++) v.of[k] = tile[channel + k][threadIdx.x / 8];
  store_eight(y + (i64)own * groups_of(channels) * 8 + first + channel, v);
}
EXPORT_KERNEL(to_pixels)

// Back to it.
KERNEL from_pixels(const Element* x, float* y, int channels, int area, int n) {
  __shared__ float tile[TURNED_CHANNELS][TURNED_PIXELS + 1];
  int own = blockIdx.x * TURNED_PIXELS + threadIdx.x / 8, channel = threadIdx.x % 8 * 8, first = blockIdx.y * TURNED_CHANNELS;
  if (own < n && first + channel < groups_of(channels) * 8) {
    Eight v = load_eight(x + (i64)own * groups_of(channels) * 8 + first + channel);
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

// Image, from what is stored channels last.
template <class Pixel>
__device__ void image(const Pixel* x, const float* scales, const float* shifts, Element* y, int channels, unsigned i) {
  int groups = groups_of(channels), first = i % groups * 8;
  const Pixel* from = x + (i64)(i / groups) * channels + first;
  Eight v;
  for (int k = 0; k < 8; k++) v.of[k] = first + k < channels ? (float)from[k] * scales[first + k] + shifts[first + k] : 0.0f;
  store_group(y, i, v);
}

KERNEL pixels_of_bytes(const u8* x, const float* scales, const float* shifts, Element* y, int channels, int n) {
  GROUP(i, n);
  image(x, scales, shifts, y, channels, i);
}
EXPORT_KERNEL(pixels_of_bytes)

KERNEL pixels_of_floats(const float* x, const float* scales, const float* shifts, Element* y, int channels, int n) {
  GROUP(i, n);
  image(x, scales, shifts, y, channels, i);
}
EXPORT_KERNEL(pixels_of_floats)

// Not every function leaves a 0 of the padding what it is.
KERNEL activate_pixels(int function, float alpha, const Element* x, Element* y, int channels, int n) {
  GROUP(i, n);
  int first = i % groups_of(channels) * 8;
  Eight v = load_group(x, i);
  for (int k = 0; k < 8; k++) v.of[k] = first + k < channels ? activated(function, alpha, v.of[k]) : 0.0f;
  store_group(y, i, v);
}
EXPORT_KERNEL(activate_pixels)

// read: y or x, as the function has it.
KERNEL activate_pixels_gradient(int function, float alpha, const Element* dy, const Element* read, Element* dx, int n) {
  GROUP(i, n);
  Eight v = load_group(dy, i), at = load_group(read, i);
  for (int k = 0; k < 8; k++) v.of[k] *= slope(function, alpha, at.of[k]);
  store_group(dx, i, v);
}
EXPORT_KERNEL(activate_pixels_gradient)

// The sum, or ReLU of it.
KERNEL add_pixels(const Element* a, const Element* b, Element* y, int has_relu, int n) {
  GROUP(i, n);
  Eight v = load_group(a, i), other = load_group(b, i);
  for (int k = 0; k < 8; k++) {
    float sum = v.of[k] + other.of[k];
    v.of[k] = has_relu && sum <= 0.0f ? 0.0f : sum;
  }
  store_group(y, i, v);
}
EXPORT_KERNEL(add_pixels)

KERNEL multiply_pixels(const Element* a, const Element* b, Element* y, int n) {
  GROUP(i, n);
  Eight v = load_group(a, i), other = load_group(b, i);
  for (int k = 0; k < 8; k++) v.of[k] *= other.of[k];
  store_group(y, i, v);
}
EXPORT_KERNEL(multiply_pixels)

// Dropout; kept: a bit a channel. area: pixels of a row.
KERNEL drop_pixels(const Element* x, const i64* rows, const i64* key, int stream, int threshold, float factor, int channels, int area,
                   Element* y, u8* kept, int n) {
  GROUP(i, n);
  int groups = groups_of(channels), pixel = i / groups;
  u64 of_row = random_row(random_stream(key, stream), rows[pixel / area]);
  int position = pixel % area * channels + i % groups * 8;
  Eight v = load_group(x, i);
  int bits = 0;
  for (int k = 0; k < 8; k++) {
    bool keep = random_bits(of_row, position + k) >= threshold;
    bits |= keep << k;
    v.of[k] = keep ? v.of[k] * factor : 0.0f;
  }
  kept[i] = (u8)bits;
  store_group(y, i, v);
}
EXPORT_KERNEL(drop_pixels)

KERNEL drop_pixels_gradient(const Element* dy, const u8* kept, float factor, Element* dx, int n) {
  GROUP(i, n);
  Eight v = load_group(dy, i);
  int bits = kept[i];
  for (int k = 0; k < 8; k++) v.of[k] = bits >> k & 1 ? v.of[k] * factor : 0.0f;
  store_group(dx, i, v);
}
EXPORT_KERNEL(drop_pixels_gradient)

// Leaves a mark where a NaN or an infinite number is.
KERNEL find_non_finite_pixels(const Element* x, int* mark, int n) {
  GROUP(i, n);
  Eight v = load_group(x, i);
  bool is_finite = true;
  for (int k = 0; k < 8; k++) is_finite &= v.of[k] - v.of[k] == 0.0f;
  if (!is_finite) atomicMax(mark, 1);
}
EXPORT_KERNEL(find_non_finite_pixels)
