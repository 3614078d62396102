// Instance normalization + residual + leaky ReLU in one kernel, channels-last, and average pooling.
//
// Goals, in order: accurate (libtorch's channels-last group norm is off by up to 6e-3), the same
// bytes for any number of threads, one read for the moments, one read and write for the rest. The
// moments are two-pass within blocks that fit the cache and are combined in double precision in
// the order of the blocks (Chan, Golub & LeVeque, 1979).

#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "Dispatch.hpp"
#include "Guarded.hpp"
#include "InstanceNorm.hpp"
#include "Parallel.hpp"

namespace delineate {
#define DELINEATE_LOOPS "NormLoops.inl"
#include "EachInstructionSet.inl"

Rows::Rows(int64_t voxels, int64_t channels, size_t value_size) {
  const int64_t group = std::max<int64_t>(1, 64 / channels);
  width = group * channels;
  count = voxels / group;
  tail_voxels = voxels % group;
  per_block = std::max<int64_t>(1, (48 << 10) / (width * int64_t(value_size)));
  blocks = (count + per_block - 1) / per_block;
}

// Sums, mean and squared deviations of one channel, grown block by block.
struct Moments {
  double count = 0, mean = 0, squares = 0;

  void add(double other_count, double other_mean, double other_squares) {
    const double total = count + other_count, difference = other_mean - mean;
    mean += difference * other_count / total;
    squares += other_squares + difference * difference * count * other_count / total;
    count = total;
  }
};

template <typename T>
void channel_moments(const T *x, int64_t voxels, int64_t channels, double *mean, double *variance) {
  const Rows rows(voxels, channels, sizeof(T));
  std::vector<float> means(rows.blocks * rows.width), squares(rows.blocks * rows.width);
  parallel_for(0, rows.blocks, 4, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; block++) {
      DELINEATE_CALL(block_moments, x + block * rows.per_block * rows.width, rows.in_block(block),
                     rows.width, means.data() + block * rows.width,
                     squares.data() + block * rows.width);
    }
  });
  std::vector<float> tail_mean(channels), tail_squares(channels);
  if (rows.tail_voxels > 0) {
    DELINEATE_CALL(block_moments, x + rows.count * rows.width, rows.tail_voxels, channels,
                   tail_mean.data(), tail_squares.data());
  }
  parallel_for(0, channels, 4, [&](int64_t begin, int64_t end) {
    for (int64_t c = begin; c < end; c++) {
      Moments moments;
      for (int64_t block = 0; block < rows.blocks; block++) {
        for (int64_t i = c; i < rows.width; i += channels) {
          moments.add(double(rows.in_block(block)), means[block * rows.width + i],
                      squares[block * rows.width + i]);
        }
      }
      if (rows.tail_voxels > 0) moments.add(double(rows.tail_voxels), tail_mean[c], tail_squares[c]);
      mean[c] = moments.mean;
      variance[c] = moments.squares / moments.count;
    }
  });
}

template void channel_moments<float>(const float *, int64_t, int64_t, double *, double *);
template void channel_moments<uint16_t>(const uint16_t *, int64_t, int64_t, double *, double *);

template <typename T>
static void normalize(T *x, const T *residual, int64_t voxels, int64_t channels,
                      const float *weight, const float *bias, float epsilon, float slope) {
  const Rows rows(voxels, channels, sizeof(T));
  std::vector<double> means(channels), variances(channels);
  channel_moments(x, voxels, channels, means.data(), variances.data());
  std::vector<float> mean(rows.width), scale(rows.width), shift(rows.width);
  for (int64_t i = 0; i < rows.width; i++) {
    const int64_t c = i % channels;
    // The mean is taken off first: folded into the shift, large means would cost digits.
    mean[i] = float(means[c]);
    scale[i] = float(weight[c] / std::sqrt(variances[c] + epsilon));
    shift[i] = bias[c];
  }
  parallel_for(0, rows.blocks, 4, [&](int64_t begin, int64_t end) {
    const int64_t first = begin * rows.per_block;
    const int64_t count = std::min(end * rows.per_block, rows.count) - first;
    const T *added = residual == nullptr ? nullptr : residual + first * rows.width;
    DELINEATE_CALL(apply_rows, x + first * rows.width, added, count, rows.width, mean.data(),
                   scale.data(), shift.data(), slope);
  });
  if (rows.tail_voxels > 0) {
    const T *added = residual == nullptr ? nullptr : residual + rows.count * rows.width;
    DELINEATE_CALL(apply_rows, x + rows.count * rows.width, added, rows.tail_voxels, channels,
                   mean.data(), scale.data(), shift.data(), slope);
  }
}

