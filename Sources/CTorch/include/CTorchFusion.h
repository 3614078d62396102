// What a network of two modalities and a registration needs: gates, masks, warps, and the losses of
// a deformable registration. All differentiable, on 5D tensors [N, C, D, H, W]. Part of CTorch.h.
#pragma once

#include "CTorchTypes.h"

#ifdef __cplusplus
extern "C" {
#endif

// Channels and gates ---------------------------------------------------------------------------

// The channels first ..< first + count.
ct_status ct_channels(const ct_tensor *x, int64_t first, int64_t count, ct_tensor **out);
// Tensors joined by their channels, in order.
ct_status ct_join(const ct_tensor *const *parts, size_t count, ct_tensor **out);
typedef enum {
  CT_SPATIAL_MEAN,     // [N, C, 1, 1, 1]
  CT_CHANNEL_MEAN,     // [N, 1, D, H, W]
  CT_CHANNEL_MAXIMUM,  // [N, 1, D, H, W]
  CT_SOFTMAX,          // over the channels
  CT_RECTIFY,          // max(x, 0)
  CT_PRESENCE,         // [N, 1, 1, 1, 1]: 1 where some channel spans more than 1e-3, else 0
  CT_SPATIAL_SUM,      // [N, C, 1, 1, 1]
  CT_POOLED_TWICE,     // [N, C, 2, 1, 1]: mean and maximum of each channel
} ct_channel_operation;
ct_status ct_channel_map(ct_channel_operation operation, const ct_tensor *x, ct_tensor **out);
// The maximum of each block of `stride` voxels; sizes are multiples of the strides.
ct_status ct_block_maxima(const ct_tensor *x, const int64_t *stride, ct_tensor **out);
// x · (base + sigmoid(gate)), broadcasting.
ct_status ct_gate(const ct_tensor *x, const ct_tensor *gate, double base, ct_tensor **out);
// Trilinear, `scale` times as many voxels along D, H and W; voxels' borders stay where they are.
ct_status ct_enlarge(const ct_tensor *x, const int64_t *scale, ct_tensor **out);
// Sums of the channels that `groups` puts together: [N, group_count, D, H, W]; one group a channel,
// negative for none.
ct_status ct_group_sums(const ct_tensor *x, const int64_t *groups, size_t count,
                        int64_t group_count, ct_tensor **out);

// How alike the places of two tensors [N, C, D, H, W] are: for each of the (2 · radius + 1)³ shifts o,
// the last axis fastest, the mean over the channels of a(p) · b(p + o), 0 outside.
ct_status ct_correlation(const ct_tensor *a, const ct_tensor *b, int64_t radius, ct_tensor **out);

// Fields: displacements [N, 3, D, H, W] along D, H and W, in voxels of a grid that is `scale` times
// as fine -----------------------------------------------------------------------------------------

// x where the field points: y(p) = x(p + u(p) / scale), trilinear; outside is the nearest voxel.
ct_status ct_warp(const ct_tensor *x, const ct_tensor *field, const int64_t *scale, ct_tensor **out);
// The displacement field of a stationary velocity, by `steps` squarings of velocity / 2^steps.
ct_status ct_integrate(const ct_tensor *velocity, const int64_t *scale, int steps, ct_tensor **out);

// Losses: numbers, one element each ----------------------------------------------------------------

typedef enum { CT_MIND, CT_LOCAL_MUTUAL_INFORMATION } ct_similarity;
// How unlike two images [N, 1, D, H, W] are, as the mean over samples weighted by `weights` (one a
// sample; all zero gives 0).
ct_status ct_dissimilarity(ct_similarity kind, const ct_tensor *fixed, const ct_tensor *moved,
                           const float *weights, size_t count, ct_tensor **out);
typedef enum {
  CT_ROUGHNESS,  // the mean square of the differences between neighbors
  CT_FOLDING,    // the mean of max(0, -det J) of p + u(p)
  CT_FOLDED,     // the share of voxels with det J <= 0; no gradient
} ct_field_property;
ct_status ct_field(ct_field_property property, const ct_tensor *field, const int64_t *scale,
                   ct_tensor **out);

#ifdef __cplusplus
}
#endif
