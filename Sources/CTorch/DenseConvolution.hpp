// Convolutions that are plain matrix products, in single precision: 1x1x1 kernels, the first layer
// (few input channels), and transposed convolutions whose kernel is their stride.
#pragma once

#include <ATen/ATen.h>

#include <vector>

namespace delineate {

// The packed weights of one convolution; empty where the shape does not suit.
class DenseConvolution {
 public:
  DenseConvolution() = default;
  // `weight` is [Cout, Cin, kd, kh, kw], or [Cin, Cout, kd, kh, kw] where transposed, in C order.
  DenseConvolution(const float *weight, at::IntArrayRef shape, const float *bias,
                   bool is_transposed);

  // Whether this machine and these shapes gain from it; oneDNN is several times slower on them.
  static bool suits(at::IntArrayRef weight_shape, at::IntArrayRef stride, bool is_transposed);

  bool is_empty() const { return weights_.empty(); }

  // The convolution of [N, Cin, D, H, W], channels-last, single precision.
  at::Tensor apply(const at::Tensor &x) const;

 private:
  int64_t inputs_ = 0, outputs_ = 0;
  int64_t kernel_[3] = {1, 1, 1};
  bool is_transposed_ = false;
  int64_t tap_step_ = 0;
  std::vector<float> weights_, bias_;
};

}  // namespace delineate
