// Gradients, arithmetic and layers of training, on libtorch's own differentiation.
#include <ATen/core/grad_mode.h>

#include <vector>

#include "Guarded.hpp"

using namespace delineate;

ct_status ct_parameter_from_floats(const float *values, size_t count, const int64_t *shape,
                                   int rank, ct_device device, ct_tensor **out) {
  return guarded([&] {
    const at::IntArrayRef sizes(shape, static_cast<size_t>(rank));
    require(static_cast<size_t>(c10::multiply_integers(sizes)) == count,
            "the number of values does not fill the shape");
    at::NoGradGuard no_gradients;
    at::Tensor leaf = at::empty(
        sizes, at::TensorOptions().dtype(at::kFloat).device(torch_device(device)),
        rank == 5 ? at::MemoryFormat::ChannelsLast3d : at::MemoryFormat::Contiguous);
    leaf.copy_(at::from_blob(const_cast<float *>(values), sizes, at::kFloat));
    leaf.set_requires_grad(true);
    *out = wrap(std::move(leaf));
  });
}

ct_status ct_parameter_set(ct_tensor *parameter, const float *values, size_t count) {
  return guarded([&] {
    require(static_cast<size_t>(parameter->value.numel()) == count,
            "the number of values is the parameter's");
    at::NoGradGuard no_gradients;
    parameter->value.copy_(
        at::from_blob(const_cast<float *>(values), parameter->value.sizes(), at::kFloat));
  });
}

ct_status ct_gradient(const ct_tensor *parameter, ct_tensor **out) {
  return guarded([&] {
    const at::Tensor &gradient = parameter->value.grad();
    *out = gradient.defined() ? wrap(gradient) : nullptr;
  });
}

ct_status ct_clear_gradient(ct_tensor *parameter) {
  return guarded([&] { parameter->value.mutable_grad() = at::Tensor(); });
}

ct_status ct_backward(const ct_tensor *loss) {
  return guarded([&] {
    require(loss->value.numel() == 1, "gradients are taken of a single number");
    require(loss->value.requires_grad(), "the number depends on a parameter");
    loss->value.backward();
  });
}

ct_status ct_detach(const ct_tensor *x, ct_tensor **out) {
  return guarded([&] { *out = wrap(x->value.detach()); });
}

void ct_set_gradient_recording(bool is_on) { at::GradMode::set_enabled(is_on); }

bool ct_gradient_recording(void) { return at::GradMode::is_enabled(); }

// Arithmetic ----------------------------------------------------------------------------------

ct_status ct_binary(ct_binary_operation operation, const ct_tensor *a, const ct_tensor *b,
                    ct_tensor **out) {
  return guarded([&] {
    switch (operation) {
      case CT_ADD: *out = wrap(at::add(a->value, b->value)); break;
      case CT_SUBTRACT: *out = wrap(at::sub(a->value, b->value)); break;
      case CT_MULTIPLY: *out = wrap(at::mul(a->value, b->value)); break;
      case CT_DIVIDE: *out = wrap(at::div(a->value, b->value)); break;
      case CT_MAXIMUM: *out = wrap(at::maximum(a->value, b->value)); break;
    }
  });
}

ct_status ct_affine(const ct_tensor *x, double a, double b, ct_tensor **out) {
  return guarded([&] {
    at::Tensor y = a == 1 ? x->value : at::mul(x->value, a);
    *out = wrap(b == 0 ? y : at::add(y, b));
  });
}

ct_status ct_unary(ct_unary_operation operation, const ct_tensor *x, ct_tensor **out) {
  return guarded([&] {
    switch (operation) {
      case CT_EXP: *out = wrap(at::exp(x->value)); break;
      case CT_LOG: *out = wrap(at::log(x->value)); break;
      case CT_SIGMOID: *out = wrap(at::sigmoid(x->value)); break;
      case CT_SQUARE: *out = wrap(at::square(x->value)); break;
      case CT_RECIPROCAL: *out = wrap(at::reciprocal(x->value)); break;
    }
  });
}

ct_status ct_power(const ct_tensor *x, double exponent, ct_tensor **out) {
  return guarded([&] { *out = wrap(at::pow(x->value, exponent)); });
}

ct_status ct_reduce(ct_reduction reduction, const ct_tensor *x, const int64_t *axes, int axis_count,
                    ct_tensor **out) {
  return guarded([&] {
    std::vector<int64_t> over(axes, axes + axis_count);
    if (over.empty()) {
      for (int64_t axis = 0; axis < x->value.dim(); axis++) over.push_back(axis);
    }
    *out = wrap(reduction == CT_SUM ? at::sum(x->value, over) : at::mean(x->value, over));
  });
}

ct_status ct_mean_of_largest(const ct_tensor *x, int64_t count, ct_tensor **out) {
  return guarded([&] {
    require(count > 0 && count <= x->value.numel(), "between one and all elements are taken");
    *out = wrap(at::mean(std::get<0>(at::topk(x->value.flatten(), count, 0, true, false))));
  });
}

ct_status ct_reshape(const ct_tensor *x, const int64_t *shape, int rank, ct_tensor **out) {
  return guarded([&] {
    *out = wrap(at::reshape(x->value, at::IntArrayRef(shape, static_cast<size_t>(rank))));
  });
}

// Layers --------------------------------------------------------------------------------------

ct_status ct_train_convolution(const ct_tensor *x, const ct_tensor *skip, const ct_tensor *weight,
                               const ct_tensor *bias, const int64_t *stride, bool is_transposed,
                               ct_tensor **out) {
  return guarded([&] {
    const auto sizes = weight->value.sizes();
    require(x->value.dim() == 5 && sizes.size() == 5, "a convolution takes [N, C, D, H, W]");
    at::Tensor input = skip == nullptr ? x->value : at::cat({x->value, skip->value}, 1);
    require(input.size(1) == (is_transposed ? sizes[0] : sizes[1]),
            "the input has as many channels as the weights");
    // oneDNN 3.12's bfloat16 gradient writes out of bounds where a window is deeper than the input.
    const auto type = input.scalar_type();
    bool is_deeper = false;
    for (int axis = 0; axis < 3; axis++) is_deeper |= input.size(2 + axis) < sizes[2 + axis];
    if (is_deeper && input.is_cpu() && !is_transposed) input = input.to(at::kFloat);
    // Weights are kept in single precision and follow the activations' type.
    const at::Tensor kernel = weight->value.to(input.scalar_type());
    c10::optional<at::Tensor> offset;
    if (bias != nullptr) offset = bias->value.to(input.scalar_type());
    std::vector<int64_t> padding(3), steps(stride, stride + 3);
    for (int axis = 0; axis < 3; axis++) {
      if (is_transposed) {
        require(stride[axis] == sizes[2 + axis], "a transposed convolution's kernel is its stride");
      } else {
        padding[axis] = (sizes[2 + axis] - 1) / 2;
      }
    }
    const std::vector<int64_t> ones{1, 1, 1}, none{0, 0, 0};
    *out = wrap(at::convolution(input, kernel, offset, steps, padding, ones, is_transposed, none, 1)
                    .to(type));
  });
}

ct_status ct_train_average_pool(const ct_tensor *x, const int64_t *stride, ct_tensor **out) {
  return guarded([&] {
    const at::IntArrayRef window(stride, 3);
    // libtorch has no bfloat16 kernel for this on the processor.
    const auto type = x->value.scalar_type();
    at::Tensor pooled = at::avg_pool3d(x->value.to(at::kFloat), window, window);
    *out = wrap(pooled.to(type).contiguous(at::MemoryFormat::ChannelsLast3d));
  });
}
