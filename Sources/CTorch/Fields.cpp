// Warps by displacement fields, stationary velocities, and how folded a field is.
#include <vector>

#include "Guarded.hpp"
#include "Warp.hpp"

using namespace delineate;

namespace delineate {

static at::Tensor factors(const int64_t *scale, const at::Tensor &like) {
  at::Tensor result = at::empty({3}, at::kFloat);
  for (int axis = 0; axis < 3; axis++) {
    require(scale[axis] > 0, "a scale above 0");
    result.mutable_data_ptr<float>()[axis] = float(scale[axis]);
  }
  return result.view({1, 3, 1, 1, 1}).to(like.device());
}

static void require_field(const at::Tensor &field) {
  require(field.dim() == 5 && field.size(1) == 3, "a field is [N, 3, D, H, W]");
}

// The determinant of the Jacobian of p + u(p), by differences to the next voxel.
static at::Tensor jacobian(const at::Tensor &field, const int64_t *scale) {
  const at::Tensor u = field / factors(scale, field);
  std::vector<at::Tensor> columns;
  for (int axis = 0; axis < 3; axis++) {
    require(u.size(2 + axis) > 1, "a field has two voxels along each axis");
    at::Tensor next = u, here = u;
    for (int other = 0; other < 3; other++) {
      const int64_t count = u.size(2 + other) - 1;
      next = at::narrow(next, 2 + other, other == axis ? 1 : 0, count);
      here = at::narrow(here, 2 + other, 0, count);
    }
    columns.push_back(next - here);
  }
  auto entry = [&](int row, int column) {
    const at::Tensor d = columns[column].select(1, row);
    return row == column ? d + 1 : d;
  };
  return entry(0, 0) * (entry(1, 1) * entry(2, 2) - entry(1, 2) * entry(2, 1)) -
         entry(0, 1) * (entry(1, 0) * entry(2, 2) - entry(1, 2) * entry(2, 0)) +
         entry(0, 2) * (entry(1, 0) * entry(2, 1) - entry(1, 1) * entry(2, 0));
}

}  // namespace delineate

ct_status ct_warp(const ct_tensor *x, const ct_tensor *field, const int64_t *scale, ct_tensor **out) {
  return guarded([&] {
    require_field(field->value);
    require(x->value.dim() == 5 && x->value.size(0) == field->value.size(0) &&
                x->value.sizes().slice(2) == field->value.sizes().slice(2),
            "what is warped has the field's samples and sizes");
    *out = wrap(warped(x->value.to(at::kFloat), field->value.to(at::kFloat), scale)
                    .to(x->value.scalar_type())
                    .contiguous(at::MemoryFormat::ChannelsLast3d));
  });
}

ct_status ct_integrate(const ct_tensor *velocity, const int64_t *scale, int steps, ct_tensor **out) {
  return guarded([&] {
    require_field(velocity->value);
    require(steps >= 0 && steps <= 16, "0 to 16 squarings");
    at::Tensor u = velocity->value.to(at::kFloat).contiguous(at::MemoryFormat::ChannelsLast3d) /
                   double(1 << steps);
    for (int step = 0; step < steps; step++) u = u + warped(u, u, scale);
    *out = wrap(u.to(velocity->value.scalar_type()).contiguous(at::MemoryFormat::ChannelsLast3d));
  });
}

ct_status ct_field(ct_field_property property, const ct_tensor *field, const int64_t *scale,
                   ct_tensor **out) {
  return guarded([&] {
    require_field(field->value);
    const at::Tensor u = field->value.to(at::kFloat);
    switch (property) {
      case CT_ROUGHNESS: {
        const at::Tensor v = u / factors(scale, u);
        at::Tensor sum = at::zeros({}, v.options());
        for (int axis = 2; axis < 5; axis++) {
          if (v.size(axis) > 1) sum = sum + at::mean(at::square(at::diff(v, 1, axis)));
        }
        *out = wrap(sum.reshape({1}) / 3);
        break;
      }
      case CT_FOLDING:
        *out = wrap(at::mean(at::relu(at::neg(jacobian(u, scale)))).reshape({1}));
        break;
      case CT_FOLDED:
        *out = wrap(at::mean(at::le(jacobian(u.detach(), scale), 0).to(at::kFloat)).reshape({1}));
        break;
    }
  });
}
