// Instance normalization + residual + leaky ReLU with its gradient, channels-last, on the processor.
//
// One node where libtorch has three: it keeps the normalization's input and the result, which the
// next layer keeps anyway, and reads each twice on the way back. Moments and sums are combined in
// double precision in the order of the blocks: the same bytes for any number of threads.

#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "Dispatch.hpp"
#include "Guarded.hpp"
#include "InstanceNorm.hpp"
#include "Parallel.hpp"

namespace delineate {
#define DELINEATE_LOOPS "TrainingNormLoops.inl"
#include "EachInstructionSet.inl"

// What each lane of a row needs of its channel.
struct Lanes {
  std::vector<float> mean, inverse, scale, shift;

  Lanes(int64_t width, int64_t channels, const float *means, const float *inverses,
        const float *weight, const float *bias)
      : mean(width), inverse(width), scale(width), shift(width) {
    for (int64_t i = 0; i < width; i++) {
      const int64_t c = i % channels;
      mean[i] = means[c];
      inverse[i] = inverses[c];
      scale[i] = weight[c] * inverses[c];
      if (bias != nullptr) shift[i] = bias[c];
    }
  }
};

template <typename T>
static void forward_sample(const T *x, const T *residual, T *y, int64_t voxels, int64_t channels,
                           const float *weight, const float *bias, double epsilon, float slope,
                           float *means, float *inverses) {
  std::vector<double> mean(channels), variance(channels);
  channel_moments(x, voxels, channels, mean.data(), variance.data());
  for (int64_t c = 0; c < channels; c++) {
    means[c] = float(mean[c]);
    inverses[c] = float(1 / std::sqrt(variance[c] + epsilon));
  }
  const Rows rows(voxels, channels, sizeof(T));
  const Lanes lanes(rows.width, channels, means, inverses, weight, bias);
  const auto run = [&](int64_t start, int64_t count, int64_t width) {
    DELINEATE_CALL(forward_rows, x + start, residual == nullptr ? nullptr : residual + start,
                   y + start, count, width, lanes.mean.data(), lanes.scale.data(),
                   lanes.shift.data(), slope);
  };
  parallel_for(0, rows.blocks, 4, [&](int64_t begin, int64_t end) {
    const int64_t first = begin * rows.per_block;
    run(first * rows.width, std::min(end * rows.per_block, rows.count) - first, rows.width);
  });
  if (rows.tail_voxels > 0) run(rows.count * rows.width, rows.tail_voxels, channels);
}

template <typename T>
static void backward_sample(const T *x, const T *y, const T *dy, T *dx, T *d_residual,
                            int64_t voxels, int64_t channels, const float *means,
                            const float *inverses, const float *weight, float slope,
                            double *d_scale, double *d_shift) {
  const Rows rows(voxels, channels, sizeof(T));
  const Lanes lanes(rows.width, channels, means, inverses, weight, nullptr);
  // The tail is one more block, of rows one voxel wide.
  const int64_t parts = rows.blocks + (rows.tail_voxels > 0 ? 1 : 0);
  std::vector<float> sums(parts * rows.width), products(parts * rows.width);
  struct Part {
    int64_t start, count, width;
  };
  const auto part = [&](int64_t block) {
    return block < rows.blocks
               ? Part{block * rows.per_block * rows.width, rows.in_block(block), rows.width}
               : Part{rows.count * rows.width, rows.tail_voxels, channels};
  };
  parallel_for(0, parts, 4, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; block++) {
      const Part p = part(block);
      DELINEATE_CALL(gradient_sums, x + p.start, y + p.start, dy + p.start, p.count, p.width,
                     lanes.mean.data(), lanes.inverse.data(), slope,
                     sums.data() + block * rows.width, products.data() + block * rows.width);
    }
  });
  std::vector<float> mean_g(rows.width), mean_gx(rows.width);
  for (int64_t c = 0; c < channels; c++) {
    double sum = 0, product = 0;
    for (int64_t block = 0; block < parts; block++) {
      for (int64_t i = c; i < part(block).width; i += channels) {
        sum += sums[block * rows.width + i];
        product += products[block * rows.width + i];
      }
    }
    d_shift[c] += sum;
    d_scale[c] += product;
    for (int64_t i = c; i < rows.width; i += channels) {
      mean_g[i] = float(sum / double(voxels));
      mean_gx[i] = float(product / double(voxels));
    }
  }
  parallel_for(0, parts, 4, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; block++) {
      const Part p = part(block);
      DELINEATE_CALL(backward_rows, x + p.start, y + p.start, dy + p.start, dx + p.start,
                     d_residual == nullptr ? nullptr : d_residual + p.start, p.count, p.width,
                     lanes.mean.data(), lanes.inverse.data(), lanes.scale.data(), mean_g.data(),
                     mean_gx.data(), slope);
    }
  });
}

// Calls run(T *) with a null pointer of the type that a tensor's elements have here.
template <typename Run>
static void with_type(const at::Tensor &x, const Run &run) {
  if (x.scalar_type() == at::kFloat) {
    run(static_cast<float *>(nullptr));
  } else {
    run(static_cast<uint16_t *>(nullptr));
  }
}

