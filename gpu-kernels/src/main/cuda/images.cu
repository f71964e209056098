// Images of unsigned bytes, rows x height x width x channels, gathered into a batch. Contract: StoredImages and ImageTransform of
// org.sparkmlext.kernels.graph. The rules are in elements.cu; these kernels are compiled without contraction, since their doubles are the
// CPU's.

#if defined(__CUDACC__) || defined(__CUDACC_RTC__)
#define KERNEL extern "C" __global__ void
#define EXPORT_KERNEL(name)
#endif

typedef unsigned char u8;
typedef long long i64;

// Copies: an image is `units` words or bytes.
template <class Unit>
__device__ void gather(const Unit* images, const int* numbers, Unit* batch, int units, int n) {
  unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < (unsigned)n) batch[i] = images[(i64)numbers[i / units] * units + i % units];
}

KERNEL gather_bytes(const u8* images, const int* numbers, u8* batch, int units, int n) { gather(images, numbers, batch, units, n); }
EXPORT_KERNEL(gather_bytes)

KERNEL gather_words(const uint4* images, const int* numbers, uint4* batch, int units, int n) {
  gather(images, numbers, batch, units, n);
}
EXPORT_KERNEL(gather_words)

// ImageTransform, and the number of the image that it is for.
struct Transform {
  double first_x, first_y, down_x, down_y, brightness, contrast;
  int step_x, step_y, saturation, number, top, bottom, left, right;
};

__device__ int within_byte(int v) { return v < 0 ? 0 : v > 255 ? 255 : v; }

struct Source {
  const u8* pixels;
  int height, width, channels;

  __device__ int at(int x, int y, int c) const {
    bool inside = x >= 0 && x < width && y >= 0 && y < height;
    return inside ? pixels[((i64)y * width + x) * channels + c] : 0;
  }

  // x and y have 16 fractional bits, of which the first 8 weigh.
  __device__ int sample(int x, int y, int c) const {
    int left = x >> 16, top = y >> 16, a = x >> 8 & 255, b = y >> 8 & 255;
    int upper = at(left, top, c) * (256 - a) + at(left + 1, top, c) * a;
    int lower = at(left, top + 1, c) * (256 - a) + at(left + 1, top + 1, c) * a;
    return (upper * (256 - b) + lower * b + (1 << 15)) >> 16;
  }
};

__device__ int place(double first, double down, int y, int step, int x) {
  return (int)rint((first + y * down) * 65536.0) + x * step;
}

// A block makes `block_pixels` pixels of an image, of which there are so many pieces.
KERNEL transform_images(const u8* images, const Transform* transforms, u8* batch, int height, int width, int channels, int pieces,
                        int block_pixels) {
  __shared__ u8 colours[256];
  int image = blockIdx.x / pieces, area = height * width;
  const Transform& t = transforms[image];
  for (int v = threadIdx.x; v < 256; v += blockDim.x) {
    double value = floor(127.5 + t.contrast * (t.brightness * v - 127.5) + 0.5);
    colours[v] = (u8)(value < 0.0 ? 0 : value > 255.0 ? 255 : (int)value);
  }
  __syncthreads();
  Source source{images + (i64)t.number * area * channels, height, width, channels};
  u8* target = batch + (i64)image * area * channels;
  int from = blockIdx.x % pieces * block_pixels;
  int to = area - from < block_pixels ? area : from + block_pixels;
  for (int pixel = from + (int)threadIdx.x; pixel < to; pixel += blockDim.x) {
    int row = pixel / width, column = pixel % width;
    u8* made = target + (i64)pixel * channels;
    if (row >= t.top && row < t.bottom && column >= t.left && column < t.right) {
      for (int c = 0; c < channels; c++) made[c] = 0;
      continue;
    }
    int x = place(t.first_x, t.down_x, row, t.step_x, column), y = place(t.first_y, t.down_y, row, t.step_y, column);
    if (channels != 3) {
      for (int c = 0; c < channels; c++) made[c] = colours[source.sample(x, y, c)];
      continue;
    }
    int r = colours[source.sample(x, y, 0)], g = colours[source.sample(x, y, 1)], b = colours[source.sample(x, y, 2)];
    int grey = (19595 * r + 38470 * g + 7471 * b + (1 << 15)) >> 16;
    made[0] = (u8)within_byte(grey + (((r - grey) * t.saturation + (1 << 15)) >> 16));
    made[1] = (u8)within_byte(grey + (((g - grey) * t.saturation + (1 << 15)) >> 16));
    made[2] = (u8)within_byte(grey + (((b - grey) * t.saturation + (1 << 15)) >> 16));
  }
}
EXPORT_KERNEL(transform_images)
