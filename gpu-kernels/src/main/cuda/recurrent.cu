// Networks: what a recurrent layer does in one step besides products of matrices. Contract: Recurrent of
// org.sparkmlext.kernels.graph, whose formulas and order of gates these are. The rules are in elements.cu.
//
// A thread a unit of a row (n: rows x units), step t of T. gates: N x T x gates x H, before a step the sums that the functions are
// of, after it their values, which the gradient reads; its kernels write the gradients of the sums. h, c, m: N x T x H. Behind a
// row's end (lengths null: none has one) h is 0, and so are all gradients. carry: N x H, the gradient of h that step t + 1 has
// left; what goes straight on to step t - 1 is left there, the products are added by the host's next launch.

#if defined(__CUDACC__) || defined(__CUDACC_RTC__)
#define KERNEL extern "C" __global__ void
#define EXPORT_KERNEL(name)
#endif

typedef long long i64;

#define ELEMENT(i, n)                                   \
  unsigned i = blockIdx.x * blockDim.x + threadIdx.x; \
  if (i >= (unsigned)(n)) return

__device__ float sigmoid(float x) { return 1.0f / (1.0f + expf(-x)); }

// A unit of a row at a step.
struct Unit {
  int row, unit;
  // Of h and the like; the step before is `units` back.
  i64 at;
  bool is_there;
  __device__ Unit(unsigned i, const int* lengths, int t, int steps, int units)
      : row((int)(i / units)), unit((int)(i % units)), at(((i64)row * steps + t) * units + unit),
        is_there(!lengths || t < lengths[row]) {}
};

// The sums or values of a unit's gates, H apart.
struct Gates {
  float* first;
  int units;
  __device__ Gates(float* all, const Unit& u, int number, int units)
      : first(all + (u.at - u.unit) * number + u.unit), units(units) {}
  __device__ float& operator[](int gate) const { return first[(i64)gate * units]; }
};

KERNEL lstm_step(float* gates, float* c, float* h, const int* lengths, int t, int steps, int units, int n) {
  ELEMENT(index, n);
  Unit u(index, lengths, t, steps, units);
  Gates g(gates, u, 4, units);
  if (!u.is_there) {
    c[u.at] = h[u.at] = 0.0f;
    return;
  }
  float i = sigmoid(g[0]), f = sigmoid(g[1]), a = tanhf(g[2]), o = sigmoid(g[3]);
  float cell = i * a + (t > 0 ? f * c[u.at - units] : 0.0f);
  g[0] = i, g[1] = f, g[2] = a, g[3] = o;
  c[u.at] = cell;
  h[u.at] = o * tanhf(cell);
}
EXPORT_KERNEL(lstm_step)

// dc: N x H, the gradient of c that step t + 1 has left.
KERNEL lstm_step_gradient(const float* dh, const float* kept, const float* c, const int* lengths, float* dgates, float* carry,
                          float* dc, int t, int steps, int units, int n) {
  ELEMENT(index, n);
  Unit u(index, lengths, t, steps, units);
  Gates g(const_cast<float*>(kept), u, 4, units), d(dgates, u, 4, units);
  if (!u.is_there) {
    d[0] = d[1] = d[2] = d[3] = carry[index] = dc[index] = 0.0f;
    return;
  }
  float i = g[0], f = g[1], a = g[2], o = g[3], bent = tanhf(c[u.at]);
  float of_h = dh[u.at] + carry[index];
  float of_c = dc[index] + of_h * o * (1.0f - bent * bent);
  float before = t > 0 ? c[u.at - units] : 0.0f;
  d[0] = of_c * a * i * (1.0f - i);
  d[1] = of_c * before * f * (1.0f - f);
  d[2] = of_c * i * (1.0f - a * a);
  d[3] = of_h * bent * o * (1.0f - o);
  dc[index] = of_c * f;
  carry[index] = 0.0f;
}
EXPORT_KERNEL(lstm_step_gradient)

// products: N x 3 x H, R h of the step before, null at the first step; bias: bm. m keeps what the reset gate is multiplied by.
KERNEL gru_step(float* gates, const float* products, const float* bias, float* m, float* h, const int* lengths, int t, int steps,
                int units, int n) {
  ELEMENT(index, n);
  Unit u(index, lengths, t, steps, units);
  Gates g(gates, u, 3, units);
  if (!u.is_there) {
    m[u.at] = h[u.at] = 0.0f;
    return;
  }
  const float* p = products ? products + (i64)u.row * 3 * units + u.unit : nullptr;
  float z = sigmoid(g[0] + (p ? p[0] : 0.0f)), r = sigmoid(g[1] + (p ? p[units] : 0.0f));
  float product = (p ? p[2 * units] : 0.0f) + bias[u.unit];
  float a = tanhf(g[2] + r * product);
  g[0] = z, g[1] = r, g[2] = a;
  m[u.at] = product;
  h[u.at] = (1.0f - z) * a + (t > 0 ? z * h[u.at - units] : 0.0f);
}
EXPORT_KERNEL(gru_step)

// dproducts: N x T x 3 x H, gradients of R h, the third of R h + bm.
KERNEL gru_step_gradient(const float* dh, const float* kept, const float* m, const float* h, const int* lengths, float* dgates,
                         float* dproducts, float* carry, int t, int steps, int units, int n) {
  ELEMENT(index, n);
  Unit u(index, lengths, t, steps, units);
  Gates g(const_cast<float*>(kept), u, 3, units), d(dgates, u, 3, units), p(dproducts, u, 3, units);
  if (!u.is_there) {
    d[0] = d[1] = d[2] = p[0] = p[1] = p[2] = carry[index] = 0.0f;
    return;
  }
  float z = g[0], r = g[1], a = g[2], before = t > 0 ? h[u.at - units] : 0.0f;
  float of_h = dh[u.at] + carry[index];
  float of_a = of_h * (1.0f - z) * (1.0f - a * a);
  d[0] = p[0] = of_h * (before - a) * z * (1.0f - z);
  d[1] = p[1] = of_a * m[u.at] * r * (1.0f - r);
  d[2] = of_a;
  p[2] = of_a * r;
  carry[index] = of_h * z;
}
EXPORT_KERNEL(gru_step_gradient)

KERNEL rnn_step(float* gates, float* h, const int* lengths, int t, int steps, int units, int n) {
  ELEMENT(index, n);
  Unit u(index, lengths, t, steps, units);
  h[u.at] = u.is_there ? tanhf(gates[u.at]) : 0.0f;
}
EXPORT_KERNEL(rnn_step)

KERNEL rnn_step_gradient(const float* dh, const float* h, const int* lengths, float* dgates, float* carry, int t, int steps,
                         int units, int n) {
  ELEMENT(index, n);
  Unit u(index, lengths, t, steps, units);
  dgates[u.at] = u.is_there ? (dh[u.at] + carry[index]) * (1.0f - h[u.at] * h[u.at]) : 0.0f;
  carry[index] = 0.0f;
}
EXPORT_KERNEL(rnn_step_gradient)
