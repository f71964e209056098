// As much of cuBLASLt (libcublasLt.so.13) and cuDNN (libcudnn.so.9) as CublasLtProducts and CudnnProducts call, on the CPU, for tests: beside
// driver_cpu.cpp a product runs in its stream and can be recorded there, without a stream it runs at once. One source for both libraries.
//
// It is as strict as the libraries: sizes of attributes, alignment by what was wished for, types. A product cannot be recorded before one of
// its shape has run, as the libraries may load kernels then. Scratch is spoiled. Of the algorithms the first ones are such as must not be taken:
// one whose sums differ from run to run, one that wants more memory than there is, one that is refused when its scratch is asked for.
//
// In the environment: PRODUCTS_CPU_FAILS is the function that fails, PRODUCTS_CPU_FAILS_ONCE one that does so at its first call,
// PRODUCTS_CPU_REFUSES is set where no algorithm is found.
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <atomic>
#include <functional>
#include <set>
#include <vector>

#define CALL(type, name, ...) extern "C" __attribute__((visibility("default"))) type name(__VA_ARGS__)
#define FAILS(name) \
  if (is_failing(name)) return NOT_INITIALIZED

// Of both libraries those below 16 mean what one would think; these are of cuBLAS, and cuDNN's of the same meaning.
enum {
  OK = 0,
  NOT_INITIALIZED = 1,
  INVALID_VALUE = 7,
  LT_EXECUTION_FAILED = 13,
  NOT_SUPPORTED = 15,
  NN_BAD_PARAM = 2000,
  NN_NOT_SUPPORTED = 3000,
  NN_FAILED = 5000
};
enum { R_32F = 0, R_16BF = 14, COMPUTE_32F = 68, NN_FLOAT = 0, NN_BFLOAT16 = 9, NHWC = 1 };
static const size_t SCRATCH = 4096;

static std::atomic<int> objects;
// The shapes that have run.
static std::set<std::vector<int64_t>> loaded;

// Handles and descriptions that there are.
CALL(int, products_cpu_objects, void) { return objects; }

template <typename T>
static int made(T** to, T* object) {
  objects++;
  return *to = object, OK;
}

template <typename T>
static int destroyed(T* object) {
  objects--;
  return delete object, OK;
}

static bool is_failing(const char* name) {
  static std::atomic<int> once;
  const char* failing = getenv("PRODUCTS_CPU_FAILS");
  const char* failing_once = getenv("PRODUCTS_CPU_FAILS_ONCE");
  return (failing && !strcmp(failing, name)) || (failing_once && !strcmp(failing_once, name) && once++ == 0);
}

static bool is_refusing() { return getenv("PRODUCTS_CPU_REFUSES"); }

static float number(const uint16_t* at) {
  uint32_t bits = uint32_t(*at) << 16;
  float value;
  return memcpy(&value, &bits, sizeof value), value;
}

