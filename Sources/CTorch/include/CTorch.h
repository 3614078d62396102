// libtorch and our CPU kernels, as plain C. Only the room Torch includes this.
//
// Every function that can fail returns a status and leaves a message in ct_last_message, per thread.
// No C++ exception passes this border. Tensors are opaque; each handle is freed exactly once.
#pragma once

#include "CTorchGroup.h"
#include "CTorchTraining.h"
#include "CTorchTypes.h"

#ifdef __cplusplus
extern "C" {
#endif

// The message of the last failed call on this thread, or "".
const char *ct_last_message(void);

// Runtime ------------------------------------------------------------------------------------

// Once per process, before the first tensor: keeps the allocator from returning pages between
// windows. libtorch's thread count is set by ct_set_thread_count on the thread that will compute.
void ct_initialize(void);
// Gives the allocator's free pages back to the system.
void ct_return_unused_memory(void);
ct_status ct_set_thread_count(int threads);
int ct_thread_count(void);
bool ct_cuda_is_available(void);
bool ct_bfloat16_is_fast(void);
const char *ct_version(void);
int64_t ct_live_tensor_count(void);

// Tensors ------------------------------------------------------------------------------------

void ct_tensor_free(ct_tensor *tensor);
int ct_tensor_rank(const ct_tensor *tensor);
int64_t ct_tensor_size(const ct_tensor *tensor, int axis);
ct_type ct_tensor_type(const ct_tensor *tensor);
ct_device ct_tensor_device(const ct_tensor *tensor);

// A copy of `count` floats in C order with this shape; 5D tensors are kept channels-last.
ct_status ct_tensor_from_floats(const float *values, size_t count, const int64_t *shape, int rank,
                                ct_type type, ct_device device, ct_tensor **out);
// The values in C order as floats; `count` must be the number of elements.
ct_status ct_tensor_to_floats(const ct_tensor *tensor, float *values, size_t count);

// Layers: 5D tensors [N, C, D, H, W], channels-last in memory --------------------------------

// A convolution with its weight [Cout, Cin, kd, kh, kw] laid out for this device and type. `bias`
// may be null. Padding is (k - 1) / 2 on each side.
ct_status ct_convolution_create(const float *weight, const int64_t *weight_shape, const float *bias,
                                const int64_t *stride, ct_type type, ct_device device,
                                ct_convolution **out);
// A transposed convolution whose kernel equals its stride; weight [Cin, Cout, kd, kh, kw].
ct_status ct_transposed_convolution_create(const float *weight, const int64_t *weight_shape,
                                           const float *bias, ct_type type, ct_device device,
                                           ct_convolution **out);
void ct_convolution_free(ct_convolution *convolution);
// The convolution of `input`'s channels followed by `skip`'s, which may be null.
ct_status ct_convolution_apply(const ct_convolution *convolution, const ct_tensor *input,
                               const ct_tensor *skip, ct_tensor **out);

// In place: x = leaky_relu(instance_norm(x) * scale + shift + residual). `residual` may be null;
// slope 1 leaves out the nonlinearity. scale and shift: one float per channel.
ct_status ct_instance_norm_activate(ct_tensor *x, const float *scale, const float *shift,
                                    size_t channels, float epsilon, const ct_tensor *residual,
                                    float slope);
ct_status ct_average_pool(const ct_tensor *x, const int64_t *stride, ct_tensor **out);

// Mirroring, on the axes (0 D, 1 H, 2 W) whose bit is set.
ct_status ct_flip(const ct_tensor *x, int axes, ct_tensor **out);
// In place: sum += x flipped on `axes`.
ct_status ct_add_flipped(ct_tensor *sum, const ct_tensor *x, int axes);
// A copy in this type, or the same tensor where it has it already.
ct_status ct_convert(const ct_tensor *x, ct_type type, ct_tensor **out);
// In place: x /= divisor.
ct_status ct_divide(ct_tensor *x, float divisor);

// Blending and restoration: fp16 logits, [.., channel_stride] with the channels innermost ------

// Cuts the window at `start` (may reach outside by padding: outside is 0) from a C-order volume
// [C, D, H, W] of floats into a tensor [1, C, d, h, w].
ct_status ct_cut_window(const float *volume, const int64_t *volume_size, int64_t channels,
                        const int64_t *start, const int64_t *window_size, ct_type type,
                        ct_device device, ct_tensor **out);

// Adds one window's logits, weighted, as nnU-Net does in fp16:
//   sum = half(float(sum) + logit * float(weight)),  weights = half(weights + weight).
// `sum` points to a ring of `ring_depth` planes [H, W, channel_stride]; plane d of the volume lies
// in the ring at d % ring_depth; likewise `weights` [ring_depth, H, W]. When `adds_weights` is
// false only `sum` changes (the second and later folds of an ensemble).
ct_status ct_blend_window(const ct_tensor *logits, const uint16_t *gaussian, uint16_t *sum,
                          uint16_t *weights, bool adds_weights, const int64_t *volume_size,
                          const int64_t *start, int64_t ring_depth, int64_t channel_stride);

// Turns planes of weighted sums into logits in place, in sums[0]:
//   fold f: half(sum_f / weight);  folds are added and divided in half precision, as nnU-Net does.
// Voxels that no window covered get `uncovered` in channel 0 and a logit far below zero, of the same
// magnitude, elsewhere. Sets
// `*is_finite` to false where a logit is infinite.
ct_status ct_finish_plane(uint16_t *const *sums, size_t fold_count, const uint16_t *weights,
                          int64_t voxel_count, int64_t channels, int64_t channel_stride,
                          float uncovered, bool *is_finite);

// One interpolation tap along an axis: value = (1 - weight) * source[low] + weight * source[high].
typedef struct {
  int32_t low, high;
  float weight;
} ct_tap;

typedef enum { CT_ARGMAX = 0, CT_REGIONS = 1 } ct_decision;

// One output plane of labels from two finished planes of logits: interpolates along all axes,
// rounds to half where `rounds_to_half`, takes the first maximum (or, for regions, the last channel
// whose sigmoid exceeds one half), and writes labels[decision] to
//   output[row * row_stride + column * column_stride].
ct_status ct_restore_plane(const uint16_t *low_plane, const uint16_t *high_plane, float plane_weight,
                           int64_t source_width, int64_t channels, int64_t channel_stride,
                           const ct_tap *rows, int64_t row_count, const ct_tap *columns,
                           int64_t column_count, bool rounds_to_half, ct_decision decision,
                           const uint16_t *labels, uint16_t *output, int64_t row_stride,
                           int64_t column_stride);

// The same interpolation, giving each channel's probability (softmax, or sigmoid for regions):
//   output[channel * channel_step + row * row_stride + column * column_stride].
ct_status ct_restore_probabilities(const uint16_t *low_plane, const uint16_t *high_plane,
                                   float plane_weight, int64_t source_width, int64_t channels,
                                   int64_t channel_stride, const ct_tap *rows, int64_t row_count,
                                   const ct_tap *columns, int64_t column_count, bool rounds_to_half,
                                   ct_decision decision, float *output, int64_t channel_step,
                                   int64_t row_stride, int64_t column_stride);

// Conversions, exact to IEEE round-to-nearest-even.
void ct_floats_to_halves(const float *values, uint16_t *halves, size_t count);
void ct_halves_to_floats(const uint16_t *halves, float *values, size_t count);

#ifdef __cplusplus
}
#endif
