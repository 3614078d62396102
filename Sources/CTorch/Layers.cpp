// Convolutions and the small operations between them, on libtorch.
#include <ATen/Context.h>
#include <c10/core/InferenceMode.h>

#include "DenseConvolution.hpp"
#include "Guarded.hpp"
#include "Winograd.hpp"

struct ct_convolution {
  at::Tensor weight, bias;
  std::vector<int64_t> stride, padding;
  bool is_transposed;
  int64_t inputs;
  // Where one of these suits, it is what runs, and `weight` is not kept.
  delineate::WinogradConvolution winograd;
  delineate::DenseConvolution dense;
};

namespace delineate {

static ct_convolution *make_convolution(const float *weight, const int64_t *weight_shape,
                                        const float *bias, const int64_t *stride,
                                        bool is_transposed, ct_type type, ct_device device) {
  const at::IntArrayRef sizes(weight_shape, 5);
  const int64_t outputs = is_transposed ? sizes[1] : sizes[0];
  auto place = [&](const float *values, at::IntArrayRef shape) {
    return at::from_blob(const_cast<float *>(values), shape, at::kFloat)
        .to(torch_device(device), scalar_type(type), false, true);
  };
  auto *convolution = new ct_convolution;
  std::unique_ptr<ct_convolution> owner(convolution);
  convolution->is_transposed = is_transposed;
  convolution->inputs = is_transposed ? sizes[0] : sizes[1];
  if (!is_transposed && device == CT_CPU &&
      WinogradConvolution::suits(sizes, at::IntArrayRef(stride, 3))) {
    convolution->winograd = WinogradConvolution(weight, sizes, bias);
    return owner.release();
  }
  if (device == CT_CPU && type == CT_FLOAT32 &&
      DenseConvolution::suits(sizes, at::IntArrayRef(stride, is_transposed ? 0 : 3), is_transposed)) {
    convolution->dense = DenseConvolution(weight, sizes, bias, is_transposed);
    return owner.release();
  }
  convolution->weight = place(weight, sizes).contiguous(at::MemoryFormat::ChannelsLast3d);
  if (bias != nullptr) convolution->bias = place(bias, {outputs});
  for (int axis = 0; axis < 3; axis++) {
    convolution->stride.push_back(is_transposed ? sizes[2 + axis] : stride[axis]);
    convolution->padding.push_back(is_transposed ? 0 : (sizes[2 + axis] - 1) / 2);
  }
  return owner.release();
}

// Our own loops read as many channels as the weights have; nothing else would stop them.
static void require_input(const ct_convolution &c, const at::Tensor &x, const at::Tensor &skip) {
  require(x.dim() == 5, "a convolution takes [N, C, D, H, W]");
  int64_t channels = x.size(1);
  if (skip.defined()) {
    require(skip.dim() == 5 && skip.size(0) == x.size(0) &&
                skip.sizes().slice(2) == x.sizes().slice(2) &&
                skip.scalar_type() == x.scalar_type(),
            "the skip has the sizes and the type of what it is joined to");
    channels += skip.size(1);
  }
  require(channels == c.inputs, "the input has as many channels as the weights");
  require(c.dense.is_empty() || x.scalar_type() == at::kFloat,
          "a convolution in single precision takes single precision");
}

}  // namespace delineate

using namespace delineate;

ct_status ct_convolution_create(const float *weight, const int64_t *weight_shape, const float *bias,
                                const int64_t *stride, ct_type type, ct_device device,
                                ct_convolution **out) {
  return guarded([&] {
    c10::InferenceMode inference;
    *out = make_convolution(weight, weight_shape, bias, stride, false, type, device);
  });
}

ct_status ct_transposed_convolution_create(const float *weight, const int64_t *weight_shape,
                                           const float *bias, ct_type type, ct_device device,
                                           ct_convolution **out) {
  return guarded([&] {
    c10::InferenceMode inference;
    *out = make_convolution(weight, weight_shape, bias, nullptr, true, type, device);
  });
}

void ct_convolution_free(ct_convolution *convolution) { delete convolution; }

ct_status ct_convolution_apply(const ct_convolution *convolution, const ct_tensor *input,
                               const ct_tensor *skip, ct_tensor **out) {
  return guarded([&] {
    c10::InferenceMode inference;
    const auto &c = *convolution;
    const at::Tensor second = skip == nullptr ? at::Tensor() : skip->value;
    require_input(c, input->value, second);
    if (!c.winograd.is_empty()) {
      *out = wrap(c.winograd.apply(input->value, second));
      return;
    }
    const at::Tensor x = second.defined() ? at::cat({input->value, second}, 1) : input->value;
    c10::optional<at::Tensor> bias;
    if (c.bias.defined()) bias = c.bias;
    const std::vector<int64_t> none{0, 0, 0}, ones{1, 1, 1};
    if (!c.dense.is_empty()) {
      *out = wrap(c.dense.apply(x));
      return;
    }
    *out = wrap(at::convolution(x, c.weight, bias, c.stride, c.padding, ones,
                                c.is_transposed, none, 1));
  });
}

static std::vector<int64_t> flipped_axes(int axes) {
  std::vector<int64_t> result;
  for (int axis = 0; axis < 3; axis++) {
    if (axes & (1 << axis)) result.push_back(2 + axis);
  }
  return result;
}

ct_status ct_flip(const ct_tensor *x, int axes, ct_tensor **out) {
  return guarded([&] {
    c10::InferenceMode inference;
    *out = wrap(at::flip(x->value, flipped_axes(axes)));
  });
}

ct_status ct_add_flipped(ct_tensor *sum, const ct_tensor *x, int axes) {
  return guarded([&] {
    c10::InferenceMode inference;
    sum->value.add_(at::flip(x->value, flipped_axes(axes)));
  });
}

ct_status ct_convert(const ct_tensor *x, ct_type type, ct_tensor **out) {
  // Not in inference mode: training converts too, and the way back passes through.
  return guarded([&] {
    *out = wrap(x->value.to(scalar_type(type)));
  });
}

ct_status ct_divide(ct_tensor *x, float divisor) {
  return guarded([&] {
    c10::InferenceMode inference;
    x->value.div_(divisor);
  });
}
