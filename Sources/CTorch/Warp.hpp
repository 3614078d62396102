// Part of the C boundary's inside: what other files need of the trilinear warp.
#pragma once

#include <ATen/ATen.h>

namespace delineate {

// y(p) = x(p + u(p) / scale), trilinear; beyond the border the nearest voxel counts. Single precision;
// the field has the samples and sizes of x, and 3 channels.
at::Tensor warped(const at::Tensor &x, const at::Tensor &field, const int64_t *scale);

}  // namespace delineate
