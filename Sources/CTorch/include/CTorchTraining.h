// What training needs on top of inference: tensors that carry gradients, differentiable layers and
// losses, optimizer steps. Part of CTorch.h.
#pragma once

#include "CTorchTypes.h"

#ifdef __cplusplus
extern "C" {
#endif

// Gradients -----------------------------------------------------------------------------------

// A leaf that collects gradients, from `count` floats in C order; single precision.
ct_status ct_parameter_from_floats(const float *values, size_t count, const int64_t *shape,
                                   int rank, ct_device device, ct_tensor **out);
// Overwrites a parameter's values.
ct_status ct_parameter_set(ct_tensor *parameter, const float *values, size_t count);
// The gradient of the last ct_backward calls, or a null handle where there is none.
ct_status ct_gradient(const ct_tensor *parameter, ct_tensor **out);
ct_status ct_clear_gradient(ct_tensor *parameter);
// Adds the gradients of a tensor of one element to the leaves it depends on.
ct_status ct_backward(const ct_tensor *loss);
// The same values without a history.
ct_status ct_detach(const ct_tensor *x, ct_tensor **out);
// Whether this thread records what gradients need; true at start.
void ct_set_gradient_recording(bool is_on);
bool ct_gradient_recording(void);

// Arithmetic, differentiable, broadcasting as in NumPy ---------------------------------------

typedef enum { CT_ADD, CT_SUBTRACT, CT_MULTIPLY, CT_DIVIDE, CT_MAXIMUM } ct_binary_operation;
ct_status ct_binary(ct_binary_operation operation, const ct_tensor *a, const ct_tensor *b,
                    ct_tensor **out);
// a · x + b.
ct_status ct_affine(const ct_tensor *x, double a, double b, ct_tensor **out);
typedef enum { CT_EXP, CT_LOG, CT_SIGMOID, CT_SQUARE, CT_RECIPROCAL } ct_unary_operation;
ct_status ct_unary(ct_unary_operation operation, const ct_tensor *x, ct_tensor **out);
ct_status ct_power(const ct_tensor *x, double exponent, ct_tensor **out);
typedef enum { CT_SUM, CT_MEAN } ct_reduction;
// Over the given axes, which go; over all where `axis_count` is 0.
ct_status ct_reduce(ct_reduction reduction, const ct_tensor *x, const int64_t *axes, int axis_count,
                    ct_tensor **out);
// The mean of the `count` largest elements.
ct_status ct_mean_of_largest(const ct_tensor *x, int64_t count, ct_tensor **out);
ct_status ct_reshape(const ct_tensor *x, const int64_t *shape, int rank, ct_tensor **out);

// Layers: 5D tensors [N, C, D, H, W], channels-last in memory, differentiable -----------------

// As ct_convolution_apply, with the weight and the bias (or null) as tensors. A transposed
// convolution's kernel is its stride. `skip` (or null) is joined behind the input's channels.
ct_status ct_train_convolution(const ct_tensor *x, const ct_tensor *skip, const ct_tensor *weight,
                               const ct_tensor *bias, const int64_t *stride, bool is_transposed,
                               ct_tensor **out);
// leaky_relu(instance_norm(x) * scale + shift + residual); residual may be null, slope 1 leaves out
// the nonlinearity. scale and shift are single precision, [C].
ct_status ct_train_normalization(const ct_tensor *x, const ct_tensor *residual,
                                 const ct_tensor *scale, const ct_tensor *shift, double epsilon,
                                 double slope, ct_tensor **out);
ct_status ct_train_average_pool(const ct_tensor *x, const int64_t *stride, ct_tensor **out);

// Losses: logits [N, C, D, H, W]; labels [N, D, H, W] of bytes, each below C; known [N, C] of
// bytes: 0 where a class was not contoured in a sample, so that its voxels are labeled 0. Voxels of
// label 0 then mean «0 or one of those» -----------------------------------------------------

ct_status ct_labels_from_bytes(const uint8_t *values, size_t count, const int64_t *shape, int rank,
                               ct_device device, ct_tensor **out);
// -log of the probability of each voxel's set of labels: [N, D, H, W], differentiable.
ct_status ct_cross_entropy(const ct_tensor *logits, const ct_tensor *labels, const uint8_t *known,
                           size_t known_count, ct_tensor **out);
// Sums over voxels of softmax probabilities: [3, N, C]: those at voxels with the class's label, all,
// and the labels' counts. Zero for classes that are not known. Differentiable.
ct_status ct_overlap_sums(const ct_tensor *logits, const ct_tensor *labels, const uint8_t *known,
                          size_t known_count, ct_tensor **out);

// Voxel counts of the classes with the largest logit: counts[3 * C]: at voxels with the class's
// label, all, and the labels'. Samples count only for classes that are known in them.
ct_status ct_overlap_counts(const ct_tensor *logits, const ct_tensor *labels, const uint8_t *known,
                            size_t known_count, int64_t *counts, size_t count);

// Optimizers: all parameters of a network in one call, in place ------------------------------

// The Euclidean norm of all gradients together; each is multiplied by maximum / norm where the
// norm is larger.
ct_status ct_clip_gradients(ct_tensor *const *parameters, size_t count, double maximum,
                            double *norm);
// Multiplies all gradients by a number.
ct_status ct_scale_gradients(ct_tensor *const *parameters, size_t count, double factor);
// SGD as PyTorch defines it; momentum buffers have the parameters' shapes.
ct_status ct_sgd_step(ct_tensor *const *parameters, ct_tensor *const *momenta, size_t count,
                      double learning_rate, double momentum, double weight_decay, bool is_nesterov);
// AdamW (Loshchilov and Hutter, 2019); `step` counts from 1.
ct_status ct_adamw_step(ct_tensor *const *parameters, ct_tensor *const *means,
                        ct_tensor *const *squares, size_t count, double learning_rate,
                        double beta1, double beta2, double epsilon, double weight_decay,
                        int64_t step);
// averages = decay · averages + (1 - decay) · parameters.
ct_status ct_average_weights(ct_tensor *const *averages, ct_tensor *const *parameters, size_t count,
                             double decay);

#ifdef __cplusplus
}
#endif
