// Activation of org.sparkmlext.kernels.graph: the functions and their derivatives.
#pragma once

// In the order of Activation.Function.
enum { RELU, LEAKY_RELU, ELU, SIGMOID, TANH, GELU, SWISH, SOFTPLUS, HARD_SWISH };

__device__ float sigmoid(float x) { return 1.0f / (1.0f + expf(-x)); }

// Distribution function of the standard normal.
__device__ float normal(float x) { return 0.5f * (1.0f + erff(x * 0.70710678f)); }

// A NaN stays one: comparisons are made so that it falls through to x.
__device__ float activated(int function, float alpha, float x) {
  switch (function) {
    case RELU: return x <= 0.0f ? 0.0f : x;
    case LEAKY_RELU: return x <= 0.0f ? alpha * x : x;
    case ELU: return x <= 0.0f ? alpha * expm1f(x) : x;
    case SIGMOID: return sigmoid(x);
    case TANH: return tanhf(x);
    case GELU: return x * normal(x);
    case SWISH: return x * sigmoid(x);
    case SOFTPLUS: return (x <= 0.0f ? 0.0f : x) + log1pf(expf(x <= 0.0f ? x : -x));
    default: return x <= -3.0f ? 0.0f * x : x >= 3.0f ? x : x * (x * (1.0f / 6.0f) + 0.5f);
  }
}

// The derivative, from y up to TANH, from x behind it: Activation.Function.isReadFromOutput.
__device__ float slope(int function, float alpha, float v) {
  switch (function) {
    case RELU: return v > 0.0f ? 1.0f : 0.0f;
    case LEAKY_RELU: return v > 0.0f ? 1.0f : alpha;
    case ELU: return v > 0.0f ? 1.0f : v + alpha;
    case SIGMOID: return v * (1.0f - v);
    case TANH: return 1.0f - v * v;
    case GELU: return normal(v) + v * expf(-0.5f * v * v) * 0.39894228f;
    case SWISH: return sigmoid(v) * (1.0f + v * sigmoid(-v));
    case SOFTPLUS: return sigmoid(v);
    default: return v <= -3.0f ? 0.0f : v >= 3.0f ? 1.0f : v * (1.0f / 3.0f) + 0.5f;
  }
}
