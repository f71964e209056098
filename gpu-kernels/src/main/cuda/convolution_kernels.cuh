// The kernels of convolutions.cu and convolutions_float32.cu: the same of either Element, which the file that includes this has said.
#pragma once

#include "convolution_tiles.cuh"

// The sizes are arguments each: what is read from memory would have to be read again after every copy.
#define SIZES                                                                                                                  \
  int rows, int height, int width, int channels, int result_height, int result_width, int outputs, int kernel_height,          \
      int kernel_width, int stride_height, int stride_width, int pad_top, int pad_left, int dilation_height,                   \
      int dilation_width, int is_gradient, int area, int area_factor, int area_shift, int line, int line_factor, int line_shift
#define GATHER_OF_SIZES                                                                                                       \
  Gather{rows,         height,       width,        channels, result_height, result_width,    outputs,        kernel_height,   \
         kernel_width, stride_height, stride_width, pad_top,  pad_left,      dilation_height, dilation_width, is_gradient,    \
         Divisor{area, (unsigned)area_factor, area_shift}, Divisor{line, (unsigned)line_factor, line_shift}}

#define GATHER(name, ...)                                                                                                        \
  KERNEL __launch_bounds__((Tile<Element, __VA_ARGS__>::THREADS))                                                                \
      name(const Element* source, const Element* weights, const float* bias, int biases, Element* result, float* statistics,     \
           SIZES) {                                                                                                              \
    gather<Tile<Element, __VA_ARGS__>>(source, weights, bias, biases, result, statistics, GATHER_OF_SIZES);                      \
  }
#define GATHER_WEIGHTS(name, ...)                                                                                                \
  KERNEL __launch_bounds__((Tile<Element, __VA_ARGS__>::THREADS))                                                                \
      name(const Element* source, const Element* dy, float* result, int length, SIZES) {                                         \
    gather_weights<Tile<Element, __VA_ARGS__>>(source, dy, result, GATHER_OF_SIZES, length);                                     \
  }

// Channels are padded to a multiple of it.
enum { CHANNEL_GROUP = 8 };

__device__ void store_number(bfloat16* to, float number) { *to = bfloat16_of(number); }
__device__ void store_number(float* to, float number) { *to = number; }

// A number's place on the inner axis, in the order of `Feed`, as tap and channel.
struct Inner {
  int tap, channel;
};
__device__ Inner inner_of(int at, int taps, int channels) {
  if (channels % CHUNK) return Inner{at / channels, at % channels};
  return Inner{at / CHUNK % taps, at / (taps * CHUNK) * CHUNK + at % CHUNK};
}

// Weights [output][channel][tap] in float32 as Element [output][inner]; is_turned: [channel][inner] whose inner axis has the outputs in the
// channels' place, for the gradient of images. Outputs and channels are rounded up to multiples of 8, zeros where there is no weight.
KERNEL pack_weights(const float* w, Element* packed, int outputs, int channels, int taps, int is_turned, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  int length = ((is_turned ? outputs : channels) + CHANNEL_GROUP - 1) / CHANNEL_GROUP * CHANNEL_GROUP;
  int line = i / (taps * length);
  Inner inner = inner_of(i % (taps * length), taps, length);
  int output = is_turned ? inner.channel : line, channel = is_turned ? line : inner.channel;
  bool is_there = output < outputs && channel < channels;
  store_number(packed + i, is_there ? w[((i64)output * channels + channel) * taps + inner.tap] : 0.0f);
}
EXPORT_KERNEL(pack_weights)

// dw[output][channel][tap] = sum over pieces, one after the other, of pieces[piece][padded output][tap][padded channel].
KERNEL add_weight_pieces(const float* pieces, float* dw, int count, int outputs, int channels, int taps, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  int padded = (channels + CHANNEL_GROUP - 1) / CHANNEL_GROUP * CHANNEL_GROUP, padded_outputs = (outputs + CHANNEL_GROUP - 1) / CHANNEL_GROUP * CHANNEL_GROUP;
  int channel = i % padded, tap = i / padded % taps, output = i / padded / taps;
  if (channel >= channels) return;
  i64 length = (i64)padded_outputs * taps * padded;
  float sum = 0.0f;
  for (int piece = 0; piece < count; piece++) sum += pieces[piece * length + i];
  dw[((i64)output * channels + channel) * taps + tap] = sum;
}
EXPORT_KERNEL(add_weight_pieces)