// To the nearest, of two as near the even one.
static uint16_t rounded(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  if (value != value) return uint16_t(bits >> 16 | 64);
  return uint16_t((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

// Runs something in a stream of driver_cpu.cpp, or at once. False where it may not be recorded yet.
static bool give(void* stream, const std::vector<int64_t>& shape, std::function<void()> work) {
  if (!stream) return work(), true;
  typedef int Launch(void*, void (*)(void*), void*);
  typedef int IsCapturing(void*, int*);
  void* driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);
  Launch* launch = driver ? (Launch*)dlsym(driver, "cuda_cpu_give") : nullptr;
  IsCapturing* is_capturing = driver ? (IsCapturing*)dlsym(driver, "cuStreamIsCapturing") : nullptr;
  int capturing = 0;
  if (!launch || !is_capturing || is_capturing(stream, &capturing)) return false;
  if (capturing && !loaded.count(shape)) return false;
  loaded.insert(shape);
  // Never freed: a recorded one runs as often as its graph does.
  auto run = [](void* data) { (*(std::function<void()>*)data)(); };
  return launch(stream, run, new std::function<void()>(work)) == OK;
}

static bool is_aligned(const void* at, int64_t to) { return (uintptr_t)at % uintptr_t(to) == 0; }

// cuBLASLt

struct Product {
  int compute, scale;
  int32_t transposed[2];
};

struct Matrix {
  int type;
  uint64_t rows, columns;
  int64_t step;
};

struct Wish {
  uint64_t scratch;
  uint32_t reductions, alignment[4];
};

struct Found {
  uint64_t algorithm[8];
  size_t scratch;
  int state;
  float waves;
  int reserved[4];
};
static_assert(sizeof(Found) == 96, "as CublasLt.FOUND_BYTES has it");
static const uint64_t ALGORITHM = 0x5EED;

CALL(size_t, cublasLtGetVersion, void) { return 130101; }
CALL(const char*, cublasLtGetStatusString, int code) { return code == NOT_INITIALIZED ? "the library was not initialized" : "refused"; }
CALL(int, cublasLtCreate, char** handle) {
  FAILS("cublasLtCreate");
  return made(handle, new char);
}
CALL(int, cublasLtDestroy, char* handle) { return destroyed(handle); }
CALL(int, cublasLtMatmulDescCreate, Product** product, int compute, int scale) {
  FAILS("cublasLtMatmulDescCreate");
  return made(product, new Product{compute, scale, {0, 0}});
}
CALL(int, cublasLtMatmulDescSetAttribute, Product* product, int attribute, const void* value, size_t bytes) {
  if (attribute < 3 || attribute > 4 || bytes != sizeof(int32_t)) return INVALID_VALUE;
  return memcpy(&product->transposed[attribute - 3], value, bytes), OK;
}
CALL(int, cublasLtMatmulDescDestroy, Product* product) { return destroyed(product); }
CALL(int, cublasLtMatrixLayoutCreate, Matrix** matrix, int type, uint64_t rows, uint64_t columns, int64_t step) {
  FAILS("cublasLtMatrixLayoutCreate");
  return made(matrix, new Matrix{type, rows, columns, step});
}
CALL(int, cublasLtMatrixLayoutDestroy, Matrix* matrix) { return destroyed(matrix); }
CALL(int, cublasLtMatmulPreferenceCreate, Wish** wish) {
  FAILS("cublasLtMatmulPreferenceCreate");
  return made(wish, new Wish{0, 7, {256, 256, 256, 256}});
}
CALL(int, cublasLtMatmulPreferenceSetAttribute, Wish* wish, int attribute, const void* value, size_t bytes) {
  void* to = attribute == 1   ? (void*)&wish->scratch
             : attribute == 3 ? (void*)&wish->reductions
             : attribute >= 5 && attribute <= 8 ? (void*)&wish->alignment[attribute - 5]
                                                : nullptr;
  if (!to || bytes != (attribute == 1 ? sizeof(uint64_t) : sizeof(uint32_t))) return INVALID_VALUE;
  return memcpy(to, value, bytes), OK;
}
CALL(int, cublasLtMatmulPreferenceDestroy, Wish* wish) { return destroyed(wish); }

static uint64_t rows_of(const Matrix* m, int transposed) { return transposed ? m->columns : m->rows; }
static uint64_t columns_of(const Matrix* m, int transposed) { return transposed ? m->rows : m->columns; }

static bool fit(const Product* p, const Matrix* a, const Matrix* b, const Matrix* d) {
  return p->compute == COMPUTE_32F && p->scale == R_32F && a->type == R_16BF && b->type == R_16BF &&
         (d->type == R_16BF || d->type == R_32F) && rows_of(a, p->transposed[0]) == d->rows &&
         columns_of(b, p->transposed[1]) == d->columns && columns_of(a, p->transposed[0]) == rows_of(b, p->transposed[1]);
}

CALL(int, cublasLtMatmulAlgoGetHeuristic, const char*, const Product* p, const Matrix* a, const Matrix* b, const Matrix* c, const Matrix* d,
     const Wish* wish, int wanted, Found* found, int* count) {
  FAILS("cublasLtMatmulAlgoGetHeuristic");
  if (!fit(p, a, b, d) || c != d || wanted < 1) return INVALID_VALUE;
  *count = 0;
  // Pieces that are added where they lie would come in any order; those apart need scratch.
  bool is_in_order = !(wish->reductions & 5);
  bool is_near = true;
  for (uint32_t alignment : wish->alignment) is_near = is_near && alignment <= 16;
  if (is_refusing() || !is_in_order || !is_near || wish->scratch < SCRATCH) return NOT_SUPPORTED;
  *found = Found{{ALGORITHM}, SCRATCH, OK, 1, {}};
  return *count = 1, OK;
}

CALL(int, cublasLtMatmul, const char*, const Product* product, const float* alpha, const uint16_t* a, const Matrix* layout_a,
     const uint16_t* b, const Matrix* layout_b, const float* beta, const void* c, const Matrix*, void* d, const Matrix* layout_d,
     const Found* algorithm, void* scratch, size_t scratch_bytes, void* stream) {
  FAILS("cublasLtMatmul");
  Product p = *product;
  Matrix ma = *layout_a, mb = *layout_b, md = *layout_d;
  if (!fit(&p, &ma, &mb, &md) || *alpha != 1 || *beta != 0 || c != d || algorithm->algorithm[0] != ALGORITHM) return INVALID_VALUE;
  if (!scratch || scratch_bytes < SCRATCH || !is_aligned(a, 16) || !is_aligned(b, 16) || !is_aligned(d, 16)) return INVALID_VALUE;
  std::vector<int64_t> shape{ma.step, mb.step, md.step, int64_t(md.columns), p.transposed[0]};
  auto work = [=] {
    memset(scratch, 0xFF, scratch_bytes);
    uint64_t inner = columns_of(&ma, p.transposed[0]);
    // How far the next number of a sum, and of a row of the result, is.
    int64_t inner_a = p.transposed[0] ? 1 : ma.step, inner_b = p.transposed[1] ? mb.step : 1;
    int64_t row_a = p.transposed[0] ? ma.step : 1, column_b = p.transposed[1] ? 1 : mb.step;
    for (int64_t j = 0; j < int64_t(md.columns); j++) {
      for (int64_t i = 0; i < int64_t(md.rows); i++) {
        float sum = 0;
        for (int64_t k = 0; k < int64_t(inner); k++) sum += number(a + i * row_a + k * inner_a) * number(b + j * column_b + k * inner_b);
        int64_t at = j * md.step + i;
        if (md.type == R_32F) {
          ((float*)d)[at] = sum;
        } else {
          ((uint16_t*)d)[at] = rounded(sum);
        }
      }
    }
  };
  return give(stream, shape, work) ? OK : LT_EXECUTION_FAILED;
}

// cuDNN

struct Handle {
  void* stream;
};

// Of a filter the images are its outputs.
struct Tensor {
  int images, channels, height, width;
};

struct Convolution {
  int pad[2], stride[2], dilation[2], math;
};

struct Perf {
  int algorithm, status;
  float time;
  size_t memory;
  int determinism, math, reserved[3];
};
static_assert(sizeof(Perf) == 48, "as Cudnn.FOUND_BYTES has it");
enum { GOOD_FORWARD = 1, GOOD_BACKWARD = 5, REFUSED_ALGORITHM = 3, TENSOR_OP_MATH = 1, ALLOW_CONVERSION = 2 };

CALL(size_t, cudnnGetVersion, void) { return 91900; }
CALL(size_t, cudnnGetCudartVersion, void) { return 13010; }
CALL(const char*, cudnnGetErrorString, int code) { return code == NN_FAILED ? "CUDNN_STATUS_EXECUTION_FAILED" : "refused"; }
CALL(int, cudnnCreate, Handle** handle) {
  FAILS("cudnnCreate");
  return made(handle, new Handle());
}
CALL(int, cudnnDestroy, Handle* handle) { return destroyed(handle); }
CALL(int, cudnnSetStream, Handle* handle, void* stream) {
  FAILS("cudnnSetStream");
  return handle->stream = stream, OK;
}
CALL(int, cudnnCreateTensorDescriptor, Tensor** tensor) { return made(tensor, new Tensor()); }
CALL(int, cudnnSetTensor4dDescriptor, Tensor* tensor, int format, int type, int images, int channels, int height, int width) {
  if (format != NHWC || type != NN_BFLOAT16 || images < 1 || channels < 1 || height < 1 || width < 1) return NN_BAD_PARAM;
  return *tensor = Tensor{images, channels, height, width}, OK;
}
CALL(int, cudnnDestroyTensorDescriptor, Tensor* tensor) { return destroyed(tensor); }
CALL(int, cudnnCreateFilterDescriptor, Tensor** filter) { return made(filter, new Tensor()); }
CALL(int, cudnnSetFilter4dDescriptor, Tensor* filter, int type, int format, int outputs, int channels, int height, int width) {
  FAILS("cudnnSetFilter4dDescriptor");
  return cudnnSetTensor4dDescriptor(filter, format, type, outputs, channels, height, width);
}
CALL(int, cudnnDestroyFilterDescriptor, Tensor* filter) { return destroyed(filter); }
CALL(int, cudnnCreateConvolutionDescriptor, Convolution** convolution) { return made(convolution, new Convolution()); }
CALL(int, cudnnSetConvolution2dDescriptor, Convolution* c, int pad_height, int pad_width, int stride_height, int stride_width,
     int dilation_height, int dilation_width, int mode, int compute) {
  if (mode != 1 || compute != NN_FLOAT) return NN_BAD_PARAM;
  *c = Convolution{{pad_height, pad_width}, {stride_height, stride_width}, {dilation_height, dilation_width}, 0};
  return OK;
}
CALL(int, cudnnSetConvolutionMathType, Convolution* convolution, int math) { return convolution->math = math, OK; }
CALL(int, cudnnDestroyConvolutionDescriptor, Convolution* convolution) { return destroyed(convolution); }

static int size(int of, int kernel, const Convolution& c, int axis) {
  int room = of + 2 * c.pad[axis] - c.dilation[axis] * (kernel - 1) - 1;
  return room < 0 ? -1 : room / c.stride[axis] + 1;
}

static bool fit(const Tensor& x, const Tensor& w, const Convolution& c, const Tensor& y) {
  return x.images == y.images && x.channels == w.channels && y.channels == w.images && y.height == size(x.height, w.height, c, 0) &&
         y.width == size(x.width, w.width, c, 1);
}

static int algorithms(int good, const Tensor& x, const Tensor& w, const Convolution& c, const Tensor& y, int wanted, int* count, Perf* found) {
  if (!fit(x, w, c, y) || wanted < 5) return NN_BAD_PARAM;
  *count = 0;
  if (is_refusing()) return NN_NOT_SUPPORTED;
  found[0] = Perf{0, OK, 1, SCRATCH, 0, TENSOR_OP_MATH, {}};
  found[1] = Perf{7, NOT_SUPPORTED, 2, SCRATCH, 1, TENSOR_OP_MATH, {}};
  found[2] = Perf{2, OK, 3, size_t(1) << 40, 1, TENSOR_OP_MATH, {}};
  found[3] = Perf{REFUSED_ALGORITHM, OK, 4, SCRATCH, 1, TENSOR_OP_MATH, {}};
  found[4] = Perf{good, OK, 5, SCRATCH, 1, ALLOW_CONVERSION, {}};
  return *count = 5, OK;
}
static int scratch_of(int good, const Tensor& x, const Tensor& w, const Convolution& c, const Tensor& y, int algorithm, size_t* bytes) {
  if (!fit(x, w, c, y)) return NN_BAD_PARAM;
  if (algorithm == REFUSED_ALGORITHM || (algorithm == good && c.math != ALLOW_CONVERSION)) return NN_NOT_SUPPORTED;
  return *bytes = algorithm == good ? SCRATCH : size_t(1) << 40, OK;
}
CALL(int, cudnnGetConvolutionForwardWorkspaceSize, Handle*, const Tensor* x, const Tensor* w, const Convolution* c, const Tensor* y,
     int algorithm, size_t* bytes) {
  return scratch_of(GOOD_FORWARD, *x, *w, *c, *y, algorithm, bytes);
}
CALL(int, cudnnGetConvolutionBackwardDataWorkspaceSize, Handle*, const Tensor* w, const Tensor* dy, const Convolution* c, const Tensor* dx,
     int algorithm, size_t* bytes) {
  return scratch_of(GOOD_BACKWARD, *dx, *w, *c, *dy, algorithm, bytes);
}
CALL(int, cudnnGetConvolutionForwardAlgorithm_v7, Handle*, const Tensor* x, const Tensor* w, const Convolution* c, const Tensor* y,
     int wanted, int* count, Perf* found) {
  FAILS("cudnnGetConvolutionForwardAlgorithm_v7");
  return algorithms(GOOD_FORWARD, *x, *w, *c, *y, wanted, count, found);
}
CALL(int, cudnnGetConvolutionBackwardDataAlgorithm_v7, Handle*, const Tensor* w, const Tensor* dy, const Convolution* c, const Tensor* dx,
     int wanted, int* count, Perf* found) {
  return algorithms(GOOD_BACKWARD, *dx, *w, *c, *dy, wanted, count, found);
}

// Calls something with the place of an image's number, a result's number and a weight, for all that meet.
template <typename F>
static void meet(const Tensor& x, const Tensor& w, const Convolution& c, const Tensor& y, F with) {
  for (int image = 0; image < x.images; image++) {
    for (int i = 0; i < y.height; i++) {
      for (int j = 0; j < y.width; j++) {
        for (int ki = 0; ki < w.height; ki++) {
          for (int kj = 0; kj < w.width; kj++) {
            int xi = i * c.stride[0] - c.pad[0] + ki * c.dilation[0], xj = j * c.stride[1] - c.pad[1] + kj * c.dilation[1];
            if (xi < 0 || xj < 0 || xi >= x.height || xj >= x.width) continue;
            for (int out = 0; out < y.channels; out++) {
              for (int in = 0; in < x.channels; in++) {
                with(((image * x.height + xi) * x.width + xj) * x.channels + in, ((image * y.height + i) * y.width + j) * y.channels + out,
                     ((out * w.height + ki) * w.width + kj) * w.channels + in);
              }
            }
          }
        }
      }
    }
  }
}

// The result, a sum of products of a source's numbers and weights.
static int convolve(Handle* handle, const Tensor& x, const Tensor& w, const Convolution& c, const Tensor& y, bool is_gradient,
                    const float* alpha, const float* beta, const uint16_t* source, const uint16_t* weights, uint16_t* result, int algorithm,
                    void* scratch, size_t scratch_bytes) {
  int good = is_gradient ? GOOD_BACKWARD : GOOD_FORWARD;
  if (!fit(x, w, c, y) || *alpha != 1 || *beta != 0 || algorithm != good || c.math != ALLOW_CONVERSION) return NN_BAD_PARAM;
  if (!scratch || scratch_bytes < SCRATCH || !is_aligned(source, 16) || !is_aligned(weights, 16) || !is_aligned(result, 16)) return NN_BAD_PARAM;
  std::vector<int64_t> shape{x.images, x.channels, x.height, x.width, w.images, w.height, w.width, c.stride[0], is_gradient};
  auto work = [=] {
    memset(scratch, 0xFF, scratch_bytes);
    const Tensor& made = is_gradient ? x : y;
    std::vector<float> sums(size_t(made.images) * size_t(made.height * made.width * made.channels));
    meet(x, w, c, y, [&](int at_x, int at_y, int at_w) {
      sums[size_t(is_gradient ? at_x : at_y)] += number(source + (is_gradient ? at_y : at_x)) * number(weights + at_w);
    });
    for (size_t i = 0; i < sums.size(); i++) result[i] = rounded(sums[i]);
  };
  return give(handle->stream, shape, work) ? OK : NN_FAILED;
}
CALL(int, cudnnConvolutionForward, Handle* handle, const float* alpha, const Tensor* x, const uint16_t* source, const Tensor* w,
     const uint16_t* weights, const Convolution* c, int algorithm, void* scratch, size_t scratch_bytes, const float* beta, const Tensor* y,
     uint16_t* result) {
  FAILS("cudnnConvolutionForward");
  return convolve(handle, *x, *w, *c, *y, false, alpha, beta, source, weights, result, algorithm, scratch, scratch_bytes);
}
CALL(int, cudnnConvolutionBackwardData, Handle* handle, const float* alpha, const Tensor* w, const uint16_t* weights, const Tensor* dy,
     const uint16_t* source, const Convolution* c, int algorithm, void* scratch, size_t scratch_bytes, const float* beta, const Tensor* dx,
     uint16_t* result) {
  FAILS("cudnnConvolutionBackwardData");
  return convolve(handle, *dx, *w, *c, *dy, true, alpha, beta, source, weights, result, algorithm, scratch, scratch_bytes);
}
