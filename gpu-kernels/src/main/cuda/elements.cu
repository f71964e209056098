// Networks: what is done element by element. Contract: the ops of org.sparkmlext.kernels.graph of the same names.
//
// Rules of the network kernels (elements, products, windows, norms, objectives, updates): values are float32 in plain order,
// rows outermost (images N x C x H x W); a kernel of n elements has a thread an element; sums have one order, which the shapes
// alone decide, so that the same inputs give the same bits. No includes but of headers beside, no launches; inline PTX only beside code that
// gives the same bits: the tests compile these very files with g++ against src/test/cuda/cuda_cpu.h and run them on the CPU.

#if defined(__CUDACC__) || defined(__CUDACC_RTC__)
#define KERNEL extern "C" __global__ void
#define EXPORT_KERNEL(name)
#endif

#include "activations.cuh"
#include "counter_random.cuh"

typedef unsigned char u8;

// The element of a thread; those behind the last one leave.
#define ELEMENT(i, n)                                   \
  unsigned i = blockIdx.x * blockDim.x + threadIdx.x; \
  if (i >= (unsigned)(n)) return

KERNEL activate(int function, float alpha, const float* x, float* y, int n) {
  ELEMENT(i, n);
  y[i] = activated(function, alpha, x[i]);
}
EXPORT_KERNEL(activate)

// read: y or x, as the function has it.
KERNEL activate_gradient(int function, float alpha, const float* dy, const float* read, float* dx, int n) {
  ELEMENT(i, n);
  dx[i] = dy[i] * slope(function, alpha, read[i]);
}
EXPORT_KERNEL(activate_gradient)

KERNEL add(const float* a, const float* b, float* y, int n) {
  ELEMENT(i, n);
  y[i] = a[i] + b[i];
}
EXPORT_KERNEL(add)

KERNEL multiply(const float* a, const float* b, float* y, int n) {
  ELEMENT(i, n);
  y[i] = a[i] * b[i];
}
EXPORT_KERNEL(multiply)

KERNEL scale(const float* x, float factor, float* y, int n) {
  ELEMENT(i, n);
  y[i] = x[i] * factor;
}
EXPORT_KERNEL(scale)

KERNEL fill(float* y, float value, int n) {
  ELEMENT(i, n);
  y[i] = value;
}
EXPORT_KERNEL(fill)

// A part of an array, and what all its numbers become.
struct Run {
  int from, length;
  float value;
};

// Along y of the grid runs; the blocks along x share each of them.
KERNEL fill_runs(float* y, const Run* runs) {
  Run own = runs[blockIdx.y];
  for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < (unsigned)own.length; i += gridDim.x * blockDim.x) y[own.from + i] = own.value;
}
EXPORT_KERNEL(fill_runs)

// Rows of a table, one after the other round and round: y = x + table, table of `width` numbers.
KERNEL add_table(const float* x, const float* table, float* y, int width, int n) {
  ELEMENT(i, n);
  y[i] = x[i] + table[i % width];
}
EXPORT_KERNEL(add_table)

// Moves runs of `run` elements, n elements in all: run r from source + r * source_step to target + r * target_step. Concat,
// slices, plain copies.
KERNEL copy_runs(const float* source, float* target, int run, int source_step, int target_step, int n) {
  ELEMENT(i, n);
  i64 r = i / run, k = i % run;
  target[r * target_step + k] = source[r * source_step + k];
}
EXPORT_KERNEL(copy_runs)

// Each row's matrix of a x b turned: y[row][j][i] = x[row][i][j].
KERNEL transpose(const float* x, float* y, int a, int b, int n) {
  ELEMENT(at, n);
  i64 row = at / ((i64)a * b);
  int rest = (int)(at - row * a * b), j = rest / a, i = rest % a;
  y[at] = x[row * a * b + (i64)i * b + j];
}
EXPORT_KERNEL(transpose)

// Dropout. A row has `channels` planes of `area` elements; one without image axes has planes of 1. Positions count with the
// channel fastest.
KERNEL drop(const float* x, const i64* rows, const i64* key, int stream, int threshold, float factor, int channels, int area,
            float* y, u8* kept, int n) {
  ELEMENT(i, n);
  int width = channels * area, k = i % width;
  u64 of_row = random_row(random_stream(key, stream), rows[i / width]);
  u8 keep = random_bits(of_row, k % area * channels + k / area) >= threshold;
  kept[i] = keep;
  y[i] = keep ? x[i] * factor : 0.0f;
}
EXPORT_KERNEL(drop)

KERNEL drop_gradient(const float* dy, const u8* kept, float factor, float* dx, int n) {
  ELEMENT(i, n);
  dx[i] = kept[i] ? dy[i] * factor : 0.0f;
}
EXPORT_KERNEL(drop_gradient)

// Image: pixels N x H x W x C to N x C x H x W.
template <class Pixel>
__device__ void to_planes(const Pixel* x, const float* scales, const float* shifts, float* y, int channels, int area, unsigned i) {
  int c = i / area % channels, p = i % area;
  i64 row = i / area / channels;
  y[i] = (float)x[(row * area + p) * channels + c] * scales[c] + shifts[c];
}

KERNEL image_of_bytes(const u8* x, const float* scales, const float* shifts, float* y, int channels, int area, int n) {
  ELEMENT(i, n);
  to_planes(x, scales, shifts, y, channels, area, i);
}
EXPORT_KERNEL(image_of_bytes)

KERNEL image_of_floats(const float* x, const float* scales, const float* shifts, float* y, int channels, int area, int n) {
  ELEMENT(i, n);
  to_planes(x, scales, shifts, y, channels, area, i);
}
EXPORT_KERNEL(image_of_floats)

// Leaves a mark where a NaN or an infinite number is.
KERNEL find_non_finite(const float* x, int* mark, int n) {
  ELEMENT(i, n);
  if (!(x[i] - x[i] == 0.0f)) atomicMax(mark, 1);
}
EXPORT_KERNEL(find_non_finite)
