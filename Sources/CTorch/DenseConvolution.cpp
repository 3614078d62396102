// See DenseConvolution.hpp. Each thread takes rows of voxels; sums run in one fixed order, so the
// bytes do not depend on the number of threads.
#include "DenseConvolution.hpp"

#include <memory>

#include "Dispatch.hpp"
#include "Parallel.hpp"

namespace delineate {

struct DenseJob {
  const float *source;
  const float *weights, *bias;
  float *result;
  int64_t inputs, outputs, weight_tap_step;
  int64_t kernel[3], size[3];
  bool is_transposed;
};

// The most input lines that one row of the first layer's output sees: a kernel of 5 x 5 x w.
constexpr int64_t most_lines = 25;

#define DELINEATE_LOOPS "DenseLoops.inl"
#include "EachMatrixWidth.inl"

// Wide vectors where the outputs fill at least one.
static bool is_wide(int64_t outputs) {
  return instruction_set() == InstructionSet::avx512 && outputs > 16;
}

static int64_t packed_outputs(int64_t outputs) { return is_wide(outputs) ? 32 : 16; }

bool DenseConvolution::suits(at::IntArrayRef shape, at::IntArrayRef stride, bool is_transposed) {
#if DELINEATE_X86
  if (instruction_set() == InstructionSet::generic) return false;
  if (is_transposed) return shape[0] * shape[1] <= 256 * 128;
  const bool is_unstrided = stride[0] == 1 && stride[1] == 1 && stride[2] == 1;
  const int64_t taps = shape[2] * shape[3] * shape[4];
  return is_unstrided && (taps == 1 || (shape[1] <= 4 && shape[2] * shape[3] <= most_lines));
#else
  return false;
#endif
}

DenseConvolution::DenseConvolution(const float *weight, at::IntArrayRef shape, const float *bias,
                                   bool is_transposed)
    : inputs_(is_transposed ? shape[0] : shape[1]),
      outputs_(is_transposed ? shape[1] : shape[0]),
      is_transposed_(is_transposed) {
  const int64_t taps = shape[2] * shape[3] * shape[4];
  for (int axis = 0; axis < 3; axis++) kernel_[axis] = shape[2 + axis];
  const int64_t wide = packed_outputs(outputs_);
  const int64_t columns = (outputs_ + wide - 1) / wide;
  bias_.assign(columns * wide, 0.f);
  if (bias != nullptr) std::copy(bias, bias + outputs_, bias_.begin());
  // Packed [tap][column][input][output] where transposed, else [column][tap][input][output].
  const int64_t depth = is_transposed ? inputs_ : taps * inputs_;
  tap_step_ = is_transposed ? columns * depth * wide : 0;
  weights_.assign(columns * wide * taps * inputs_, 0.f);
  for (int64_t o = 0; o < outputs_; o++) {
    for (int64_t i = 0; i < inputs_; i++) {
      for (int64_t tap = 0; tap < taps; tap++) {
        const float value = is_transposed ? weight[(i * outputs_ + o) * taps + tap]
                                          : weight[(o * inputs_ + i) * taps + tap];
        const int64_t row = is_transposed ? i : tap * inputs_ + i;
        weights_[tap * tap_step_ + (o / wide * depth + row) * wide + o % wide] = value;
      }
    }
  }
}

at::Tensor DenseConvolution::apply(const at::Tensor &x) const {
  const auto format = at::MemoryFormat::ChannelsLast3d;
  const at::Tensor input = x.contiguous(format);
  DenseJob job{};
  job.weights = weights_.data();
  job.bias = bias_.data();
  job.inputs = inputs_;
  job.outputs = outputs_;
  job.weight_tap_step = tap_step_;
  job.is_transposed = is_transposed_;
  std::vector<int64_t> sizes{input.size(0), outputs_};
  for (int axis = 0; axis < 3; axis++) {
    job.kernel[axis] = kernel_[axis];
    job.size[axis] = input.size(2 + axis);
    sizes.push_back(job.size[axis] * (is_transposed_ ? kernel_[axis] : 1));
  }
  at::Tensor result = at::empty(sizes, input.options(), format);
#if DELINEATE_X86
  const auto convolve = is_wide(outputs_) ? &avx512::convolve_rows : &avx2::convolve_rows;
  const int64_t lines = is_transposed_ ? 0 : kernel_[0] * kernel_[1];
  const int64_t scratch_size = job.size[2] * packed_outputs(outputs_) +
                               lines * (job.size[2] + kernel_[2]) * inputs_;
  for (int64_t n = 0; n < input.size(0); n++) {
    job.source = input.const_data_ptr<float>() + n * input.stride(0);
    job.result = result.mutable_data_ptr<float>() + n * result.stride(0);
    parallel_for(0, job.size[0] * job.size[1], 4, [&](int64_t begin, int64_t end) {
      const std::unique_ptr<float[]> scratch(new float[scratch_size]);
      convolve(job, scratch.get(), begin, end);
    });
  }
#endif
  return result;
}

}  // namespace delineate
