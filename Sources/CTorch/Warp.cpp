// The trilinear warp and its gradient, channels-last, on the processor.
//
// libtorch's grid_sampler_3d runs one thread a sample, so that a window of inference has one; and it
// wants the whole sampling grid where we read displacements. Here voxels are shared out, and for the
// gradient of what is warped, which voxels add to each other's, blocks of channels: the same bytes
// for any number of threads.
#include "Warp.hpp"

#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "Dispatch.hpp"
#include "Guarded.hpp"
#include "Parallel.hpp"

namespace delineate {
#define DELINEATE_LOOPS "WarpLoops.inl"
#include "EachInstructionSet.inl"

namespace {

constexpr int64_t grain = 4096;  // voxels
constexpr int64_t channel_block = 8;

// What the loops need of a warp of one shape.
struct Shape {
  int64_t samples, channels, voxels, size[3];
  float step[3];

  Shape(const at::Tensor &x, const double *steps)
      : samples(x.size(0)), channels(x.size(1)), voxels(x.size(2) * x.size(3) * x.size(4)) {
    for (int axis = 0; axis < 3; axis++) {
      size[axis] = x.size(2 + axis);
      step[axis] = float(steps[axis]);
    }
  }
};

at::Tensor channels_last(const at::Tensor &x) {
  return x.contiguous(at::MemoryFormat::ChannelsLast3d);
}

struct Warp : torch::autograd::Function<Warp> {
  static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &input,
                            const at::Tensor &displacements, double d, double h, double w) {
    const at::Tensor x = channels_last(input), field = channels_last(displacements);
    const double steps[3] = {d, h, w};
    const Shape shape(x, steps);
    at::Tensor y = at::empty(x.sizes(), x.options(), at::MemoryFormat::ChannelsLast3d);
    const float *source = x.const_data_ptr<float>(), *u = field.const_data_ptr<float>();
    float *target = y.mutable_data_ptr<float>();
    for (int64_t n = 0; n < shape.samples; n++) {
      const int64_t start = n * shape.voxels;
      parallel_for(0, shape.voxels, grain, [&](int64_t first, int64_t last) {
        DELINEATE_CALL(warp_voxels, source + start * shape.channels, u + 3 * start,
                       target + start * shape.channels, first, last, shape.size, shape.channels,
                       shape.step);
      });
    }
    context->save_for_backward({x, field});
    context->saved_data["steps"] = std::vector<double>(steps, steps + 3);
    return y;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &field = saved[1];
    const at::Tensor dy = channels_last(gradients[0]);
    const std::vector<double> steps = context->saved_data["steps"].toDoubleVector();
    const Shape shape(x, steps.data());
    const float *u = field.const_data_ptr<float>(), *g = dy.const_data_ptr<float>();
    at::Tensor dx, d_field;
    if (context->needs_input_grad(0)) {
      dx = at::zeros_like(x);
      float *target = dx.mutable_data_ptr<float>();
      const int64_t blocks = (shape.channels + channel_block - 1) / channel_block;
      parallel_for(0, shape.samples * blocks, 1, [&](int64_t begin, int64_t end) {
        for (int64_t part = begin; part < end; part++) {
          const int64_t start = part / blocks * shape.voxels;
          const int64_t channel = part % blocks * channel_block;
          DELINEATE_CALL(source_gradient, u + 3 * start, g + start * shape.channels,
                         target + start * shape.channels, shape.voxels, shape.size, shape.channels,
                         channel, std::min(channel + channel_block, shape.channels), shape.step);
        }
      });
    }
    if (context->needs_input_grad(1)) {
      d_field = at::empty(field.sizes(), field.options(), at::MemoryFormat::ChannelsLast3d);
      const float *source = x.const_data_ptr<float>();
      float *target = d_field.mutable_data_ptr<float>();
      for (int64_t n = 0; n < shape.samples; n++) {
        const int64_t start = n * shape.voxels;
        parallel_for(0, shape.voxels, grain, [&](int64_t first, int64_t last) {
          DELINEATE_CALL(field_gradient, source + start * shape.channels, u + 3 * start,
                         g + start * shape.channels, target + 3 * start, first, last, shape.size,
                         shape.channels, shape.step);
        });
      }
    }
    return {dx, d_field, at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

// The voxels' own positions in libtorch's coordinates, which run from -1 to 1 between the outer
// borders of the first and the last voxel: [1, D, H, W, 3], along W, H and D.
at::Tensor identity_grid(at::IntArrayRef size, const at::Tensor &like) {
  std::vector<at::Tensor> axes;
  for (int axis = 0; axis < 3; axis++) {
    const int64_t n = size[axis];
    std::vector<int64_t> shape{1, 1, 1};
    shape[axis] = n;
    const at::Tensor index =
        at::arange(n, at::TensorOptions().dtype(at::kFloat).device(like.device()));
    axes.push_back(((index * 2 + 1) / double(n) - 1).view(shape).expand(size));
  }
  return at::stack({axes[2], axes[1], axes[0]}, -1).unsqueeze(0);
}

// The same by libtorch's own operations, for other devices.
at::Tensor composed(const at::Tensor &x, const at::Tensor &field, const int64_t *scale) {
  const auto size = x.sizes().slice(2);
  at::Tensor steps = at::empty({3}, at::kFloat);
  for (int axis = 0; axis < 3; axis++) {
    steps.mutable_data_ptr<float>()[axis] = 2.0f / (float(scale[axis]) * float(size[axis]));
  }
  const at::Tensor shifts = field * steps.view({1, 3, 1, 1, 1}).to(field.device());
  const at::Tensor grid =
      identity_grid(size, field) + at::flip(shifts, {1}).permute({0, 2, 3, 4, 1});
  constexpr int64_t linear = 0, border = 1;
  return at::grid_sampler_3d(x, grid, linear, border, false);
}

}  // namespace

at::Tensor warped(const at::Tensor &x, const at::Tensor &field, const int64_t *scale) {
  for (int axis = 0; axis < 3; axis++) require(scale[axis] > 0, "a scale above 0");
  if (!x.is_cpu()) return composed(x, field, scale);
  return Warp::apply(x, field, 1.0 / double(scale[0]), 1.0 / double(scale[1]),
                     1.0 / double(scale[2]));
}

}  // namespace delineate
