// The two sums that segmentation losses are made of, with their gradients.
//
// Cross-entropy per voxel, and the sums of probabilities from which Dice and its relatives follow.
// Classes that were not contoured in a sample are merged into its background (the marginal loss of
// Shi et al., Medical Image Analysis 70 (2021)), and their own sums are zero.

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "Dispatch.hpp"
#include "Guarded.hpp"
#include "Parallel.hpp"

namespace delineate {
#define DELINEATE_LOOPS "TrainingLossLoops.inl"
#include "EachInstructionSet.inl"

// A sample's voxels are summed in blocks of this many, and the blocks in order.
constexpr int64_t kBlock = 8192;

struct Shape {
  int64_t samples, classes, voxels, blocks;

  explicit Shape(const at::Tensor &logits)
      : samples(logits.size(0)),
        classes(logits.size(1)),
        voxels(logits.numel() / (samples * classes)),
        blocks((voxels + kBlock - 1) / kBlock) {}
};

// Calls body(sample, first voxel, count, scratch for one voxel's probabilities, block's number).
template <typename Body>
static void for_blocks(const Shape &shape, const Body &body) {
  parallel_for(0, shape.samples * shape.blocks, 1, [&](int64_t begin, int64_t end) {
    std::vector<float> scratch(shape.classes);
    for (int64_t block = begin; block < end; block++) {
      const int64_t n = block / shape.blocks, first = block % shape.blocks * kBlock;
      body(n, first, std::min(kBlock, shape.voxels - first), scratch.data(), block);
    }
  });
}

static at::Tensor prepared(const at::Tensor &logits) {
  return logits.to(at::kFloat).contiguous(at::MemoryFormat::ChannelsLast3d);
}

struct CrossEntropy : torch::autograd::Function<CrossEntropy> {
  static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &input,
                            const at::Tensor &labels, const at::Tensor &known) {
    const at::Tensor logits = prepared(input);
    const Shape shape(logits);
    at::Tensor result = at::empty(labels.sizes(), at::kFloat);
    const auto *x = logits.const_data_ptr<float>();
    const auto *y = labels.const_data_ptr<uint8_t>(), *k = known.const_data_ptr<uint8_t>();
    auto *out = result.mutable_data_ptr<float>();
    for_blocks(shape, [&](int64_t n, int64_t first, int64_t count, float *p, int64_t) {
      const int64_t voxel = n * shape.voxels + first;
      DELINEATE_CALL(cross_entropies, x + voxel * shape.classes, y + voxel, k + n * shape.classes,
                     count, shape.classes, p, out + voxel);
    });
    context->save_for_backward({logits, labels, known});
    return result;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const Shape shape(saved[0]);
    const at::Tensor g = gradients[0].to(at::kFloat).contiguous();
    at::Tensor result = at::empty_like(saved[0]);
    const auto *x = saved[0].const_data_ptr<float>(), *dy = g.const_data_ptr<float>();
    const auto *y = saved[1].const_data_ptr<uint8_t>(), *k = saved[2].const_data_ptr<uint8_t>();
    auto *out = result.mutable_data_ptr<float>();
    for_blocks(shape, [&](int64_t n, int64_t first, int64_t count, float *p, int64_t) {
      const int64_t voxel = n * shape.voxels + first;
      DELINEATE_CALL(cross_entropy_gradient, x + voxel * shape.classes, y + voxel,
                     k + n * shape.classes, dy + voxel, count, shape.classes, p,
                     out + voxel * shape.classes);
    });
    return {result, at::Tensor(), at::Tensor()};
  }
};

struct OverlapSums : torch::autograd::Function<OverlapSums> {
  static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &input,
                            const at::Tensor &labels, const at::Tensor &known) {
    const at::Tensor logits = prepared(input);
    const Shape shape(logits);
    const auto *x = logits.const_data_ptr<float>();
    const auto *y = labels.const_data_ptr<uint8_t>(), *k = known.const_data_ptr<uint8_t>();
    const int64_t width = 3 * shape.classes;
    std::vector<double> parts(shape.samples * shape.blocks * width);
    for_blocks(shape, [&](int64_t n, int64_t first, int64_t count, float *p, int64_t block) {
      const int64_t voxel = n * shape.voxels + first;
      DELINEATE_CALL(overlap_sums, x + voxel * shape.classes, y + voxel, count, shape.classes, p,
                     parts.data() + block * width);
    });
    at::Tensor result = at::empty({3, shape.samples, shape.classes}, at::kFloat);
    auto *out = result.mutable_data_ptr<float>();
    for (int64_t n = 0; n < shape.samples; n++) {
      for (int64_t i = 0; i < width; i++) {
        double sum = 0;
        for (int64_t block = 0; block < shape.blocks; block++) {
          sum += parts[(n * shape.blocks + block) * width + i];
        }
        const int64_t c = i % shape.classes, kind = i / shape.classes;
        out[(kind * shape.samples + n) * shape.classes + c] =
            k[n * shape.classes + c] ? float(sum) : 0;
      }
    }
    context->save_for_backward({logits, labels, known});
    return result;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const Shape shape(saved[0]);
    // Sums that were set to zero pass nothing back.
    const at::Tensor g = at::mul(gradients[0].to(at::kFloat), saved[2]).contiguous();
    at::Tensor result = at::empty_like(saved[0]);
    const auto *x = saved[0].const_data_ptr<float>(), *d = g.const_data_ptr<float>();
    const auto *y = saved[1].const_data_ptr<uint8_t>();
    auto *out = result.mutable_data_ptr<float>();
    for_blocks(shape, [&](int64_t n, int64_t first, int64_t count, float *p, int64_t) {
      const int64_t voxel = n * shape.voxels + first;
      DELINEATE_CALL(overlap_gradient, x + voxel * shape.classes, y + voxel, d + n * shape.classes,
                     d + (shape.samples + n) * shape.classes, count, shape.classes, p,
                     out + voxel * shape.classes);
    });
    return {result, at::Tensor(), at::Tensor()};
  }
};

