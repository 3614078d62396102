// Winograd's F(4x4, 3x3) in the plane, direct along depth: 36 multiplications where a plain
// convolution needs 144. oneDNN reaches the machine's peak with the plain count and has no Winograd
// for 3D; this is the only way below. Each thread takes blocks of tiles through the depth with all
// intermediates in its cache. The order of every sum is fixed: the same bytes for any thread count.
// Error: about 1e-5 of the result's scale in single precision (Lavin & Gray, CVPR 2016), far below
// the half-precision logits it ends in.
#include "Winograd.hpp"

#include <algorithm>
#include <memory>

#include "Dispatch.hpp"
#include "Parallel.hpp"

namespace delineate {

struct WinogradSource {
  const void *values;
  int64_t channels;
};

struct WinogradJob {
  WinogradSource sources[2];
  const float *weights, *bias;
  void *result;
  int64_t inputs, outputs, taps;
  int64_t depth, height, width;
  int64_t tile_columns, tile_count, tiles_per_block;
};

#define DELINEATE_LOOPS "WinogradLoops.inl"
#include "EachMatrixWidth.inl"

// The vector width that divides both numbers of channels; narrow layers use the narrower vectors.
static int64_t lanes(int64_t inputs, int64_t outputs) {
  const bool is_wide = instruction_set() == InstructionSet::avx512;
  return is_wide && inputs % 16 == 0 && outputs % 16 == 0 ? 16 : 8;
}

// How many outputs are multiplied together: two vectors where they fit.
static int64_t packed_outputs(int64_t inputs, int64_t outputs) {
  const int64_t width = lanes(inputs, outputs);
  return outputs % (2 * width) == 0 ? 2 * width : width;
}

bool WinogradConvolution::suits(at::IntArrayRef weight_shape, at::IntArrayRef stride) {
#if DELINEATE_X86
  if (instruction_set() == InstructionSet::generic) return false;
  const int64_t outputs = weight_shape[0], inputs = weight_shape[1], taps = weight_shape[2];
  const bool is_3x3 = weight_shape[3] == 3 && weight_shape[4] == 3 && (taps == 1 || taps == 3);
  const bool is_unstrided = stride[0] == 1 && stride[1] == 1 && stride[2] == 1;
  // Wider layers are deep and small: their transformed weights, four times the plain ones, would
  // cost more memory than they save time.
  return is_3x3 && is_unstrided && inputs % 8 == 0 && outputs % 8 == 0 && inputs <= 512 &&
         outputs <= 256;
#else
  return false;
#endif
}

// G w: three taps to six points.
static void weight_points(const double w[3], double p[6]) {
  p[0] = w[0] / 4;
  p[1] = -(w[0] + w[1] + w[2]) / 6;
  p[2] = -(w[0] - w[1] + w[2]) / 6;
  p[3] = w[0] / 24 + w[1] / 12 + w[2] / 6;
  p[4] = w[0] / 24 - w[1] / 12 + w[2] / 6;
  p[5] = w[2];
}

WinogradConvolution::WinogradConvolution(const float *weight, at::IntArrayRef shape,
                                         const float *bias)
    : inputs_(shape[1]), outputs_(shape[0]), taps_(shape[2]) {
  weights_.resize(36 * taps_ * inputs_ * outputs_);
  bias_.assign(outputs_, 0.f);
  if (bias != nullptr) std::copy(bias, bias + outputs_, bias_.begin());
  // Packed as the multiplication reads it: [point][column of outputs][tap][input][output].
  const int64_t wide = packed_outputs(inputs_, outputs_);
  const int64_t tap_step = inputs_ * wide, column_step = taps_ * tap_step;
  const int64_t point_step = outputs_ / wide * column_step;
  parallel_for(0, outputs_, 1, [&](int64_t begin, int64_t end) {
    for (int64_t o = begin; o < end; o++) {
      for (int64_t i = 0; i < inputs_; i++) {
        for (int64_t tap = 0; tap < taps_; tap++) {
          const float *w = weight + ((o * inputs_ + i) * taps_ + tap) * 9;
          double half[3][6], points[6];
          for (int x = 0; x < 3; x++) {
            const double column[3] = {w[x], w[3 + x], w[6 + x]};
            weight_points(column, half[x]);
          }
          for (int y = 0; y < 6; y++) {
            const double row[3] = {half[0][y], half[1][y], half[2][y]};
            weight_points(row, points);
            for (int x = 0; x < 6; x++) {
              weights_[(y * 6 + x) * point_step + o / wide * column_step + tap * tap_step +
                       i * wide + o % wide] = float(points[x]);
            }
          }
        }
      }
    }
  });
}

at::Tensor WinogradConvolution::apply(const at::Tensor &a, const at::Tensor &b) const {
  const auto format = at::MemoryFormat::ChannelsLast3d;
  // A vector of channels must not span both sources.
  const bool is_split = b.defined() && a.size(1) % lanes(inputs_, outputs_) == 0;
  const at::Tensor first =
      (b.defined() && !is_split ? at::cat({a, b}, 1) : a).contiguous(format);
  const at::Tensor second = is_split ? b.contiguous(format) : at::Tensor();
  at::Tensor result = at::empty({a.size(0), outputs_, a.size(2), a.size(3), a.size(4)},
                                a.options(), format);
#if DELINEATE_X86
  WinogradJob job{};
  job.weights = weights_.data();
  job.bias = bias_.data();
  job.inputs = inputs_;
  job.outputs = outputs_;
  job.taps = taps_;
  job.depth = a.size(2);
  job.height = a.size(3);
  job.width = a.size(4);
  job.tile_columns = (job.width + 3) / 4;
  job.tile_count = job.tile_columns * ((job.height + 3) / 4);
  // Enough tiles for the register tiles' rows, few enough that their points stay near the core.
  job.tiles_per_block = std::min<int64_t>(36, job.tile_count);
  const int64_t blocks = (job.tile_count + job.tiles_per_block - 1) / job.tiles_per_block;
  // Depth is cut where there are too few blocks to share out evenly.
  const int64_t chunks = std::min<int64_t>(job.depth, std::max<int64_t>(1, 16 / blocks));
  const int64_t scratch_size = 36 * job.tiles_per_block * (taps_ * inputs_ + outputs_);
  const bool is_wide = lanes(inputs_, outputs_) == 16;
  const bool is_single = first.scalar_type() == at::kFloat;
  const auto convolve = is_single ? (is_wide ? &avx512::convolve_block<float>
                                             : &avx2::convolve_block<float>)
                                  : (is_wide ? &avx512::convolve_block<uint16_t>
                                             : &avx2::convolve_block<uint16_t>);
  const auto at_sample = [](const at::Tensor &tensor, int64_t n) -> WinogradSource {
    if (!tensor.defined()) return {nullptr, 0};
    const char *bytes = static_cast<const char *>(tensor.const_data_ptr());
    return {bytes + n * tensor.stride(0) * tensor.element_size(), tensor.size(1)};
  };
  for (int64_t n = 0; n < a.size(0); n++) {
    job.sources[0] = at_sample(first, n);
    job.sources[1] = at_sample(second, n);
    job.result = const_cast<void *>(at_sample(result, n).values);
    parallel_for(0, blocks * chunks, 1, [&](int64_t begin, int64_t end) {
      const std::unique_ptr<float[]> scratch(new float[scratch_size]);
      for (int64_t item = begin; item < end; item++) {
        const int64_t chunk = item % chunks;
        convolve(job, item / chunks, job.depth * chunk / chunks, job.depth * (chunk + 1) / chunks,
                 scratch.get());
      }
    });
  }
#endif
  return result;
}

}  // namespace delineate
