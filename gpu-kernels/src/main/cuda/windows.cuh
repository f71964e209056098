// Where windows of a pooling or convolution lie: Window2d of org.sparkmlext.kernels.graph.
#pragma once

// As in products.cu; a pooling has groups = its channels, each of one channel and one output.
struct Sizes {
  int rows, groups, channels, height, width, outputs, out_height, out_width;
  int kernel_height, kernel_width, stride_height, stride_width, pad_top, pad_left, dilation_height, dilation_width;
};

// A place in a plane.
struct At { int plane, i, j; };

__device__ At at(unsigned index, int height, int width) {
  return At{(int)(index / width / height), (int)(index / width % height), (int)(index % width)};
}

// First row of the window of output row i, and first column.
__device__ int top(const Sizes& s, int i) { return i * s.stride_height - s.pad_top; }
__device__ int left(const Sizes& s, int j) { return j * s.stride_width - s.pad_left; }
__device__ bool is_inside(const Sizes& s, int h, int w) { return h >= 0 && h < s.height && w >= 0 && w < s.width; }

// The output whose window has pixel (h, w) at its place (u, v): index within the plane, or -1.
__device__ int output_of(const Sizes& s, int h, int w, int u, int v) {
  int i = h + s.pad_top - u * s.dilation_height, j = w + s.pad_left - v * s.dilation_width;
  if (i < 0 || j < 0 || i % s.stride_height || j % s.stride_width) return -1;
  i /= s.stride_height, j /= s.stride_width;
  return i < s.out_height && j < s.out_width ? i * s.out_width + j : -1;
}

// Pixels that an output's mean is of.
__device__ float count(const Sizes& s, int i, int j, int counts_padding) {
  if (counts_padding) return (float)(s.kernel_height * s.kernel_width);
  int h = top(s, i), w = left(s, j);
  int high = h + s.kernel_height < s.height ? h + s.kernel_height : s.height;
  int wide = w + s.kernel_width < s.width ? w + s.kernel_width : s.width;
  return (float)((high - (h < 0 ? 0 : h)) * (wide - (w < 0 ? 0 : w)));
}
