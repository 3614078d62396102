// Gates between modalities and masks, on libtorch's own differentiation.
#include <vector>

#include "Guarded.hpp"

using namespace delineate;

namespace delineate {

// What the layers around these operations read fastest.
static ct_tensor *wrap_layer(at::Tensor value) {
  return wrap(value.contiguous(at::MemoryFormat::ChannelsLast3d));
}

static void require_volume(const ct_tensor *x) {
  require(x->value.dim() == 5, "a layer takes [N, C, D, H, W]");
}

}  // namespace delineate

ct_status ct_channels(const ct_tensor *x, int64_t first, int64_t count, ct_tensor **out) {
  return guarded([&] {
    require_volume(x);
    require(first >= 0 && count > 0 && first <= x->value.size(1) - count,
            "the channels asked for are there");
    *out = wrap_layer(at::narrow(x->value, 1, first, count));
  });
}

ct_status ct_join(const ct_tensor *const *parts, size_t count, ct_tensor **out) {
  return guarded([&] {
    require(count > 0, "there is something to join");
    std::vector<at::Tensor> tensors;
    for (size_t i = 0; i < count; i++) {
      require_volume(parts[i]);
      tensors.push_back(parts[i]->value);
    }
    *out = wrap_layer(at::cat(tensors, 1));
  });
}

ct_status ct_channel_map(ct_channel_operation operation, const ct_tensor *x, ct_tensor **out) {
  return guarded([&] {
    require_volume(x);
    const at::Tensor &value = x->value;
    switch (operation) {
      case CT_SPATIAL_MEAN: *out = wrap_layer(at::mean(value, {2, 3, 4}, true)); break;
      case CT_CHANNEL_MEAN: *out = wrap_layer(at::mean(value, {1}, true)); break;
      case CT_CHANNEL_MAXIMUM: *out = wrap_layer(at::amax(value, {1}, true)); break;
      case CT_SOFTMAX: *out = wrap_layer(at::softmax(value, 1)); break;
      case CT_RECTIFY: *out = wrap_layer(at::relu(value)); break;
      case CT_PRESENCE: {
        const at::Tensor plain = value.detach();
        const at::Tensor range = at::amax(plain, {2, 3, 4}, true) - at::amin(plain, {2, 3, 4}, true);
        *out = wrap_layer(at::amax(at::gt(range, 1e-3), {1}, true).to(value.scalar_type()));
        break;
      }
      case CT_SPATIAL_SUM: *out = wrap_layer(at::sum(value, {2, 3, 4}, true)); break;
      case CT_POOLED_TWICE:
        *out = wrap_layer(
            at::cat({at::mean(value, {2, 3, 4}, true), at::amax(value, {2, 3, 4}, true)}, 2));
        break;
    }
  });
}

ct_status ct_block_maxima(const ct_tensor *x, const int64_t *stride, ct_tensor **out) {
  return guarded([&] {
    require_volume(x);
    const at::Tensor &value = x->value;
    std::vector<int64_t> shape{value.size(0), value.size(1)};
    for (int axis = 0; axis < 3; axis++) {
      const int64_t size = value.size(2 + axis);
      require(stride[axis] > 0 && size % stride[axis] == 0,
              "a size that the stride divides");
      shape.push_back(size / stride[axis]);
      shape.push_back(stride[axis]);
    }
    *out = wrap_layer(at::amax(value.contiguous().view(shape), {3, 5, 7}));
  });
}

ct_status ct_gate(const ct_tensor *x, const ct_tensor *gate, double base, ct_tensor **out) {
  return guarded([&] {
    require_volume(x);
    require_volume(gate);
    const at::Tensor open = at::sigmoid(gate->value);
    *out = wrap_layer(at::mul(x->value, base == 0 ? open : at::add(open, base)));
  });
}

ct_status ct_enlarge(const ct_tensor *x, const int64_t *scale, ct_tensor **out) {
  return guarded([&] {
    require_volume(x);
    std::vector<int64_t> size(3);
    for (int axis = 0; axis < 3; axis++) {
      require(scale[axis] > 0 && scale[axis] <= 256, "a scale from 1 to 256");
      size[axis] = x->value.size(2 + axis) * scale[axis];
    }
    *out = wrap_layer(at::upsample_trilinear3d(x->value.to(at::kFloat), size, false)
                          .to(x->value.scalar_type()));
  });
}

ct_status ct_group_sums(const ct_tensor *x, const int64_t *groups, size_t count,
                        int64_t group_count, ct_tensor **out) {
  return guarded([&] {
    require_volume(x);
    require(int64_t(count) == x->value.size(1) && group_count > 0, "one group a channel");
    at::Tensor members = at::zeros({group_count, int64_t(count), 1, 1, 1}, at::kFloat);
    auto *entries = members.mutable_data_ptr<float>();
    for (size_t c = 0; c < count; c++) {
      require(groups[c] < group_count, "each group is below their number");
      if (groups[c] >= 0) entries[groups[c] * int64_t(count) + int64_t(c)] = 1;
    }
    const std::vector<int64_t> ones{1, 1, 1}, none{0, 0, 0};
    *out = wrap_layer(at::convolution(x->value, members.to(x->value.options()), {}, ones, none, ones,
                                      false, none, 1));
  });
}

ct_status ct_correlation(const ct_tensor *a, const ct_tensor *b, int64_t radius, ct_tensor **out) {
  return guarded([&] {
    require_volume(a);
    require(a->value.sizes() == b->value.sizes(), "what is correlated has one shape");
    require(radius >= 0 && radius <= 4, "a radius of 0 to 4 voxels");
    const at::Tensor around = at::constant_pad_nd(
        b->value, {radius, radius, radius, radius, radius, radius}, 0);
    const auto size = a->value.sizes();
    const int64_t edge = 2 * radius + 1;
    std::vector<at::Tensor> likenesses;
    for (int64_t shift = 0; shift < edge * edge * edge; shift++) {
      at::Tensor moved = around;
      const int64_t offsets[3] = {shift / (edge * edge), shift / edge % edge, shift % edge};
      for (int axis = 0; axis < 3; axis++)
        moved = at::narrow(moved, 2 + axis, offsets[axis], size[2 + axis]);
      likenesses.push_back(at::mean(a->value * moved, {1}, true));
    }
    *out = wrap_layer(at::cat(likenesses, 1));
  });
}