// The same by libtorch's own operations, for devices that our loops do not run on.
static at::Tensor composed_cross_entropy(const at::Tensor &logits, const at::Tensor &labels,
                                         const at::Tensor &known) {
  const at::Tensor p = at::log_softmax(logits.to(at::kFloat), 1);
  const at::Tensor own = at::gather(p, 1, labels.unsqueeze(1).to(at::kLong)).squeeze(1);
  at::Tensor is_named = known.to(at::kBool).clone();
  is_named.select(1, 0).fill_(false);
  const at::Tensor blocked = is_named.view({known.size(0), known.size(1), 1, 1, 1});
  const at::Tensor background =
      at::logsumexp(at::masked_fill(p, blocked, -std::numeric_limits<float>::infinity()), {1});
  return at::neg(at::where(labels == 0, background, own));
}

static at::Tensor composed_overlap_sums(const at::Tensor &logits, const at::Tensor &labels,
                                        const at::Tensor &known) {
  const at::Tensor p = at::softmax(logits.to(at::kFloat), 1);
  const at::Tensor expected =
      at::zeros_like(p).scatter(1, labels.unsqueeze(1).to(at::kLong), 1.0);
  const at::Tensor sums = at::stack({at::sum(p * expected, {2, 3, 4}), at::sum(p, {2, 3, 4}),
                                     at::sum(expected, {2, 3, 4})});
  return at::mul(sums, known);
}

struct LossInputs {
  at::Tensor logits, labels, known;

  LossInputs(const ct_tensor *x, const ct_tensor *y, const uint8_t *known_bytes, size_t count)
      : logits(x->value), labels(y->value) {
    require(logits.dim() == 5 && labels.dim() == 4 && labels.scalar_type() == at::kByte &&
                labels.size(0) == logits.size(0) &&
                labels.sizes().slice(1) == logits.sizes().slice(2),
            "a loss takes logits [N, C, D, H, W] and labels [N, D, H, W] of bytes");
    require(count == size_t(logits.size(0) * logits.size(1)),
            "one byte tells of each sample and class whether it was contoured");
    labels = labels.contiguous();
    known = at::from_blob(const_cast<uint8_t *>(known_bytes), {logits.size(0), logits.size(1)},
                          at::kByte)
                .clone()
                .to(logits.device());
    require(labels.numel() == 0 || at::max(labels).item<int64_t>() < logits.size(1),
            "each label is a class of the network");
  }
};

}  // namespace delineate

using namespace delineate;

ct_status ct_labels_from_bytes(const uint8_t *values, size_t count, const int64_t *shape, int rank,
                               ct_device device, ct_tensor **out) {
  return guarded([&] {
    const at::IntArrayRef sizes(shape, static_cast<size_t>(rank));
    require(static_cast<size_t>(c10::multiply_integers(sizes)) == count,
            "the number of labels does not fill the shape");
    *out = wrap(at::from_blob(const_cast<uint8_t *>(values), sizes, at::kByte)
                    .clone()
                    .to(torch_device(device)));
  });
}

ct_status ct_cross_entropy(const ct_tensor *logits, const ct_tensor *labels, const uint8_t *known,
                           size_t known_count, ct_tensor **out) {
  return guarded([&] {
    const LossInputs inputs(logits, labels, known, known_count);
    *out = wrap(inputs.logits.is_cpu()
                    ? CrossEntropy::apply(inputs.logits, inputs.labels, inputs.known)
                    : composed_cross_entropy(inputs.logits, inputs.labels, inputs.known));
  });
}

ct_status ct_overlap_sums(const ct_tensor *logits, const ct_tensor *labels, const uint8_t *known,
                          size_t known_count, ct_tensor **out) {
  return guarded([&] {
    const LossInputs inputs(logits, labels, known, known_count);
    *out = wrap(inputs.logits.is_cpu()
                    ? OverlapSums::apply(inputs.logits, inputs.labels, inputs.known)
                    : composed_overlap_sums(inputs.logits, inputs.labels, inputs.known));
  });
}

ct_status ct_overlap_counts(const ct_tensor *logits, const ct_tensor *labels, const uint8_t *known,
                            size_t known_count, int64_t *counts, size_t count) {
  return guarded([&] {
    at::NoGradGuard no_gradients;
    const LossInputs inputs(logits, labels, known, known_count);
    const int64_t classes = inputs.logits.size(1);
    require(count == size_t(3 * classes), "three counts for each class");
    std::fill(counts, counts + count, 0);
    for (int64_t n = 0; n < inputs.logits.size(0); n++) {
      const at::Tensor found = at::argmax(inputs.logits.select(0, n), 0).flatten();
      const at::Tensor meant = inputs.labels.select(0, n).flatten().to(at::kLong);
      const at::Tensor both = at::masked_select(found, at::eq(found, meant));
      const at::Tensor parts[3] = {both, found, meant};
      for (int64_t kind = 0; kind < 3; kind++) {
        const at::Tensor bins = at::bincount(parts[kind], {}, classes).to(at::kCPU);
        for (int64_t c = 0; c < classes; c++) {
          if (known[n * classes + c]) counts[kind * classes + c] += bins.const_data_ptr<int64_t>()[c];
        }
      }
    }
  });
}