template <typename T>
static void pool(const at::Tensor &x, at::Tensor &y, const int64_t *stride) {
  const int64_t channels = x.size(1);
  const int64_t input[3] = {x.size(2), x.size(3), x.size(4)};
  const int64_t output[3] = {y.size(2), y.size(3), y.size(4)};
  for (int64_t n = 0; n < x.size(0); n++) {
    const T *source = static_cast<const T *>(x.const_data_ptr()) + n * x.stride(0);
    T *target = static_cast<T *>(y.mutable_data_ptr()) + n * y.stride(0);
    parallel_for(0, output[0] * output[1], 4, [&](int64_t begin, int64_t end) {
      std::vector<float> line(channels);
      DELINEATE_CALL(pool_rows, source, target, input, stride, output, channels, line.data(), begin,
                     end);
    });
  }
}

}  // namespace delineate

using namespace delineate;

ct_status ct_instance_norm_activate(ct_tensor *x, const float *scale, const float *shift,
                                    size_t channels, float epsilon, const ct_tensor *residual,
                                    float slope) {
  return guarded([&] {
    c10::InferenceMode inference;
    at::Tensor &value = x->value;
    require(value.dim() == 5 && value.size(1) == int64_t(channels),
            "instance normalization takes [N, C, D, H, W] and one scale and shift per channel");
    require(residual == nullptr || residual->value.sizes() == value.sizes(),
            "the residual has the shape of what it is added to");
    require(value.scalar_type() == at::kFloat || value.scalar_type() == at::kBFloat16,
            "instance normalization takes single precision or bfloat16");
    if (!value.is_cpu()) {
      const auto options = at::TensorOptions().dtype(at::kFloat);
      const auto count = int64_t(channels);
      auto on_device = [&](const float *values) {
        return at::from_blob(const_cast<float *>(values), {count}, options)
            .to(value.device(), value.scalar_type());
      };
      value = at::instance_norm(value, on_device(scale), on_device(shift), {}, {}, true, 0, epsilon,
                                at::globalContext().userEnabledCuDNN());
      if (residual != nullptr) value.add_(residual->value);
      if (slope != 1) at::leaky_relu_(value, slope);
      return;
    }
    value = value.contiguous(at::MemoryFormat::ChannelsLast3d);
    at::Tensor added;
    if (residual != nullptr) {
      added = residual->value.to(value.scalar_type()).contiguous(at::MemoryFormat::ChannelsLast3d);
    }
    const int64_t voxels = value.size(2) * value.size(3) * value.size(4);
    for (int64_t n = 0; n < value.size(0); n++) {
      const int64_t offset = n * voxels * int64_t(channels);
      auto run = [&](auto *typed) {
        using T = std::remove_reference_t<decltype(*typed)>;
        const T *other = added.defined() ? static_cast<const T *>(added.const_data_ptr()) + offset
                                         : nullptr;
        normalize(typed + offset, other, voxels, int64_t(channels), scale, shift, epsilon, slope);
      };
      if (value.scalar_type() == at::kFloat) {
        run(static_cast<float *>(value.mutable_data_ptr()));
      } else {
        run(static_cast<uint16_t *>(value.mutable_data_ptr()));
      }
    }
  });
}

ct_status ct_average_pool(const ct_tensor *x, const int64_t *stride, ct_tensor **out) {
  return guarded([&] {
    c10::InferenceMode inference;
    at::IntArrayRef window(stride, 3);
    require(x->value.dim() == 5 && stride[0] > 0 && stride[1] > 0 && stride[2] > 0,
            "average pooling takes [N, C, D, H, W] and three positive strides");
    if (!x->value.is_cpu()) {
      *out = wrap(at::avg_pool3d(x->value, window, window));
      return;
    }
    require(x->value.scalar_type() == at::kFloat || x->value.scalar_type() == at::kBFloat16,
            "average pooling takes single precision or bfloat16 on the processor");
    at::Tensor value = x->value.contiguous(at::MemoryFormat::ChannelsLast3d);
    at::Tensor pooled = at::empty({value.size(0), value.size(1), value.size(2) / stride[0],
                                   value.size(3) / stride[1], value.size(4) / stride[2]},
                                  value.options(), at::MemoryFormat::ChannelsLast3d);
    if (value.scalar_type() == at::kFloat) {
      pool<float>(value, pooled, stride);
    } else {
      pool<uint16_t>(value, pooled, stride);
    }
    *out = wrap(std::move(pooled));
  });
}