template <typename T>
static const T *sample(const at::Tensor &x, int64_t n) {
  return static_cast<const T *>(x.const_data_ptr()) + n * (x.numel() / x.size(0));
}

template <typename T>
static T *sample_to_write(at::Tensor &x, int64_t n) {
  return static_cast<T *>(x.mutable_data_ptr()) + n * (x.numel() / x.size(0));
}

struct Normalization : torch::autograd::Function<Normalization> {
  static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &input,
                            const at::Tensor &weight, const at::Tensor &bias,
                            const c10::optional<at::Tensor> &added, double epsilon, double slope) {
    const at::Tensor x = input.contiguous(at::MemoryFormat::ChannelsLast3d);
    const at::Tensor residual =
        added ? added->to(x.scalar_type()).contiguous(at::MemoryFormat::ChannelsLast3d)
              : at::Tensor();
    const int64_t samples = x.size(0), channels = x.size(1);
    const int64_t voxels = x.numel() / (samples * channels);
    at::Tensor y = at::empty_like(x);
    at::Tensor statistics = at::empty({samples, 2, channels}, at::kFloat);
    auto *stored = statistics.mutable_data_ptr<float>();
    with_type(x, [&](auto *typed) {
      using T = std::remove_pointer_t<decltype(typed)>;
      for (int64_t n = 0; n < samples; n++) {
        forward_sample<T>(sample<T>(x, n), residual.defined() ? sample<T>(residual, n) : nullptr,
                          sample_to_write<T>(y, n), voxels, channels,
                          weight.const_data_ptr<float>(), bias.const_data_ptr<float>(), epsilon,
                          float(slope), stored + 2 * n * channels,
                          stored + (2 * n + 1) * channels);
      }
    });
    context->save_for_backward({x, y, weight, statistics});
    context->saved_data["slope"] = slope;
    context->saved_data["has_residual"] = residual.defined();
    return y;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &y = saved[1], &weight = saved[2], &statistics = saved[3];
    const at::Tensor dy =
        gradients[0].to(x.scalar_type()).contiguous(at::MemoryFormat::ChannelsLast3d);
    const auto slope = float(context->saved_data["slope"].toDouble());
    const int64_t samples = x.size(0), channels = x.size(1);
    const int64_t voxels = x.numel() / (samples * channels);
    at::Tensor dx = at::empty_like(x), d_residual;
    if (context->saved_data["has_residual"].toBool()) d_residual = at::empty_like(x);
    std::vector<double> d_scale(channels), d_shift(channels);
    const auto *stored = statistics.const_data_ptr<float>();
    with_type(x, [&](auto *typed) {
      using T = std::remove_pointer_t<decltype(typed)>;
      for (int64_t n = 0; n < samples; n++) {
        backward_sample<T>(sample<T>(x, n), sample<T>(y, n), sample<T>(dy, n),
                           sample_to_write<T>(dx, n),
                           d_residual.defined() ? sample_to_write<T>(d_residual, n) : nullptr,
                           voxels, channels, stored + 2 * n * channels,
                           stored + (2 * n + 1) * channels, weight.const_data_ptr<float>(), slope,
                           d_scale.data(), d_shift.data());
      }
    });
    const auto as_tensor = [&](const std::vector<double> &values) {
      at::Tensor result = at::empty({channels}, at::kFloat);
      std::copy(values.begin(), values.end(), result.mutable_data_ptr<float>());
      return result;
    };
    return {dx, as_tensor(d_scale), as_tensor(d_shift), d_residual, at::Tensor(), at::Tensor()};
  }
};

// The same by libtorch's own operations, for devices and types that our loops do not know.
static at::Tensor composed(const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias,
                           const at::Tensor &residual, double epsilon, double slope) {
  at::Tensor y = at::instance_norm(x, weight.to(x.scalar_type()), bias.to(x.scalar_type()), {}, {},
                                   true, 0, epsilon, at::globalContext().userEnabledCuDNN());
  if (residual.defined()) y = at::add(y, residual);
  return slope == 1 ? y : at::leaky_relu(y, slope);
}

}  // namespace delineate

using namespace delineate;

ct_status ct_train_normalization(const ct_tensor *x, const ct_tensor *residual,
                                 const ct_tensor *scale, const ct_tensor *shift, double epsilon,
                                 double slope, ct_tensor **out) {
  return guarded([&] {
    const at::Tensor &input = x->value;
    require(input.dim() == 5 && scale->value.numel() == input.size(1) &&
                shift->value.numel() == input.size(1),
            "instance normalization takes [N, C, D, H, W] and one scale and shift per channel");
    require(residual == nullptr || residual->value.sizes() == input.sizes(),
            "the residual has the shape of what it is added to");
    const at::Tensor added = residual == nullptr ? at::Tensor() : residual->value;
    const auto type = input.scalar_type();
    require(type == at::kFloat || type == at::kBFloat16 || type == at::kHalf,
            "instance normalization takes floats of 32 or 16 bits");
    if (!input.is_cpu() || type == at::kHalf) {
      *out = wrap(composed(input, scale->value, shift->value, added, epsilon, slope));
      return;
    }
    c10::optional<at::Tensor> second;
    if (added.defined()) second = added;
    *out = wrap(Normalization::apply(input, scale->value, shift->value, second, epsilon, slope));
  });
}
