// Networks: pooling, and convolutions of few outputs a group (depthwise ones). Contract: MaxPool2d, AveragePool2d, Conv2d of
// org.sparkmlext.kernels.graph. The rules are in elements.cu.
//
// A thread an output's number, and in gradients a thread a pixel, which looks at all windows that it lies in: nobody adds to
// another's number.

#if defined(__CUDACC__) || defined(__CUDACC_RTC__)
#define KERNEL extern "C" __global__ void
#define EXPORT_KERNEL(name)
#endif

#include "windows.cuh"

typedef long long i64;

#define ELEMENT(i, n)                                   \
  unsigned i = blockIdx.x * blockDim.x + threadIdx.x; \
  if (i >= (unsigned)(n)) return

// places: of each output the winner's place in its plane. A NaN wins; of equal values the first.
KERNEL max_pool(const float* x, float* y, int* places, const Sizes* sizes, int n) {
  ELEMENT(index, n);
  Sizes s = *sizes;
  At o = at(index, s.out_height, s.out_width);
  const float* plane = x + (i64)o.plane * s.height * s.width;
  int best = -1;
  for (int u = 0; u < s.kernel_height; u++) {
    for (int v = 0; v < s.kernel_width; v++) {
      int h = top(s, o.i) + u, w = left(s, o.j) + v;
      if (!is_inside(s, h, w)) continue;
      int place = h * s.width + w;
      float value = plane[place];
      if (best < 0 || value > plane[best] || (value != value && plane[best] == plane[best])) best = place;
    }
  }
  places[index] = best;
  y[index] = plane[best];
}
EXPORT_KERNEL(max_pool)

KERNEL max_pool_gradient(const float* dy, const int* places, float* dx, const Sizes* sizes, int n) {
  ELEMENT(index, n);
  Sizes s = *sizes;
  At p = at(index, s.height, s.width);
  i64 first = (i64)p.plane * s.out_height * s.out_width;
  float sum = 0.0f;
  for (int u = s.kernel_height - 1; u >= 0; u--) {
    for (int v = s.kernel_width - 1; v >= 0; v--) {
      int o = output_of(s, p.i, p.j, u, v);
      if (o >= 0 && places[first + o] == p.i * s.width + p.j) sum += dy[first + o];
    }
  }
  dx[index] = sum;
}
EXPORT_KERNEL(max_pool_gradient)

KERNEL average_pool(const float* x, float* y, int counts_padding, const Sizes* sizes, int n) {
  ELEMENT(index, n);
  Sizes s = *sizes;
  At o = at(index, s.out_height, s.out_width);
  const float* plane = x + (i64)o.plane * s.height * s.width;
  float sum = 0.0f;
  for (int u = 0; u < s.kernel_height; u++) {
    for (int v = 0; v < s.kernel_width; v++) {
      int h = top(s, o.i) + u, w = left(s, o.j) + v;
      if (is_inside(s, h, w)) sum += plane[h * s.width + w];
    }
  }
  y[index] = sum / count(s, o.i, o.j, counts_padding);
}
EXPORT_KERNEL(average_pool)

KERNEL average_pool_gradient(const float* dy, float* dx, int counts_padding, const Sizes* sizes, int n) {
  ELEMENT(index, n);
  Sizes s = *sizes;
  At p = at(index, s.height, s.width);
  i64 first = (i64)p.plane * s.out_height * s.out_width;
  float sum = 0.0f;
  for (int u = s.kernel_height - 1; u >= 0; u--) {
    for (int v = s.kernel_width - 1; v >= 0; v--) {
      int o = output_of(s, p.i, p.j, u, v);
      if (o >= 0) sum += dy[first + o] / count(s, o / s.out_width, o % s.out_width, counts_padding);
    }
  }
  dx[index] = sum;
}
EXPORT_KERNEL(average_pool_gradient)

// Conv2d, its sum in the order of channels and the window.
KERNEL convolve_few(const float* x, const float* weights, const float* bias, float* y, const Sizes* sizes, int n) {
  ELEMENT(index, n);
  Sizes s = *sizes;
  At o = at(index, s.out_height, s.out_width);
  int output = o.plane % (s.groups * s.outputs), row = o.plane / (s.groups * s.outputs), group = output / s.outputs;
  const float* w = weights + (i64)output * s.channels * s.kernel_height * s.kernel_width;
  float sum = 0.0f;
  for (int c = 0; c < s.channels; c++) {
    const float* plane = x + ((i64)(row * s.groups + group) * s.channels + c) * s.height * s.width;
    for (int u = 0; u < s.kernel_height; u++) {
      for (int v = 0; v < s.kernel_width; v++, w++) {
        int h = top(s, o.i) + u * s.dilation_height, k = left(s, o.j) + v * s.dilation_width;
        if (is_inside(s, h, k)) sum += plane[h * s.width + k] * *w;
      }
    }
  }
  y[index] = bias ? sum + bias[output] : sum;
}
EXPORT_KERNEL(convolve_few)

// Conv2d.InputGradient.
KERNEL convolve_few_images(const float* dy, const float* weights, float* dx, const Sizes* sizes, int n) {
  ELEMENT(index, n);
  Sizes s = *sizes;
  At p = at(index, s.height, s.width);
  int channel = p.plane % (s.groups * s.channels), row = p.plane / (s.groups * s.channels);
  int group = channel / s.channels, window = s.kernel_height * s.kernel_width;
  float sum = 0.0f;
  for (int out = group * s.outputs; out < (group + 1) * s.outputs; out++) {
    const float* plane = dy + ((i64)row * s.groups * s.outputs + out) * s.out_height * s.out_width;
    const float* w = weights + ((i64)out * s.channels + channel % s.channels) * window;
    for (int u = 0; u < s.kernel_height; u++) {
      for (int v = 0; v < s.kernel_width; v++) {
        int o = output_of(s, p.i, p.j, u, v);
        if (o >= 0) sum += plane[o] * w[u * s.kernel_width + v];
      }
    }
  }
  dx[index] = sum;
}
EXPORT_KERNEL(convolve_few_images)

// Conv2d.WeightGradient: a block a weight, its threads (a power of 2, at most 256) over rows and outputs.
KERNEL convolve_few_weights(const float* x, const float* dy, float* dw, const Sizes* sizes) {
  __shared__ float parts[256];
  Sizes s = *sizes;
  int weight = blockIdx.x, window = s.kernel_height * s.kernel_width;
  int u = weight % window / s.kernel_width, v = weight % window % s.kernel_width;
  int c = weight / window % s.channels, output = weight / window / s.channels, group = output / s.outputs;
  int area = s.out_height * s.out_width;
  float sum = 0.0f;
  for (i64 at = threadIdx.x; at < (i64)s.rows * area; at += blockDim.x) {
    int row = (int)(at / area), p = (int)(at % area);
    int h = top(s, p / s.out_width) + u * s.dilation_height, k = left(s, p % s.out_width) + v * s.dilation_width;
    if (!is_inside(s, h, k)) continue;
    sum += x[((i64)(row * s.groups + group) * s.channels + c) * s.height * s.width + h * s.width + k] *
           dy[((i64)row * s.groups * s.outputs + output) * area + p];
  }
  parts[threadIdx.x] = sum;
  __syncthreads();
  for (unsigned half = blockDim.x / 2; half; half /= 2) {
    if (threadIdx.x < half) parts[threadIdx.x] += parts[threadIdx.x + half];
    __syncthreads();
  }
  if (threadIdx.x == 0) dw[weight] = parts[0];
}
EXPORT_KERNEL(convolve_few_weights)
