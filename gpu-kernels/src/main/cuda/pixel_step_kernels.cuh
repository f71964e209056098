// Sequences as pixels, which are the steps. Contract: StepsAsPixels of org.sparkmlext.kernels.graph. Rows x steps x
// features lie in the order of pixels already, so nothing is turned: a thread computes a group, n is the number of groups.
// The kernels of pixel_steps.cu and pixel_steps_float32.cu: the same of either Element, which the file that includes this has said.
#pragma once

#include "pixels.cuh"

KERNEL pixels_of_steps(const float* x, Element* y, int features, int n) {
  GROUP(i, n);
  int groups = groups_of(features), first = (int)(i % groups) * 8;
  const float* from = x + (i64)(i / groups) * features + first;
  Eight v;
  for (int k = 0; k < 8; k++) v.of[k] = first + k < features ? from[k] : 0.0f;
  store_group(y, i, v);
}
EXPORT_KERNEL(pixels_of_steps)

KERNEL steps_of_pixels(const Element* x, float* y, int features, int n) {
  GROUP(i, n);
  int groups = groups_of(features), first = (int)(i % groups) * 8;
  float* to = y + (i64)(i / groups) * features + first;
  Eight v = load_group(x, i);
  for (int k = 0; k < 8; k++) {
    if (first + k < features) to[k] = v.of[k];
  }
}
EXPORT_KERNEL(steps_of_pixels)
