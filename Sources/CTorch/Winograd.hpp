// 1x3x3 and 3x3x3 convolutions of stride 1 by Winograd's minimal filtering, computed in single
// precision; activations in memory are float or bfloat16.
#pragma once

#include <ATen/ATen.h>

#include <vector>

namespace delineate {

// The weights of one convolution, transformed and packed; empty where the shape does not suit.
class WinogradConvolution {
 public:
  WinogradConvolution() = default;
  // `weight` is [Cout, Cin, kd, 3, 3] in C order; `bias` may be null.
  WinogradConvolution(const float *weight, at::IntArrayRef shape, const float *bias);

  // Whether this machine and these shapes gain from it.
  static bool suits(at::IntArrayRef weight_shape, at::IntArrayRef stride);

  bool is_empty() const { return weights_.empty(); }

  // The convolution of `a`'s channels followed by `b`'s (which may be undefined); both [N, C, D, H,
  // W], of one type.
  at::Tensor apply(const at::Tensor &a, const at::Tensor &b) const;

 private:
  int64_t inputs_ = 0, outputs_ = 0, taps_ = 0;
  std::vector<float> weights_, bias_;
};

}  // namespace delineate
