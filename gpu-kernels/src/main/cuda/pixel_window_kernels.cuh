// Pooling of pixels. Contract: MaxPool2d, AveragePool2d of org.sparkmlext.kernels.graph. A thread computes a group
// of a pixel, as in windows.cu; in gradients it looks at all windows that the pixel lies in.
// The kernels of pixel_windows.cu and pixel_windows_float32.cu: the same of either Element, which the file that includes this has said.
#pragma once

#include "pixels.cuh"
#include "windows.cuh"

// A group of a pixel of images of some height and width.
struct Place {
  int group;
  At at;
};

__device__ Place place(unsigned index, int groups, int height, int width) {
  return Place{(int)(index % groups), at(index / groups, height, width)};
}

// places: of each number the winner's place in its window, a byte each. A NaN wins; of equal values the first.
KERNEL max_pool_pixels(const Element* x, Element* y, uint2* places, const Sizes* sizes, int n) {
  GROUP(index, n);
  Sizes s = *sizes;
  int groups = groups_of(s.groups);
  Place o = place(index, groups, s.out_height, s.out_width);
  i64 image = (i64)o.at.plane * s.height * s.width;
  Eight best = {};
  unsigned winners[8] = {};
  bool is_first = true;
  for (int u = 0; u < s.kernel_height; u++) {
    for (int v = 0; v < s.kernel_width; v++) {
      int h = top(s, o.at.i) + u, w = left(s, o.at.j) + v;
      if (!is_inside(s, h, w)) continue;
      Eight value = load_group(x, (image + h * s.width + w) * groups + o.group);
      for (int k = 0; k < 8; k++) {
        bool wins = is_first || value.of[k] > best.of[k] || (value.of[k] != value.of[k] && best.of[k] == best.of[k]);
        best.of[k] = wins ? value.of[k] : best.of[k];
        winners[k] = wins ? u * s.kernel_width + v : winners[k];
      }
      is_first = false;
    }
  }
  store_group(y, index, best);
  places[index] = uint2{winners[0] | winners[1] << 8 | winners[2] << 16 | winners[3] << 24,
                        winners[4] | winners[5] << 8 | winners[6] << 16 | winners[7] << 24};
}
EXPORT_KERNEL(max_pool_pixels)

KERNEL max_pool_pixels_gradient(const Element* dy, const uint2* places, Element* dx, const Sizes* sizes, int n) {
  GROUP(index, n);
  Sizes s = *sizes;
  int groups = groups_of(s.groups);
  Place p = place(index, groups, s.height, s.width);
  i64 image = (i64)p.at.plane * s.out_height * s.out_width;
  Eight sum = {};
  for (int u = s.kernel_height - 1; u >= 0; u--) {
    for (int v = s.kernel_width - 1; v >= 0; v--) {
      int o = output_of(s, p.at.i, p.at.j, u, v);
      if (o < 0) continue;
      i64 from = (image + o) * groups + p.group;
      uint2 winners = places[from];
      Eight value = load_group(dy, from);
      unsigned own = u * s.kernel_width + v;
      for (int k = 0; k < 8; k++) {
        unsigned winner = (k < 4 ? winners.x : winners.y) >> k % 4 * 8 & 255u;
        sum.of[k] += winner == own ? value.of[k] : 0.0f;
      }
    }
  }
  store_group(dx, index, sum);
}
EXPORT_KERNEL(max_pool_pixels_gradient)

KERNEL average_pool_pixels(const Element* x, Element* y, int counts_padding, const Sizes* sizes, int n) {
  GROUP(index, n);
  Sizes s = *sizes;
  int groups = groups_of(s.groups);
  Place o = place(index, groups, s.out_height, s.out_width);
  i64 image = (i64)o.at.plane * s.height * s.width;
  Eight sum = {};
  for (int u = 0; u < s.kernel_height; u++) {
    for (int v = 0; v < s.kernel_width; v++) {
      int h = top(s, o.at.i) + u, w = left(s, o.at.j) + v;
      if (!is_inside(s, h, w)) continue;
      Eight value = load_group(x, (image + h * s.width + w) * groups + o.group);
      for (int k = 0; k < 8; k++) sum.of[k] += value.of[k];
    }
  }
  float pixels = count(s, o.at.i, o.at.j, counts_padding);
  for (int k = 0; k < 8; k++) sum.of[k] /= pixels;
  store_group(y, index, sum);
}
EXPORT_KERNEL(average_pool_pixels)

KERNEL average_pool_pixels_gradient(const Element* dy, Element* dx, int counts_padding, const Sizes* sizes, int n) {
  GROUP(index, n);
  Sizes s = *sizes;
  int groups = groups_of(s.groups);
  Place p = place(index, groups, s.height, s.width);
  i64 image = (i64)p.at.plane * s.out_height * s.out_width;
  Eight sum = {};
  for (int u = s.kernel_height - 1; u >= 0; u--) {
    for (int v = s.kernel_width - 1; v >= 0; v--) {
      int o = output_of(s, p.at.i, p.at.j, u, v);
      if (o < 0) continue;
      Eight value = load_group(dy, (image + o) * groups + p.group);
      float share = 1.0f / count(s, o / s.out_width, o % s.out_width, counts_padding);
      for (int k = 0; k < 8; k++) sum.of[k] += value.of[k] * share;
    }
  }
  store_group(dx, index, sum);
}
EXPORT_KERNEL(average_pool_pixels_gradient)
