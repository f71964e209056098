// Networks in bfloat16: the weights of all products by tensor cores, rounded in one launch, as those kernels read them (convolutions.cu).

#include "bfloat16.cuh"

typedef bfloat16 Element;

#include "pixels.cuh"

// Channels under all taps before the next ones: as convolutions.cu has them on its inner axis.
enum { CHUNK = 64 };

// What is made of one parameter. Sizes count numbers, `to` and `count` groups of 8. Weights are [output][channel][tap]; what is made is
// [output][inner], or [channel][inner] whose inner axis has the outputs in the channels' place, for gradients. In rows, where a dense layer
// reads images as they lie, all channels of a tap come before the next tap, and taps belong to the channels in either direction.
struct Packed {
  int from, to, count, outputs, channels, taps, is_turned, is_rows;
};

struct Place {
  int tap, channel;
};

// A place of an inner axis, in the order in which a convolution reads it.
__device__ Place inner_of(int at, int taps, int channels) {
  if (channels % CHUNK) return Place{at / channels, at % channels};
  return Place{at / CHUNK % taps, at / (taps * CHUNK) * CHUNK + at % CHUNK};
}

// Where a group of what is made comes from in its parameter: the first number, those behind it `step` apart, `count` of them, the others padding.
struct Origin {
  i64 first;
  int step, count;
};

// The group at a place: its numbers are of channels beside each other, of outputs where it is turned, under one tap.
__device__ Origin origin_of(const Packed& p, int at) {
  int outputs = groups_of(p.outputs) * 8, channels = groups_of(p.channels) * 8, output, tap, channel;
  if (p.is_rows) {
    int inner = p.taps * channels, of_rows = p.is_turned ? at / outputs : at % inner;
    output = p.is_turned ? at % outputs : at / inner, tap = of_rows / channels, channel = of_rows % channels;
  } else {
    int length = p.taps * (p.is_turned ? outputs : channels), line = at / length;
    Place place = inner_of(at % length, p.taps, length / p.taps);
    output = p.is_turned ? place.channel : line, channel = p.is_turned ? line : place.channel, tap = place.tap;
  }
  i64 first = ((i64)output * p.channels + channel) * p.taps + tap;
  if (p.is_turned) return Origin{first, p.channels * p.taps, channel < p.channels ? p.outputs - output : 0};
  return Origin{first, p.taps, output < p.outputs ? p.channels - channel : 0};
}

// Along y of the grid what is made, one after the other; the blocks along x share each of it. A thread a group of 8.
KERNEL pack_all_weights(const float* parameters, const Packed* all, bfloat16* packed) {
  Packed own = all[blockIdx.y];
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < own.count; i += gridDim.x * blockDim.x) {
    Origin origin = origin_of(own, i * 8);
    const float* from = parameters + own.from + origin.first;
    Eight v;
    for (int k = 0; k < 8; k++) v.of[k] = k < origin.count ? from[(i64)k * origin.step] : 0.0f;
    store_group(packed, (i64)own.to + i, v);
  }
}
EXPORT_KERNEL(pack_all_weights)
